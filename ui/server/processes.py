"""The processes of ui/server/jobs.py."""

import json
import threading
import time
from typing import TYPE_CHECKING

from model.runtime import process
from ui.server import scratch

if TYPE_CHECKING:
    from ui.server.jobs import Job

NICENESS = 10  # pages that somebody waits for go first


class Process:
    """A process that works on one job after another, as far as its module allows it."""

    def __init__(self, module: str):
        self.module = module
        self.idle = False  # whether it has ended its job and can take another
        self.idle_since = 0.0
        self.gone = False
        self._job: Job | None = None
        self._process = process.start(module, NICENESS, scratch.folder())
        threading.Thread(target=self._follow, daemon=True).start()

    def give(self, job: "Job") -> None:
        self.idle, self._job = False, job
        process.send(self._process, job.request)
        if self.gone:  # it died while it was idle
            job.end("failed")

    def ask_to_end(self) -> None:
        process.send(self._process, None)

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        """Ends it, and its job, soon."""
        self._process.stdin.close()

    def _follow(self) -> None:
        """Listens to it until it ends."""
        for line in self._process.stdout:
            try:
                message = json.loads(line)
            except ValueError:
                continue  # a line that a kill has cut
            if isinstance(message, bool):
                job, self._job = self._job, None
                self.idle, self.idle_since = message, time.monotonic()
                job.end("done")
            elif "failed" in message:
                self._job.error = message["failed"]
            else:
                self._job.messages.append(message)
        self._process.wait()
        self.gone = True
        if self._job:
            self._job.end("failed")
