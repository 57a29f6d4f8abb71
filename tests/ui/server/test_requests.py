"""Whatever is asked of the server, by whatever method, with whatever parameters and headers: it does not fail."""

import re
import socket
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import streamlit
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from streamlit.web.server.starlette import starlette_routes

import content
from tests.support import hostile
from ui.frame.routes import ROUTES

ANSWERS = {101, 200, 204, 206, 301, 302, 303, 304, 307, 308}  # 101: a WebSocket
METHODS = ("GET", "GET", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
OURS = [re.sub(r"\{\w+(:\w+)?\}", "x", route.path) or "/" for route in ROUTES]
NOTEBOOKS = [f"/notebook{path}" for path in OURS if path.count("/") == 1]
STREAMLITS = [f"/{path}" for name, path in vars(starlette_routes).items() if re.match("(BASE_)?ROUTE_", name)]
FILES = ["/app/static/favicon.svg", "/plotly/plotly.min.js", "/favicon.png", "/static/js", "/index.html", "/metrics"]
LANDS = ["/_stcore/stream", "/_stcore/upload_file/x/y", "/_stcore/bidi-components/x/y", "/component/x.y/z"]
LONG = "a" * 300
LONGEST_LINE = 8_000  # of more the library `websockets`, below uvicorn, says nothing, and the connection stays open
SUFFIXES = ("", "", "", "/", "//", "/..%2f..%2fapp.py", "/%ff%fe", "/%zz%", "/%00", f"/{LONG}", f"/{LONG}" * 20, "/é")
RAW = ("&&==&", "prompt=%ff%fe%", "prompt=\xff\xfe", "of=http://[", "lang=%F0%28&lang=it", "=", "%", "model", "#")
RANGES = ("0-5,7-9,100000-", "100000000-", "5-0", "-5", "0-", "x", "-", "0-0," * 200, "9" * 400 + "-", "-" + "9" * 400)
HEADERS = {
    "Range": [*(f"bytes={value}" for value in RANGES), "bytes", "lines=1-2", "\xff"],
    "If-Range": ['"x"', "W/", "\xff"],
    "Accept-Language": ["it", "it-IT,it;q=0.9", ",;q=x,", "\xff", "*" * 500],
    "Accept": ["text/html", "*/*", "\xff"],
    "Accept-Encoding": ["gzip", "gzip;q=x", "\xff"],
    "Cookie": ["vetro_seat=x", "_streamlit_xsrf=2|x|y|z", "=;;=", "\xff", "streamlit_session=x"],
    "If-Modified-Since": ["Mon, 01 Jan 0001 00:00:00 GMT", "x", "\xff"],
    "If-None-Match": ["*", '"x"', "\xff"],
    "Origin": ["null", "http://evil.example", "http://[", "\xff"],
    "Content-Type": ["multipart/form-data; boundary=x", "application/json", "\xff"],
    "X-Forwarded-For": ["x", "\xff"],
}
SOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}

texts = st.sampled_from(hostile.CORPUS).map(lambda text: quote(text.encode(errors="replace"))[:8_000])
paths = st.builds(
    str.__add__, st.sampled_from([*OURS, *NOTEBOOKS, *STREAMLITS, *FILES, *LANDS]), st.sampled_from(SUFFIXES)
)
paths |= texts.map("/{}".format)
params = st.builds("{}={}".format, st.sampled_from([*hostile.READ, "prompt", "model", "lang", "edits", "of"]), texts)
queries = st.lists(params | st.sampled_from(RAW), max_size=4).map("&".join)
headers = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in HEADERS.items()})
headers |= st.just(SOCKET)


def answer(server: str, method: str, target: str, headers: dict[str, str]) -> tuple[int, dict[str, str]]:
    """The status and the headers of an answer to a request that no library would send."""
    at = urlsplit(server)
    lines = [
        f"{method} {target} HTTP/1.1",
        f"Host: {at.netloc}",
        *(f"{name}: {text}" for name, text in headers.items()),
    ]
    lines += [] if "Connection" in headers else ["Connection: close"]
    with socket.create_connection((at.hostname, at.port), timeout=20) as sent:
        sent.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        said = b""
        while b"\r\n\r\n" not in said and (more := sent.recv(65_536)):
            said += more
    status, *fields = said.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    return int(status.split()[1]), {name.lower(): text for name, _, text in (field.partition(": ") for field in fields)}


@pytest.mark.slow
@settings(max_examples=300, phases=(Phase.explicit, Phase.generate))  # each request can be read as it is
@given(st.sampled_from(METHODS), paths, queries, headers)
@example("GET", "/notebook/attention", "prompt=", {})
@example("GET", "/notebook/positions", "prompt=", {})
@example("GET", "/notebook/experts", "prompt=", {})
@example("GET", "/notebook/what_if", "prompt=", {})
@example("GET", "/notebook/experts", "model=smollm2", {})
@example("GET", "/notebook/experts", "model=minilm", {})
@example("GET", "/notebook/what_if", "model=minilm", {})
@example("GET", f"/app/static/{LONG}", "", {})
@example("GET", "/attention", "", SOCKET)
@example("GET", "/plotly/plotly.min.js", "", SOCKET)
@example("GET", "/plotly/plotly.min.js", "", {"Range": "bytes=0-5,7-9,100000-"})
def test_no_request_is_answered_by_500(app_server, method, path, query, headers):
    target = f"{path}?{query}" if query else path
    if headers is SOCKET:
        target = target[:LONGEST_LINE]
    status, _ = answer(app_server, method, target, headers)
    assert status in ANSWERS or 400 <= status < 500, "nor by a 503, as a failure would be: nobody else asks"


@pytest.mark.slow
@settings(max_examples=60)
@given(st.sampled_from(RANGES), st.sampled_from(FILES))
def test_a_range_is_given_or_refused(app_server, range_, path):
    status, given = answer(app_server, "GET", path, {"Range": f"bytes={range_}"})
    assert status in (200, 206, 400, 404, 416)
    assert (status in (206, 416)) == ("content-range" in given) or "multipart" in given["content-type"]


UNKNOWN = ("/Attention", "/lessons/attention", "/robots.txt", "/favicon.ico", "/.git/config", "/nothing", "/index.html")


@pytest.mark.parametrize(
    "path", [*UNKNOWN, "/static", "/media/x", "/notebook/x", "/app/static/x", "/component/x", "/metrics"]
)
def test_an_unknown_address_is_our_page(app_server, path):
    """/metrics too: nobody has asked for them."""
    for asked, accept, lang in (
        ("", "", "en"),
        ("lang=it", "en", "it"),
        ("", "it-IT,it;q=0.9,en;q=0.8", "it"),
        ("lang=x", "de", "en"),
    ):
        request = urllib.request.Request(f"{app_server}{path}?{asked}&x=<b>\"'", headers={"Accept-Language": accept})
        with pytest.raises(urllib.error.HTTPError) as given:
            urllib.request.urlopen(request)
        page, words = given.value.read().decode(), content.load(lang, "ui")
        assert given.value.status == 404 and given.value.headers["content-type"].startswith("text/html")
        assert f'<html lang="{lang}">' in page and words["error-404-title"] in page and f'href="/?lang={lang}"' in page
        assert "<script" not in page and "<b>" not in page
        assert given.value.headers["x-content-type-options"] == "nosniff"


def test_what_streamlit_serves_is_still_there(app_server):
    theirs = Path(streamlit.__file__).parent / "static"
    files = [file.relative_to(theirs).as_posix() for file in theirs.rglob("*") if file.is_file()]
    some = {Path(file).suffix: file for file in files if not file.endswith(".html")}.values()
    for path in [*some, "_stcore/health", "_stcore/host-config", "attention/", ""]:
        assert urllib.request.urlopen(f"{app_server}/{path}").status == 200, path


@pytest.mark.parametrize(
    "path", ["/", "/attention", "/app/static/favicon.svg", "/media/x", "/nothing", "/_stcore/health", "/qr.svg"]
)
def test_every_answer_says_what_the_browser_may_do_with_it(app_server, path):
    _, given = answer(app_server, "GET", path, {})
    assert given["x-content-type-options"] == "nosniff" and "default-src 'self'" in given["content-security-policy"]
