"""The one queue of long work: a few processes at a time, so no reader waits for another's numbers, and stop means stop.

    job = jobs.submit("model.checks.job", {"text": …})    now or when it is its turn; see model/runtime/process.py

A fragment of the page that runs twice a second calls `job.beat()` and shows `job.messages`. Work whose reader has gone
(to another lesson, or for good) is ended within a second: it is asked to, and killed a moment later. All processes have
a lower priority than the server and one thread each, and end when it does, however it does.

concurrent.futures, loky and pebble were looked at: they give one result at the end of a function, where a page follows
what a job says, and none takes a turn back from a job or shares places out by client. RQ, Dramatiq, Huey and Celery do
some of this and need a broker beside the app, which one's own machine does not have.
"""

import math
import threading
import time
from collections import Counter, deque

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui.server import clients, limits
from ui.server.processes import Process

BEAT_TIMEOUT_S = 30.0  # without a beat, of a browser that is asleep; a reader who leaves is noticed at once
GRACE_S = 0.6  # between asking a job to end and killing it, so that it can put its things in order
TURN_GRACE_S = 5.0  # the same where its turn is over: nobody minds, and a new process costs seconds
TICK_S = 0.1  # between two looks at all work
REMEMBERED = 20  # turns, from which a reader's waiting time is estimated


class Job:
    """Work that waits, runs, or has ended.

    messages: all that it said so far. ended: None, then "done", "failed" (`error` says why), "stopped", "away" (its
    reader was) or "turn" (others waited, and it had had its time), which may be submitted again, or "long". leaving:
    why it has to end, and since when it knows. alone: it starts processes of its own, and is the only job while it
    runs.
    """

    def __init__(
        self,
        owner: str,
        client: str,
        lesson: str,
        module: str,
        request: dict,
        *,
        turn: float = math.inf,
        longest: float = math.inf,
        alone: bool = False,
    ):
        self.owner, self.client, self.lesson, self.module, self.request = owner, client, lesson, module, request
        self.turn, self.longest, self.alone = turn, longest, alone
        self.messages: list[dict] = []
        self.error = ""
        self.ended: str | None = None
        self.seconds = 0.0  # that it has run
        self.leaving: tuple[str, float] | None = None
        self.process: Process | None = None  # which works on it, or did
        self.pool: Pool  # given by Pool.submit
        self._since = 0.0  # when it began to run
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
            if self.process is None:
                self.ended = why
            else:
                self.process.ask_to_end()

    def start(self, process: Process) -> None:
        """Called by the pool, when it is its turn."""
        self._since, self.process = time.monotonic(), process
        process.give(self)

    def end(self, how: str) -> None:
        """Called by its process. A job that had to leave ends for that reason."""
        self.seconds = time.monotonic() - self._since
        self.ended = self.leaving[0] if self.leaving else how

    def look(self, now: float, crowded: bool) -> None:
        """Ends work that has nobody to work for, or that has had its turn, and kills what does not end."""
        if not self.alive:
            return
        running = now - self._since if self.process else 0.0
        if self.leaving and self.process:
            why, since = self.leaving
            if now - since > (TURN_GRACE_S if why == "turn" else GRACE_S):
                self.process.kill()
        if now - self._beat > BEAT_TIMEOUT_S or not is_connected(self.owner):
            self.stop("away")
        if running > self.longest:
            self.stop("long")
        if crowded and running > self.turn:
            self.stop("turn")


class Pool:
    """At most `most` jobs at a time; the others wait, one of each reader. Whoever has fewer jobs before theirs goes
    first, so sixty pages of one client do not keep another waiting; among equals, whoever came first."""

    def __init__(self, most: int):
        self.most = most
        self.lock = threading.RLock()
        self._waiting: list[Job] = []
        self._running: list[Job] = []
        self._idle: list[Process] = []
        self._turns: deque[float] = deque(maxlen=REMEMBERED)  # seconds that the last jobs ran
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
            line = self._line()
            return line.index(job) + 1 if job in line else 0

    def expected_wait_s(self, job: Job) -> float | None:
        """Seconds until a waiting job begins, by the turns of the last ones; None while nothing is known of them."""
        with self.lock:
            return job.place * sum(self._turns) / len(self._turns) / self.most if self._turns else None

    def counts(self) -> tuple[int, int]:
        """Jobs that run, and that wait."""
        return len(self._running), len(self._waiting)

    def arrive(self, owner: str, lesson: str) -> None:
        """The reader opens this lesson: work of another one ends."""
        with self.lock:
            for job in self._waiting + self._running:
                if job.owner == owner:
                    job.beat() if job.lesson == lesson else job.stop("away")

    def close(self) -> None:
        """Kills all processes, sooner than they would notice that the server has gone; their own end with them."""
        with self.lock:
            for process in [*self._idle, *(job.process for job in self._running if job.process)]:
                process.kill()

    def _line(self) -> list[Job]:
        """The jobs that wait, as their turn will come."""
        before = Counter(job.client for job in self._running)
        places = []
        for job in self._waiting:
            places.append(before[job.client])
            before[job.client] += 1
        return [job for _, job in sorted(zip(places, self._waiting, strict=True), key=lambda pair: pair[0])]

    def _watch(self) -> None:
        while True:
            time.sleep(TICK_S)
            with self.lock:
                self._tick()
                if not self._waiting and not self._running and not self._idle:
                    self._watched = False
                    return

    def _tick(self) -> None:
        now = time.monotonic()
        for job in self._waiting + self._running:
            job.look(now, bool(self._waiting))
        for job in self._running:
            if not job.alive:
                self._turns.append(job.seconds)
                if job.process.idle:
                    self._idle.append(job.process)
        self._waiting = [job for job in self._waiting if job.alive]
        self._running = [job for job in self._running if job.alive]
        for process in list(self._idle):
            if process.gone or now - process.idle_since > limits.limits().idle_process_seconds:
                self._retire(process)
        self._start_jobs()

    def _start_jobs(self) -> None:
        for job in self._line():
            if len(self._running) >= (1 if job.alone else self.most) or any(other.alone for other in self._running):
                return  # nobody passes a job that has to be alone, which would wait for ever
            if job.owner in {other.owner for other in self._running}:
                continue  # a reader's next work begins when the last has ended
            self._waiting.remove(job)
            self._running.append(job)
            job.start(self._process_for(job))

    def _process_for(self, job: Job) -> Process:
        """An idle one of the same module; else a new one, for which idle ones make room."""
        for process in self._idle:
            if process.module == job.module and not process.gone:
                self._idle.remove(process)
                return process
        for process in self._idle[: 1 if not job.alone else None]:
            self._retire(process)
        return Process(job.module)

    def _retire(self, process: Process) -> None:
        self._idle.remove(process)
        process.close()


POOL = Pool(limits.limits().jobs)


def submit(
    module: str,
    request: dict | None = None,
    *,
    turn: float = math.inf,
    longest: float = math.inf,
    alone: bool = False,
) -> Job:
    """Work for the reader of this page; what the same reader had running ends.

    turn: seconds after which it makes room when others wait: for work that can go on where it stopped. longest: seconds
    after which it ends in any case. alone: see Job.
    """
    lesson = st.session_state.get("lesson", "")
    times = {"turn": turn, "longest": longest}
    return POOL.submit(Job(owner(), clients.current(), lesson, module, request or {}, **times, alone=alone))


def arrive(lesson: str) -> None:
    """Called by every lesson when it opens."""
    POOL.arrive(owner(), lesson)


def owner() -> str:
    """The session of this page: whose work it is."""
    return get_script_run_ctx().session_id


def is_connected(owner: str) -> bool:
    """Whether the reader's browser is still connected; outside of a server (in tests) everybody is here."""
    return not runtime.exists() or runtime.get_instance().is_active_session(owner)
