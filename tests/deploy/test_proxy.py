"""nginx with deploy/nginx.conf before replicas of a few lines each: what it passes over, refuses and writes down."""

import asyncio
import http.client
import re
import shutil
import ssl
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.pages import ROOT
from tests.support.proxy import nginx, proxied
from tests.support.server import free_port
from tests.support.waiting import until

pytestmark = pytest.mark.slow
READER = "127.0.0.2"  # the address of a reader, who is not nginx and not a replica
SECRET = "Dear-diary-I-am-sad"
BIG = b"0" * 8_000_000
TLS = """
listen 127.0.0.1:{port} ssl;
ssl_certificate {folder}/cert.pem;
ssl_certificate_key {folder}/key.pem;
if ($scheme = http) {{
  return 301 https://$host$request_uri;
}}
"""


class Replica:
    """Answers like uvicorn: after an error, and without a word of it before, it closes the connection."""

    def __init__(self):
        self.asked: list[str] = []  # first lines
        self.heard: list[str] = []  # whole requests
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()  # playwright's loop has this thread
        begun = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._answer, "127.0.0.1", 0), self._loop)
        self._server = begun.result()
        self.port = self._server.sockets[0].getsockname()[1]

    async def _answer(self, reader, writer):
        while (request := await reader.read(20_000)).endswith(b"\r\n\r\n"):
            self.heard.append(request.decode())
            self.asked.append(self.heard[-1].splitlines()[0])
            path = self.asked[-1].split()[1]
            if path.startswith("/dies"):
                break
            if "upgrade: websocket" in self.heard[-1].lower():
                writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
                await reader.read()
                break
            body = BIG if path.startswith("/big") else b"here"
            status, kind = (b"500 Error", b"text/plain") if path.startswith("/error") else (b"200 OK", b"text/html")
            xsrf = b"Set-Cookie: _streamlit_xsrf=1; Path=/\r\n"
            head = b"HTTP/1.1 %b\r\nContent-Type: %b\r\n%bContent-Length: %d\r\n\r\n" % (status, kind, xsrf, len(body))
            writer.write(head + body)
            if status != b"200 OK":
                break
        writer.close()

    def close(self):
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)


@pytest.fixture(scope="module")
def replicas():
    three = Replica(), Replica(), Replica()
    yield three
    for replica in three:
        replica.close()


@pytest.fixture(scope="module")
def proxy(replicas, tmp_path_factory):
    with proxied(tmp_path_factory.mktemp("proxy"), *(replica.port for replica in replicas)) as proxy:
        yield proxy


class Reader(http.client.HTTPConnection):
    """One browser: its seat, and a connection that is kept. It keeps the status of each answer."""

    def __init__(self, proxy, seat=None, address=READER):
        super().__init__("127.0.0.1", int(proxy.address.rpartition(":")[2]), 20, source_address=(address, 0))
        self.cookie = {"Cookie": f"vetro_seat={seat:032x}"} if seat is not None else {}

    def ask(self, path, method="GET", **headers):
        self.request(method, path, headers=self.cookie | headers)
        answer = self.getresponse()
        answer.body = answer.read()
        return answer

    def begin(self, path, **headers):
        """Asks, and does not wait for the answer."""
        self.request("GET", path, headers=self.cookie | headers)
        return self


UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "a"}


def statuses(readers):
    return [reader.getresponse().status for reader in readers]


def test_answers_that_fail_take_no_replica_away(proxy):
    """What took the whole site down for ten seconds: an error and a harmless request by turns on a kept connection."""
    evil, reader = Reader(proxy, 1), Reader(proxy, 1)
    for _ in range(30):
        assert evil.ask("/error").status == 500
        assert evil.ask("/_stcore/health").status == reader.ask("/").status == 200


def test_a_replica_that_is_down_is_passed_over(replicas, tmp_path):
    with proxied(tmp_path, replicas[0].port, free_port()) as proxy:
        assert {Reader(proxy, seat).ask("/").status for seat in range(40)} == {200}
        asked = [line[-1].count(",") for line in proxy.lines()]
        assert 5 < sum(asked) < 35, "half of the browsers belong to the other"


def test_a_request_that_kills_is_tried_twice_at_most_and_a_post_once(proxy, replicas):
    for method, times in {"GET": 2, "POST": 1}.items():
        assert Reader(proxy, 1).ask(f"/dies/{method}", method).status == 502
        assert sum(line.split()[1] == f"/dies/{method}" for replica in replicas for line in replica.asked) == times


def test_a_class_behind_one_address_opens_its_first_page_together(proxy):
    """Forty browsers, each a page and sixty files: nobody is refused or made to wait."""

    def visit(seat):
        reader = Reader(proxy, seat)
        return {reader.ask(f"/static/{number}").status for number in range(61)}

    with ThreadPoolExecutor(40) as pool:
        assert set().union(*pool.map(visit, range(100, 140))) == {200}
    until(lambda: sum(line[2].startswith("/static/") for line in proxy.lines()) == 40 * 61)
    assert {line[6] for line in proxy.lines() if line[2].startswith("/static/")} == {"PASSED"}


def test_one_browser_that_asks_for_too_much_is_slowed_then_refused_and_no_other(proxy):
    greedy = [Reader(proxy, 2).begin("/notebook/attention?prompt=1") for _ in range(20)]
    assert Reader(proxy, 3).ask("/notebook/attention?prompt=1").status == 200
    until(lambda: sum(line[3] == "429" for line in proxy.lines()) == 9)  # one, and ten that may wait
    assert Reader(proxy, 2).ask("/").status == 200, "its page is another matter"
    refused = Reader(proxy, 2).ask("/notebook/attention?prompt=1")
    assert refused.status == 429 and int(refused.headers["retry-after"]) > 0
    for reader in greedy:
        reader.close()


def test_one_browser_has_so_many_sockets(proxy):
    mine = [Reader(proxy, 4).begin("/_stcore/stream", **UPGRADE) for _ in range(16)]
    assert set(statuses(mine)) == {101}
    refused = Reader(proxy, 4).ask("/_stcore/stream", **UPGRADE)
    assert refused.status == 429 and refused.headers["retry-after"]
    others = [Reader(proxy, 5), *(Reader(proxy) for _ in range(17))]  # without a seat an address is what counts
    assert set(statuses([reader.begin("/_stcore/stream", **UPGRADE) for reader in others])) == {101}
    for reader in mine + others:
        reader.close()


def test_nothing_is_written_of_who_reads_or_what(proxy, replicas, tmp_path):
    """Slow readers, replicas that are down or fail, refused ones: at every level, in every log."""
    with proxied(tmp_path, free_port(), replicas[0].port, free_port()) as lame:
        for site in (proxy, lame):
            words = {"Referer": f"{site.address}/attention?prompt={SECRET}"}
            slow = Reader(site, 6).begin(f"/big?prompt={SECRET}", **words)
            for path in ("/", "/error", "/dies", "/notebook/tokens", "/_stcore/upload_file/a", "/%3Fprompt="):
                for seat in range(5):
                    Reader(site, 6 + seat).ask(f"{path}{'' if '%3F' in path else '?prompt='}{SECRET}", **words)
            assert len(slow.getresponse().read()) == len(BIG) or site is lame
    for site in (proxy, lame):
        written = site.log.read_text() + site.errors.read_text()
        assert "/notebook/tokens 200" in written and " 502 " in written
        assert SECRET not in written and READER not in written and "prompt" not in written, written
    assert not any(READER in request or "Referer" in request for replica in replicas for request in replica.heard)


def test_a_replica_believes_no_address_that_a_reader_claims(proxy, replicas):
    Reader(proxy, 7).ask("/claim", **{"X-Forwarded-For": "9.9.9.9", "X-Real-IP": "9.9.9.9", "Forwarded": "for=9.9.9.9"})
    (request,) = (one for replica in replicas for one in replica.heard if one.startswith("GET /claim"))
    assert "9.9.9.9" not in request


@pytest.mark.parametrize(
    "path", ["/metrics", "/_stcore/metrics", "/_stcore/upload_file/a/b", "//_stcore/upload_file/a"]
)
def test_what_is_no_readers_business(proxy, path):
    assert Reader(proxy).ask(path).status == Reader(proxy).ask(path, "PUT").status == 404


def certify(folder):
    make = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout key.pem -out cert.pem"
    subprocess.run(make.split(), cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize("site", ["site.conf", "site-tls.conf", "systemd/site-tls.conf", "kubernetes/site.conf"])
def test_nginx_understands_every_site(site, tmp_path):
    certify(tmp_path)
    for file in ("nginx.conf", "limits.conf", "names.conf", "systemd/replicas.conf"):
        shutil.copy(ROOT / "deploy" / file, tmp_path)
    text = re.sub(r"listen \d+", lambda _: f"listen 127.0.0.1:{free_port()}", (ROOT / "deploy" / site).read_text())
    for name, own in {"fullchain": "cert", "privkey": "key"}.items():
        text = re.sub(rf"\S+/{name}.pem", f"{tmp_path}/{own}.pem", text)
    (tmp_path / "site.conf").write_text(text)
    command = [nginx(), "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf"]
    found = subprocess.run(command, capture_output=True, text=True)
    assert found.returncode == 0 and "[" not in found.stderr, found.stderr


def test_other_names_are_refused_and_cookies_stay_in_tls(replicas, tmp_path):
    port = free_port()
    certify(tmp_path)
    names = 'default foreign;\nlocalhost "";\n.vetro.example "";\n'
    with proxied(tmp_path, replicas[0].port, site=TLS.format(port=port, folder=tmp_path), names=names) as proxy:
        hosts = {
            "localhost": 301,
            "a.vetro.example": 301,
            "evil.example": 421,
            "127.0.0.1": 421,
            "vetro.example.evil": 421,
        }
        found = {host: Reader(proxy).ask("/attention", Host=host) for host in hosts}
        assert {host: answer.status for host, answer in found.items()} == hosts
        assert found["localhost"].headers["location"] == "https://localhost/attention"
        assert Reader(proxy).ask("/_stcore/health", Host="10.1.1.1").status == 301, "a probe asks by address"
        trust = ssl.create_default_context(cafile=tmp_path / "cert.pem")
        inside = http.client.HTTPSConnection("localhost", port, context=trust)
        inside.request("GET", "/")
        cookies = inside.getresponse().headers.get_all("set-cookie")
        assert len(cookies) == 2 and all(
            "secure" in cookie.lower() and "samesite" in cookie.lower() for cookie in cookies
        )


def test_without_tls_cookies_are_not_secure_unless_a_proxy_in_front_says_so(proxy):
    plain, behind = Reader(proxy).ask("/"), Reader(proxy).ask("/", **{"X-Forwarded-Proto": "https"})
    assert "secure" not in str(plain.headers.get_all("set-cookie")).lower()
    assert len(re.findall("(?i)secure", str(behind.headers.get_all("set-cookie")))) == 2
