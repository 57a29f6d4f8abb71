"""nginx in front of the app: what it adds, and a replica that dies."""

import os
import re
import signal
from functools import partial

import pytest
from playwright.sync_api import expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from tests.support.browser import settled
from tests.support.proxy import port_of, proxied
from tests.support.server import serving

PROMPT = "A red kite over the hill"
SECRET = "Dear-diary-I-am-sad"
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
}


@pytest.fixture
def behind(tmp_path):
    """behind(*ports) -> nginx in front of these replicas."""
    return partial(proxied, tmp_path)


def test_what_the_proxy_adds(app_server, behind):
    with behind(port_of(app_server)) as proxy:
        page = proxy.get("/attention?prompt=secret", Accept_Encoding="gzip")
        assert page.status == 200 and page.headers["content-encoding"] == "gzip"
        assert {name: page.headers[name] for name in HEADERS} == HEADERS
        assert page.headers.get_all("content-security-policy") == [proxy.get("/").headers["content-security-policy"]]
        assert "'sha256-" in page.headers["content-security-policy"]
        script = proxy.get("/static/js/" + _largest_script(), Accept_Encoding="gzip")
        assert script.headers["content-encoding"] == "gzip" and script.headers["x-content-type-options"] == "nosniff"
        assert "script-src 'self' blob:;" in script.headers["content-security-policy"]
        assert script.headers["set-cookie"] is None, "a cache would give everybody the same seat"
        assert len(script.body) < 0.5 * int(proxy.get("/static/js/" + _largest_script()).headers["content-length"])
        seats = {proxy.get("/").headers["set-cookie"] for _ in range(3)}
        assert len(seats) == 3 and proxy.get("/", Cookie=f"vetro_seat={32 * '1'}").headers["set-cookie"] is None
        assert proxy.get("/_stcore/metrics").status == 404
        assert proxy.get("/_stcore/health", Origin="https://elsewhere.example").status == 403
        assert proxy.get("/_stcore/health", Origin=proxy.address).status == 200
        assert proxy.get("/", "PUT", b"0" * 20_000).status == 413
        assert not any("secret" in field or "?" in field for line in proxy.lines() for field in line)


def _largest_script():
    import streamlit

    folder = os.path.join(os.path.dirname(streamlit.__file__), "static/static/js")
    return max(os.listdir(folder), key=lambda name: os.path.getsize(os.path.join(folder, name)))


def confide(proxy, seat):
    """Writes SECRET wherever a reader may: links, referrers, and the values of a page's controls, of whatever kind."""
    cookie = {"Cookie": f"vetro_seat={seat}"}
    words, told = f"lang=en&prompt={SECRET}&model={SECRET}", {"Referer": f"{proxy.address}/?prompt={SECRET}"}
    paths = {
        "/tokens": 200,
        "/notebook/attention": 200,
        "/notebook/nothing": 404,
        f"/{SECRET}": 404,
        "/media/none": 404,
    }
    assert {path: proxy.get(f"{path}?{words}", **cookie, **told).status for path in paths} == paths
    link, seen = f"lang=en&prompt={SECRET}&token={SECRET}", b""
    address = proxy.address.replace("http", "ws") + "/_stcore/stream"
    with connect(address, origin=proxy.address, subprotocols=["streamlit"], additional_headers=cookie) as channel:
        for kind in ("string_value", "json_value", "bytes_value"):
            state = ClientState(page_name="tokens", query_string=link)
            for control in set(re.findall(rb"\$\$ID-[\w-]+", seen)):
                secret = SECRET.encode() if kind == "bytes_value" else SECRET
                state.widget_states.widgets.add(**{"id": control.decode(), kind: secret})
            channel.send(BackMsg(rerun_script=state).SerializeToString())
            seen = b""
            while ForwardMsg.FromString(message := channel.recv(30)).WhichOneof("type") != "script_finished":
                seen += message


def test_a_replica_dies_and_the_page_comes_back(app_server, behind, browser, tmp_path):
    """The browser is at one replica with everything it asks for. That one is killed; the page comes back by itself on
    the other, same lesson, prompt and score, and what the reader does next is understood. No log tells what was read.
    """
    complaints = []
    with serving(tmp_path / "replica.txt") as (port, victim), behind(port, port_of(app_server)) as proxy:
        context = browser.new_context(reduced_motion="reduce")
        context.add_cookies([{"name": "vetro_seat", "value": proxy.seat_at(port), "url": proxy.address}])
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        before = len(proxy.lines())
        page.goto(f"{proxy.address}/tokens?lang=it&model=experts&prompt={PROMPT.replace(' ', '+')}&token=3")
        settled(page)
        assert {line[-1] for line in proxy.lines()[before:]} == {f"127.0.0.1:{port}"}
        title, link = page.inner_text("h1"), page.url
        confide(proxy, proxy.seat_at(port))
        assert not complaints, complaints

        question = page.locator("[class*=st-key-predict-]").first
        question.locator("[data-testid=stButtonGroup] button").first.click()
        question.locator("[class*=st-key-reveal-] button").click()
        expect(question.locator(".count")).to_contain_text("su 1")

        page.evaluate("document.querySelector('h1').dataset.of = 'before'")
        victim.send_signal(signal.SIGKILL)
        state = "() => document.querySelector('.stApp').dataset.testConnectionState"
        page.wait_for_function(f"{state} !== 'CONNECTED'", polling=20)
        until_it_ran = "document.querySelector('.stApp[inert]')"  # the new replica has not heard of the old values
        page.wait_for_function(f"() => ({state})() === 'CONNECTED' && {until_it_ran}", polling=20, timeout=20_000)
        settled(page)
        assert page.url == link and page.inner_text("h1") == title
        assert page.input_value(".st-key-prompt textarea") == PROMPT
        assert page.locator(".st-key-bar .count").inner_text() == "7 token"
        assert page.locator("[role=dialog], [role=alert]").count() == 0
        expect(question.locator(".count")).to_contain_text("su 1")  # the score came with the browser

        page.fill(".st-key-prompt textarea", "A blue kite")
        page.keyboard.press("Enter")
        expect(page.locator(".st-key-bar .count")).to_have_text("4 token")
        assert not [text for text in complaints if "Content Security" in text or "502" in text], complaints
        context.close()
    written = "".join((tmp_path / name).read_text() for name in ("replica.txt", "access.log", "errors.log"))
    assert not [line for line in written.splitlines() if re.search(rf"{SECRET}|kite|prompt(?!\.js )", line)]
