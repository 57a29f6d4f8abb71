"""The folder of this server for files of its own: it goes with the server, however that ends."""

import atexit
import fcntl
import functools
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

PREFIX = "vetro-server-"
YOUNG_S = 60.0  # it may not have been locked yet


@functools.cache
def folder() -> Path:
    """Of this server, and gone with it. It is locked while the server lives: those of servers that were killed are not,
    and are deleted."""
    for other in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(FileNotFoundError):  # another server was quicker
            about = other.stat()
            if about.st_uid != os.getuid() or time.time() - about.st_mtime < YOUNG_S:
                continue
            if (lock := _locked(other)) is not None:
                shutil.rmtree(other, ignore_errors=True)
                os.close(lock)
    own = Path(tempfile.mkdtemp(prefix=PREFIX))
    atexit.register(remove)
    _locked(own)
    return own


def remove() -> None:
    """When the server ends."""
    if folder.cache_info().currsize:
        shutil.rmtree(folder(), ignore_errors=True)


def _locked(folder: Path) -> int | None:
    """Locks a folder until the descriptor is closed that it returns; None where another process has locked it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
