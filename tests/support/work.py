"""Work for the tests of ui/server/jobs.py: a module for model/runtime/process.py, which does what it is asked."""

import os
import signal
import threading
import time

from model.runtime import process
from model.runtime.process import Say

REUSABLE = True


def work(request: dict, say: Say, stop: threading.Event) -> None:
    """deaf: it does not end when it is asked to. sleep: seconds. error: what it breaks with. killed: by the system.
    children: processes of its own."""
    print("not a message")
    children = [process.start(__name__) for _ in range(request.get("children", 0))]
    pids, threads = [os.getpid(), *(child.pid for child in children)], os.environ["OMP_NUM_THREADS"]
    say({"pid": pids[0], "pids": pids, "nice": os.nice(0), "threads": threads} | request)
    if request.get("deaf"):
        time.sleep(request["sleep"])
    stop.wait(request.get("sleep", 0))
    if "error" in request:
        raise RuntimeError(request["error"])
    if request.get("killed"):
        os.kill(os.getpid(), signal.SIGKILL)
