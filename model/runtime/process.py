"""A process for long work: `python -m model.runtime.process MODULE` calls, for every line of JSON on its input,

    MODULE.work(request, say, stop)    say(message) writes a line of JSON; stop, an Event, is set when it should end

and then writes the line `true`, or `false` where it ends: only a module with `REUSABLE` is given a second job, which
spares the seconds that it takes to import PyTorch. The line `null` asks for an early end. When its input ends, the
process ends, whatever it does: however the other end of a pipe came to die, the system closes it, so no job outlives
its server. (Linux's PR_SET_PDEATHSIG looks at the thread that started the process, and one of Streamlit's ends with the
run of a page.)
"""

import importlib
import json
import os
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

GRACE_S = 0.3  # that a job has to put its things in order when the input ends
ROOT = Path(__file__).parents[2]
PIPE_BYTES = 1 << 20  # a whole request fits, so whoever writes it does not wait until this process has begun to read

Say = Callable[[object], None]
Requests = SimpleQueue[tuple[dict, threading.Event]]


def start(module: str, niceness: int = 0, temporary: Path | None = None) -> subprocess.Popen[bytes]:
    """Starts such a process; it ends when its `stdin` is closed. niceness: added to that of this process, as `nice`
    does. temporary: the folder for what it needs for a while, else the system's."""
    command, pipe = [sys.executable, "-m", __name__, module, str(niceness)], subprocess.PIPE
    env = os.environ | ({"TMPDIR": str(temporary)} if temporary else {})
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=ROOT, env=env, pipesize=PIPE_BYTES)


def send(process: subprocess.Popen[bytes], message: object) -> None:
    """Writes a request, or None, which asks for an early end. One that has ended hears nothing."""
    assert process.stdin
    try:
        process.stdin.write(json.dumps(message).encode() + b"\n")
        process.stdin.flush()
    except (BrokenPipeError, ValueError):
        pass


def main(module: str, niceness: int) -> None:
    """Exit status 1 after an error, the text of which is said to the reader: {"failed": text}. It may hold what they
    typed, so the log gets the place and the type alone."""
    os.nice(niceness)
    os.environ["OMP_NUM_THREADS"] = "1"  # read when PyTorch is imported; on a busy machine threads wait for each other
    requests: Requests = SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()  # before imports, which take seconds
    output, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no message
    printing = threading.Lock()

    def say(message: object) -> None:
        with printing:
            try:
                print(json.dumps(message), file=output, flush=True)
            except BrokenPipeError:  # whoever listened has gone
                os._exit(1)

    try:
        worker = importlib.import_module(module)
        stays = getattr(worker, "REUSABLE", False)
        while True:
            request, stop = requests.get()
            worker.work(request, say, stop)
            say(stays)
            if not stays:
                os._exit(0)  # the interpreter would take its time to clear up
    except Exception as error:
        print(*traceback.format_tb(error.__traceback__), type(error).__name__, file=sys.stderr)
        say({"failed": str(error)})
        os._exit(1)


def _listen(requests: Requests) -> None:
    stop = threading.Event()
    for line in sys.stdin:
        if (request := json.loads(line)) is None:
            stop.set()
        else:
            stop = threading.Event()
            requests.put((request, stop))
    stop.set()
    time.sleep(GRACE_S)
    os._exit(0)  # ends threads and computations too


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
