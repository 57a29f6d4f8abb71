"""The app, served for real."""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.pages import ROOT


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        return free.getsockname()[1]


@contextmanager
def serving(log: Path, *streamlit: str) -> Iterator[tuple[int, subprocess.Popen]]:
    """`streamlit run …/app.py`: its port, and its process, which a test may kill. A traceback in its log is a fault.

    `streamlit` is what Python is given to run it, else its module. It is typed in the folder of the log, for it has to
    work from anywhere.
    """
    port = free_port()
    command = [sys.executable, *(streamlit or ("-m", "streamlit")), "run", str(ROOT / "app.py")]
    with log.open("w") as out:
        server = subprocess.Popen(
            [*command, "--server.port", str(port), "--server.headless", "true"], cwd=log.parent, stdout=out, stderr=out
        )
    try:
        wait_for(f"http://localhost:{port}", server, log)
        yield port, server
    finally:
        server.terminate()
        server.wait(20)
    assert "Traceback" not in log.read_text(), log.read_text()


def wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    """Until the server says that it is well. Raises TimeoutError with its log after half a minute."""
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
            return
        except OSError:
            assert server.poll() is None, log.read_text()
            time.sleep(0.1)
    raise TimeoutError(log.read_text())
