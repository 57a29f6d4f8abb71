"""Debian's nginx with the configuration of deploy/, in front of replicas on this machine."""

import os
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.pages import ROOT
from tests.support.server import free_port
from tests.support.waiting import until

CONFIGURATION = ("nginx.conf", "limits.conf", "names.conf")  # what is the same on every machine


class Answer(NamedTuple):
    status: int
    headers: Message
    body: bytes


class Proxy:
    """A running nginx. log: a line for each request; errors: what it says of itself."""

    def __init__(self, address: str, folder: Path):
        self.address, self.log, self.errors = address, folder / "access.log", folder / "errors.log"

    def get(self, path: str, method: str = "GET", data: bytes | None = None, **headers: str) -> Answer:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.address + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, refused.headers, refused.read())

    def lines(self) -> list[list[str]]:
        """What nginx wrote: time, method, path, status, bytes, seconds, what limits.conf did, replicas asked."""
        return [line.split(" ", 7) for line in self.log.read_text().splitlines()]

    def seat_at(self, port: int) -> str:
        """A seat as nginx gives it to a new browser, which its hash puts at this replica."""
        for _ in range(100):
            cookie = self.get("/").headers["set-cookie"]
            assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
            seat = cookie.partition(";")[0].partition("=")[2]
            if self.replica(seat) == port:
                return seat
        raise AssertionError("one replica gets nobody")

    def replica(self, seat: str) -> int:
        before = len(self.lines())
        self.get("/_stcore/health", Cookie=f"vetro_seat={seat}")
        until(lambda: len(self.lines()) > before)
        return port_of(self.lines()[-1][-1])


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return not probe.connect_ex(("127.0.0.1", port))


def nginx() -> str:
    """Where nginx is. Without it the tests skip, but in CI they fail."""
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if found is None:
        reason = "nginx is not installed (Debian: apt-get install nginx-light)"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return found


@contextmanager
def proxied(folder: Path, *ports: int, site: str = "", **files: str) -> Iterator[Proxy]:
    """nginx in front of the replicas at these ports, with the repository's own configuration. site: what site.conf says
    besides; files: other contents for a file of the configuration, by its name without `.conf`."""
    port = free_port()
    for name in CONFIGURATION:
        shutil.copy(ROOT / "deploy" / name, folder)
    replicas = "".join(f"server 127.0.0.1:{replica} max_fails=0;\n" for replica in ports)
    own = f"listen 127.0.0.1:{port};\naccess_log {folder}/access.log brief;\n{site}\n"
    for name, text in ({"replicas": replicas, "site": own} | files).items():
        (folder / f"{name}.conf").write_text(text)
    proxy = Proxy(f"http://localhost:{port}", folder)
    command: list[Any] = [nginx(), "-p", folder, "-c", folder / "nginx.conf", "-g", "daemon off;"]
    with proxy.errors.open("w") as out:
        server = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        until(lambda: server.poll() is not None or listening(port))
        assert server.poll() is None, proxy.errors.read_text()
        yield proxy
    finally:
        server.terminate()
        server.wait(10)
