"""Work in other processes: what it says, who waits, who is stopped. The work is a script of three lines."""

import math
import os
import threading

import pytest

from tests.support.waiting import until
from ui.server import jobs

SCRIPT = """
import json, signal, sys, time
asked = json.loads(sys.stdin.readline())
if asked.get("deaf"):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("not JSON")
print(json.dumps({"pid": __import__("os").getpid()} | asked), flush=True)
time.sleep(asked.get("sleep", 0))
sys.exit(asked.get("status", 0))
"""


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
    return clock


@pytest.fixture
def pool(tmp_path, monkeypatch, clock):
    (tmp_path / "script.py").write_text(SCRIPT)
    monkeypatch.setattr(jobs, "ROOT", tmp_path)
    pool = jobs.Pool(max_running=1)
    yield pool
    pool.close()


def ask(pool, owner="reader", lesson="train", turn=math.inf, longest=math.inf, **request):
    return pool.submit(jobs.Job(owner, lesson, "script", request, turn, longest))


def said(job):
    until(lambda: job.messages)
    return job.messages[0]


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_work_says_what_it_finds_and_ends(pool):
    before = threading.active_count()
    job = ask(pool, text="è\n")
    until(lambda: not job.alive)
    assert job.ended == "done" and not job.failed
    assert said(job)["text"] == "è\n" and len(job.messages) == 1
    until(lambda: threading.active_count() == before)  # no thread goes on when nothing is to be watched


def test_work_that_breaks_says_so(pool):
    job = ask(pool, status=3)
    until(lambda: not job.alive)
    assert job.failed


def test_work_that_takes_too_long_is_ended(pool, clock):
    job = ask(pool, longest=20, sleep=60)
    pid = said(job)["pid"]
    clock.turn(19)
    assert clock.looked() and job.alive
    clock.turn(2)
    until(lambda: not job.alive)
    assert job.ended == "long" and gone(pid)


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
    pid = said(job)["pid"]
    pool.arrive("another", "heads")
    pool.arrive("reader", "train")
    assert job.alive and not job.leaving
    pool.arrive("reader", "heads")
    assert job.leaving
    until(lambda: not job.alive)
    assert job.ended == "away" and gone(pid)

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
    first = ask(pool, "a", turn=3, sleep=60)
    clock.turn(5)
    assert clock.looked() and first.alive and not first.leaving
    second = ask(pool, "b")
    until(lambda: not second.alive)
    assert first.ended == "turn" and second.ended == "done"


def test_a_server_that_ends_takes_its_work_along(pool):
    pid = said(ask(pool, deaf=True, sleep=60))["pid"]
    pool.close()
    until(lambda: gone(pid))
