"""What the server adds to the app: a head of our own, and one clear sentence where a script fails."""

import re
import urllib.request
from base64 import b64encode
from hashlib import sha256

import pytest
from streamlit.testing.v1 import AppTest

from tests.conftest import html_of


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
    assert set(rules["script-src"].split()) == {"'self'", "blob:", *allowed} and len(allowed) == 3
    assert "http" not in policy and "*" not in policy and "eval" not in policy


@pytest.mark.parametrize("file, kind", [("fonts/inter-latin-opsz-normal.woff2", "font"), ("favicon.svg", "image")])
def test_static_files_are_served(app_server, file, kind):
    with urllib.request.urlopen(f"{app_server}/app/static/{file}") as response:
        assert kind in response.headers["content-type"]


@pytest.mark.parametrize("lang, sentence", [("en", "it is our fault"), ("it", "la colpa è nostra")])
def test_a_failing_script_says_one_sentence(lang, sentence):
    def failing():
        from serve import on_script_error

        assert on_script_error(ValueError("secret <b>detail</b>")), "the traceback must not be shown"

    test = AppTest.from_function(failing)
    test.query_params["lang"] = lang
    test.run()
    assert sentence in html_of(test) and "secret" not in html_of(test)
