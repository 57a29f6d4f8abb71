"""Debian's nginx with the configuration of deploy/ in front of the app: what it adds, and a replica that dies."""

import os
import shutil
import signal
import subprocess
import urllib.request
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.support.browser import settled
from tests.support.pages import ROOT
from tests.support.server import free_port, serving, wait_for
from tests.support.waiting import until

PROMPT = "A red kite over the hill"
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
}


class Proxy:
    def __init__(self, address, log):
        self.address, self._log = address, log

    def get(self, path, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            return urllib.request.urlopen(urllib.request.Request(self.address + path, headers=headers), timeout=20)
        except urllib.error.HTTPError as refused:
            return refused

    def lines(self):
        """What nginx wrote: time, method, path, status, bytes, seconds, replicas asked."""
        return [line.split(" ", 6) for line in self._log.read_text().splitlines() if line.startswith("20")]

    def seat_at(self, port):
        """A seat as nginx gives it to a new browser, which its hash puts at this replica."""
        for _ in range(100):
            cookie = self.get("/").headers["set-cookie"]
            assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
            seat = cookie.partition(";")[0].partition("=")[2]
            if self.replica(seat) == port:
                return seat
        raise AssertionError("one replica gets nobody")

    def replica(self, seat):
        before = len(self.lines())
        self.get("/_stcore/health", Cookie=f"vetro_seat={seat}")
        until(lambda: len(self.lines()) > before)
        return _port(self.lines()[-1][-1])


def _port(address):
    return int(address.rpartition(":")[2])


@pytest.fixture
def behind(tmp_path):
    """behind(*ports) -> nginx in front of these replicas, with the repository's own configuration."""
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if nginx is None:
        reason = "nginx is not installed (Debian: apt-get install nginx-light)"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)

    @contextmanager
    def run(*ports):
        port, log = free_port(), tmp_path / "log.txt"
        shutil.copy(ROOT / "deploy/nginx.conf", tmp_path)
        (tmp_path / "listen.conf").write_text(f"listen 127.0.0.1:{port};\n")
        servers = "".join(f"server 127.0.0.1:{replica} max_fails=1 fail_timeout=10s;\n" for replica in ports)
        (tmp_path / "replicas.conf").write_text(servers)
        command = [nginx, "-p", tmp_path, "-c", tmp_path / "nginx.conf", "-g", "daemon off;"]
        with log.open("w") as out:
            server = subprocess.Popen(command, stdout=out, stderr=out)
        try:
            wait_for(f"http://127.0.0.1:{port}", server, log)
            yield Proxy(f"http://localhost:{port}", log)
        finally:
            server.terminate()
            server.wait(10)

    return run


def test_what_the_proxy_adds(app_server, behind):
    with behind(_port(app_server)) as proxy:
        page = proxy.get("/attention?prompt=secret", Accept_Encoding="gzip")
        script = page.read()
        assert page.status == 200 and page.headers["content-encoding"] == "gzip"
        assert {name: page.headers[name] for name in HEADERS} == HEADERS
        assert page.headers.get_all("content-security-policy") == [proxy.get("/").headers["content-security-policy"]]
        assert "'sha256-" in page.headers["content-security-policy"]
        script = proxy.get("/static/js/" + _largest_script(), Accept_Encoding="gzip")
        assert script.headers["content-encoding"] == "gzip" and script.headers["x-content-type-options"] == "nosniff"
        assert "script-src 'self' blob:;" in script.headers["content-security-policy"]
        assert script.headers["set-cookie"] is None, "a cache would give everybody the same seat"
        assert len(script.read()) < 0.5 * int(proxy.get("/static/js/" + _largest_script()).headers["content-length"])
        seats = {proxy.get("/").headers["set-cookie"] for _ in range(3)}
        assert len(seats) == 3 and proxy.get("/", Cookie="vetro_seat=1").headers["set-cookie"] is None
        assert proxy.get("/_stcore/metrics").status == 404
        assert proxy.get("/_stcore/health", Origin="https://elsewhere.example").status == 403
        assert proxy.get("/_stcore/health", Origin=proxy.address).status == 200
        big = urllib.request.Request(proxy.address + "/_stcore/upload_file/a/b", data=b"0" * 2_000_000, method="PUT")
        with pytest.raises(urllib.error.HTTPError, match="413"):
            urllib.request.urlopen(big, timeout=20)
        assert not any("secret" in field or "?" in field for line in proxy.lines() for field in line)


def _largest_script():
    import streamlit

    folder = os.path.join(os.path.dirname(streamlit.__file__), "static/static/js")
    return max(os.listdir(folder), key=lambda name: os.path.getsize(os.path.join(folder, name)))


def test_a_replica_dies_and_the_page_comes_back(app_server, behind, browser, tmp_path):
    """The browser is at one replica with everything it asks for. That one is killed; the page comes back by itself on
    the other, same lesson, same prompt, and what the reader does next is understood."""
    complaints = []
    with serving(tmp_path / "replica.txt") as (port, victim), behind(port, _port(app_server)) as proxy:
        context = browser.new_context(reduced_motion="reduce")
        context.add_cookies([{"name": "vetro_seat", "value": proxy.seat_at(port), "url": proxy.address}])
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        before = len(proxy.lines())
        page.goto(f"{proxy.address}/tokens?lang=it&model=experts&prompt={PROMPT.replace(' ', '+')}&token=3")
        settled(page)
        assert {line[-1] for line in proxy.lines()[before:]} == {f"127.0.0.1:{port}"}
        title, link = page.inner_text("h1"), page.url
        assert not complaints, complaints

        page.evaluate("document.querySelector('h1').dataset.of = 'before'")
        victim.send_signal(signal.SIGKILL)
        state = "() => document.querySelector('.stApp').dataset.testConnectionState"
        page.wait_for_function(f"{state} !== 'CONNECTED'", polling=20)
        until_it_ran = "document.querySelector('.stApp[inert]')"  # the new replica has not heard of the old values
        page.wait_for_function(f"() => ({state})() === 'CONNECTED' && {until_it_ran}", polling=20, timeout=20_000)
        settled(page)
        assert page.url == link and page.inner_text("h1") == title
        assert page.input_value(".st-key-prompt input") == PROMPT
        assert page.locator(".st-key-bar .count").inner_text() == "7 token"
        assert page.locator("[role=dialog], [role=alert]").count() == 0

        page.fill(".st-key-prompt input", "A blue kite")
        page.keyboard.press("Enter")
        expect(page.locator(".st-key-bar .count")).to_have_text("4 token")
        assert not [text for text in complaints if "Content Security" in text or "502" in text], complaints
        context.close()
