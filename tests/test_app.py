"""What app.py adds to Streamlit: a head of our own, headers, files, one clear sentence where a script fails; and that
it is the same app from wherever it is started (every server of the tests is, see tests/support/server.py)."""

import asyncio
import re
import socket
import urllib.error
import urllib.request
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest
import uvicorn
from playwright.sync_api import expect
from streamlit import dataframe_util
from streamlit.testing.v1 import AppTest

from tests.support.app_test import html_of, run_page


def test_streamlit_run_shows_a_chart_and_a_component_and_a_selection_reaches_the_link(open_page):
    page = open_page("sparse", model="experts")
    page.locator(".chart").first.scroll_into_view_if_needed()
    expect(page.locator(".chart .main-svg").first).to_be_visible()
    page.locator(".sparse .pattern").nth(3).click()
    expect(page).to_have_url(re.compile("pattern="))


@pytest.mark.parametrize("address", ["", "attention", "attention?lang=it&prompt=%3Cscript%3E"])
def test_the_head_is_ours(app_server, address):
    with urllib.request.urlopen(f"{app_server}/{address}") as response:
        page = response.read().decode()
    assert "<title>Vetro</title>" in page and "BACKEND_BASE_URL" in page and "favicon.svg" in page
    assert 'rel="preload"' not in page and "favicon.png" not in page
    assert page.index("BACKEND_BASE_URL") < page.index('type="module"'), "it must run before Streamlit does"


def test_only_our_scripts_may_run(app_server):
    """No inline script but those of the page itself, by their hashes; no other host. That every page can live with it
    is seen in all tests with a browser, where a violation is an error."""
    with urllib.request.urlopen(f"{app_server}/attention") as response:
        page, policy = response.read().decode(), response.headers["content-security-policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    allowed = {f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts}
    assert set(rules["script-src"].split()) == {"'self'", "blob:", *allowed} and len(allowed) == len(scripts) > 0
    assert "http" not in policy and "*" not in policy and "eval" not in policy


@pytest.mark.parametrize("address", ["qr.svg", "notebook/none", "app/static/favicon.svg", "_stcore/health", "no/such"])
def test_any_other_answer_has_a_policy_without_scripts_of_its_own(app_server, address):
    try:
        answer = urllib.request.urlopen(f"{app_server}/{address}")
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        (policy,) = answer.headers.get_all("content-security-policy")
    assert "script-src 'self' blob:;" in policy


@pytest.mark.parametrize("file, kind", [("fonts/inter-latin-opsz-normal.woff2", "font"), ("favicon.svg", "image")])
def test_static_files_are_served(app_server, file, kind):
    with urllib.request.urlopen(f"{app_server}/app/static/{file}") as response:
        assert kind in response.headers["content-type"]


def test_a_small_answer_is_not_held_back():
    """The loop that uvicorn takes sends small packets at once, also over a port that was opened without naming TCP, as
    Streamlit opens it; asyncio's own does not."""

    async def no_delay() -> int:
        listening = socket.create_server(("127.0.0.1", 0))  # its protocol is 0, like that of Streamlit's
        answers = asyncio.Queue()
        server = await asyncio.start_server(lambda _, writer: answers.put_nowait(writer), sock=listening)
        async with server:
            _, client = await asyncio.open_connection(*listening.getsockname())
            answer = await answers.get()
            option = answer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            client.close()
            answer.close()
        return option

    def run() -> int:
        with asyncio.Runner(loop_factory=uvicorn.Config("app:app").get_loop_factory()) as runner:
            return runner.run(no_delay())

    with ThreadPoolExecutor(1) as apart:  # after a test with a browser, this thread has Playwright's loop
        assert apart.submit(run).result()


@pytest.mark.slow
def test_a_component_does_not_load_pandas(monkeypatch):
    """Whoever asks Streamlit for the kind of some data does, and that is 0.4 s of the start."""
    monkeypatch.setattr(dataframe_util, "determine_data_format", None)
    test = run_page("machine")
    assert not test.exception and test.get("bidi_component")


@pytest.mark.parametrize("lang, sentence", [("en", "it is our fault"), ("it", "la colpa è nostra")])
def test_a_failing_script_says_one_sentence(lang, sentence):
    def failing():
        from app import on_script_error

        assert on_script_error(ValueError("secret <b>detail</b>")), "the traceback must not be shown"

    test = AppTest.from_function(failing)
    test.query_params["lang"] = lang
    test.run()
    assert sentence in html_of(test) and "secret" not in html_of(test)
