"""Work in other processes: what it says, who waits, who is stopped. The work is tests/support/work.py."""

import json
import os
import signal
import subprocess
import sys
import threading

import psutil
import pytest

from model.runtime import process
from tests.support.pages import ROOT
from tests.support.waiting import until
from ui.server import jobs, limits, processes


class Clock:
    """Stands for the module `time`: it is what the test says, and the pool looks at its work whenever it is turned."""

    def __init__(self):
        self.now, self.looks = 0.0, 0
        self._turned = threading.Condition()

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._turned:
            self.looks += 1
            self._turned.notify_all()
            self._turned.wait(0.01)

    def turn(self, seconds: float) -> None:
        """So much time goes by."""
        with self._turned:
            self.now += seconds
            self._turned.notify_all()

    def looked(self) -> bool:
        """Waits until the pool, which has work to look at, has done so at this time."""
        with self._turned:
            seen = self.looks + 2  # one look may have begun before
            return self._turned.wait_for(lambda: self.looks >= seen, 60)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(jobs, "time", clock)
    monkeypatch.setattr(processes, "time", clock)
    return clock


@pytest.fixture
def pool(clock):
    pool = jobs.Pool(1)
    yield pool
    pool.close()


def ask(pool, owner="reader", lesson="train", client=None, how=None, **request):
    """how: what Job is given by name."""
    job = jobs.Job(owner, client or owner, lesson, "tests.support.work", request, **how or {})
    return pool.submit(job)


def said(job):
    until(lambda: job.messages)
    return job.messages[0]


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_work_says_what_it_finds_and_ends(pool, clock):
    before = threading.active_count()
    job = ask(pool, text="è\n")
    until(lambda: not job.alive)
    assert job.ended == "done" and not job.failed
    assert said(job)["text"] == "è\n" and len(job.messages) == 1
    clock.turn(limits.limits().idle_process_seconds + 1)
    until(lambda: gone(said(job)["pid"]))  # a process without work ends
    until(lambda: threading.active_count() == before)  # and no thread goes on when nothing is to be watched


def test_work_has_one_thread_and_a_lower_priority(pool):
    seen = said(ask(pool))
    assert seen["threads"] == "1" and seen["nice"] >= os.nice(0) + processes.NICENESS


def test_a_process_takes_the_next_job_of_its_kind_and_makes_room_for_another_kind(pool):
    first, second = ask(pool, "a"), ask(pool, "b", sleep=60)
    assert said(first)["pid"] == said(second)["pid"]
    second.stop()
    third = pool.submit(jobs.Job("c", "c", "train", "model.runtime.nothing", {}))
    until(lambda: not third.alive)
    assert second.ended == "stopped" and third.failed and "nothing" in third.error
    until(lambda: gone(said(first)["pid"]))


def test_work_that_breaks_says_so_to_the_reader_and_not_to_the_log(pool, capfd):
    job = ask(pool, error="of no concern to the log")
    until(lambda: not job.alive)
    assert job.failed and job.error == "of no concern to the log"
    assert "RuntimeError" in (log := capfd.readouterr().err) and job.error not in log
    job = ask(pool, killed=True)
    until(lambda: not job.alive)
    assert job.failed and not job.error


def test_work_that_takes_too_long_is_ended(pool, clock):
    job = ask(pool, how={"longest": 20}, sleep=60)
    pid = said(job)["pid"]
    clock.turn(19)
    assert clock.looked() and job.alive
    clock.turn(2)
    until(lambda: not job.alive)
    assert job.ended == "long" and not gone(pid)


def test_the_others_wait_in_the_order_they_came(pool):
    first, second, third = (ask(pool, name, sleep=30) for name in "abc")
    assert [first.place, second.place, third.place] == [0, 1, 2]
    second.stop()
    until(lambda: third.place == 1)
    assert second.ended == "stopped" and third.alive
    first.stop()
    until(lambda: third.place == 0 and third.messages)
    assert first.ended == "stopped" and not third.failed


def test_a_reader_has_one_at_a_time(pool):
    first = ask(pool, sleep=30)
    second = ask(pool)
    until(lambda: not second.alive)
    assert [first.ended, second.ended] == ["stopped", "done"]


def test_what_does_not_end_is_killed_within_a_second(pool, clock):
    assert jobs.GRACE_S + 2 * jobs.TICK_S < 1
    job = ask(pool, deaf=True, sleep=60)
    pid = said(job)["pid"]
    job.stop()
    clock.turn(jobs.GRACE_S - jobs.TICK_S)
    assert clock.looked() and job.alive
    clock.turn(2 * jobs.TICK_S)
    until(lambda: not job.alive)
    assert gone(pid)


def test_leaving_the_lesson_or_the_server_ends_its_work(pool, monkeypatch):
    job = ask(pool, sleep=60)
    said(job)
    pool.arrive("another", "heads")
    pool.arrive("reader", "train")
    assert job.alive and not job.leaving
    pool.arrive("reader", "heads")
    assert job.leaving
    until(lambda: not job.alive)
    assert job.ended == "away"

    job = ask(pool, sleep=60)
    monkeypatch.setattr(jobs, "is_connected", lambda owner: False)
    until(lambda: not job.alive)
    assert job.ended == "away"


def test_no_beat_no_work(pool, clock):
    job = ask(pool, sleep=60)
    for _ in range(3):
        clock.turn(0.6 * jobs.BEAT_TIMEOUT_S)
        assert clock.looked() and job.alive and not job.leaving
        job.beat()
    clock.turn(1.1 * jobs.BEAT_TIMEOUT_S)
    until(lambda: not job.alive)
    assert job.ended == "away"


def test_long_work_makes_room_when_others_wait(pool, clock):
    first = ask(pool, "a", how={"turn": 3}, sleep=60)
    clock.turn(5)
    assert clock.looked() and first.alive and not first.leaving
    second = ask(pool, "b")
    until(lambda: not second.alive)
    assert first.ended == "turn" and second.ended == "done"


def test_sixty_pages_of_one_client_keep_no_other_waiting(pool):
    many = [ask(pool, f"page {n}", client="one", sleep=30) for n in range(60)]
    other = ask(pool, "reader", client="another", sleep=30)
    assert [other.place, many[1].place, many[-1].place] == [1, 2, 60]
    again = ask(pool, "reader 2", client="another", sleep=30)
    assert [other.place, many[1].place, again.place, many[2].place] == [1, 2, 3, 4]


def test_the_waiting_time_is_that_of_the_last_turns(pool, clock):
    first, second, third = (ask(pool, name, sleep=30) for name in "abc")
    assert pool.expected_wait_s(third) is None
    clock.turn(6)
    first.stop()
    until(lambda: second.place == 0)
    assert pool.expected_wait_s(third) == first.seconds == 6


def test_what_starts_processes_of_its_own_runs_alone(clock):
    pool = jobs.Pool(2)
    first, ring, later = (
        ask(pool, "a", sleep=60),
        ask(pool, "b", how={"alone": True}, sleep=60),
        ask(pool, "c", sleep=60),
    )
    assert pool.counts() == (1, 2) and [ring.place, later.place] == [1, 2]
    first.stop()
    until(lambda: ring.messages)
    assert pool.counts() == (1, 1) and later.place == 1
    ring.stop()
    until(lambda: later.messages)
    pool.close()


SERVER = """
import sys, time
from model.runtime import process
at_work = process.start("tests.support.work")
process.send(at_work, {"deaf": True, "sleep": 600, "children": 1})
print(at_work.stdout.readline().decode(), flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_no_work_outlives_its_server_however_that_ends(how):
    server = subprocess.Popen([sys.executable, "-c", SERVER], cwd=ROOT, stdout=subprocess.PIPE)
    family = [psutil.Process(pid) for pid in json.loads(server.stdout.readline())["pids"]]
    server.send_signal(how)
    server.wait()
    assert psutil.wait_procs(family, timeout=20)[1] == []  # GRACE_S for each, and what a busy machine takes
    assert len(family) * process.GRACE_S < 1
