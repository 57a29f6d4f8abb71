"""A process queue for long work, a few processes at a time: no reader waits for another's numbers, and stop means stop.

    job = jobs.submit("model.checks", {"model": "smollm2"})    `python -m model.checks`, now or when it is its turn

The process reads what to do as one line of JSON from its input, and says what it found as lines of JSON on its output.
A fragment of the page that runs twice a second calls `job.beat()` and shows `job.messages`. Work whose reader has gone
(to another lesson, or for good) is ended within a second: SIGTERM, and a moment later SIGKILL.
"""

import atexit
import json
import math
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui.server import limits

ROOT = Path(__file__).parents[2]
MAX_JOBS = limits.limits().jobs  # processes of one server at a time
BEAT_TIMEOUT_S = 30.0  # without a beat, of a browser that is asleep; a reader who leaves is noticed at once
GRACE_S = 0.6  # that a process has between SIGTERM and SIGKILL, to put its things in order
TICK_S = 0.1  # between two looks at all work


class Job:
    """Work that waits, runs, or has ended.

    messages: all that it said so far. ended: None, then "done", "failed" (the server's log says why), "stopped",
    "away" (its reader was) or "turn" (others waited, and it had had its time), which may be submitted again, or "long".
    leaving: why it has to end, and since when it knows.
    """

    def __init__(
        self, owner: str, lesson: str, module: str, request: dict, turn: float = math.inf, longest: float = math.inf
    ):
        self.owner, self.lesson, self.module, self.request = owner, lesson, module, request
        self.turn, self.longest = turn, longest
        self.messages: list[dict] = []
        self.ended: str | None = None
        self._process: subprocess.Popen | None = None
        self._since = 0.0  # when it began to run
        self.leaving: tuple[str, float] | None = None
        self.pool: Pool  # given by Pool.submit
        self.beat()

    @property
    def alive(self) -> bool:
        return self.ended is None

    @property
    def failed(self) -> bool:
        return self.ended == "failed"

    @property
    def place(self) -> int:
        """0 for work that runs, or has ended; else its place in the queue, from 1."""
        return self.pool.place(self)

    def beat(self) -> None:
        """The reader is here."""
        self._beat = time.monotonic()

    def stop(self, why: str = "stopped") -> None:
        """Ends it; until it has ended, `alive` stays true."""
        with self.pool.lock:
            if self.leaving or not self.alive:
                return
            self.leaving = why, time.monotonic()
            if self._process is None:
                self.ended = why
            else:
                self._process.send_signal(signal.SIGTERM)

    def _start(self) -> None:
        command, pipe = [sys.executable, "-m", self.module], subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=ROOT)
        self._since = time.monotonic()
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        """Talks to the process until it ends."""
        process = self._process
        try:
            process.stdin.write(json.dumps(self.request).encode() + b"\n")
            process.stdin.close()
        except BrokenPipeError:
            pass  # it has ended already: its exit status says how
        for line in process.stdout:
            try:
                self.messages.append(json.loads(line))
            except ValueError:
                continue  # what a library printed, or a line cut by SIGKILL
        clean = process.wait() == 0
        self.ended = self.leaving[0] if self.leaving else "done" if clean else "failed"

    def _look(self, now: float, crowded: bool) -> None:
        """Ends work that has nobody to work for, or that has had its turn, and kills what does not end."""
        if self.leaving and self._process and now - self.leaving[1] > GRACE_S:
            self._process.kill()
        if now - self._beat > BEAT_TIMEOUT_S or not is_connected(self.owner):
            self.stop("away")
        if self._process and now - self._since > self.longest:
            self.stop("long")
        if crowded and self._process and now - self._since > self.turn:
            self.stop("turn")


class Pool:
    """At most `max_running` processes; the others wait, first come, first served, one of each reader."""

    def __init__(self, max_running: int = MAX_JOBS):
        self.max_running = max_running
        self.lock = threading.RLock()
        self._waiting: list[Job] = []
        self._running: list[Job] = []
        self._watched = False

    def submit(self, job: Job) -> Job:
        job.pool = self
        with self.lock:
            for other in self._waiting + self._running:
                if other.owner == job.owner:
                    other.stop()
            self._waiting.append(job)
            self._tick()
            if not self._watched:
                self._watched = True
                threading.Thread(target=self._watch, daemon=True).start()
        return job

    def place(self, job: Job) -> int:
        with self.lock:
            return self._waiting.index(job) + 1 if job in self._waiting else 0

    def arrive(self, owner: str, lesson: str) -> None:
        """The reader opens this lesson: work of another one ends."""
        with self.lock:
            for job in self._waiting + self._running:
                if job.owner == owner:
                    job.beat() if job.lesson == lesson else job.stop("away")

    def close(self) -> None:
        with self.lock:
            for job in self._running:
                job._process.kill()

    def _watch(self) -> None:
        while True:
            time.sleep(TICK_S)
            with self.lock:
                self._tick()
                if not self._waiting and not self._running:
                    self._watched = False
                    return

    def _tick(self) -> None:
        now = time.monotonic()
        for job in self._waiting + self._running:
            job._look(now, bool(self._waiting))
        self._waiting = [job for job in self._waiting if job.alive]
        self._running = [job for job in self._running if job.alive]
        for job in list(self._waiting):  # a reader's next work begins when the last has ended
            if len(self._running) < self.max_running and job.owner not in {other.owner for other in self._running}:
                self._waiting.remove(job)
                self._running.append(job)
                job._start()


POOL = Pool()
atexit.register(lambda: POOL.close())


def submit(module: str, request: dict | None = None, *, turn: float = math.inf, longest: float = math.inf) -> Job:
    """Work for the reader of this page; what the same reader had running ends.

    turn: seconds after which it makes room when others wait: for work that can go on where it stopped. longest: seconds
    after which it ends in any case.
    """
    return POOL.submit(Job(_owner(), st.session_state.get("lesson", ""), module, request or {}, turn, longest))


def arrive(lesson: str) -> None:
    """Called by every lesson when it opens."""
    POOL.arrive(_owner(), lesson)


def _owner() -> str:
    return get_script_run_ctx().session_id


def is_connected(owner: str) -> bool:
    """Whether the reader's browser is still connected; outside of a server (in tests) everybody is here."""
    return not runtime.exists() or runtime.get_instance().is_active_session(owner)
