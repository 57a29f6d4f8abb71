"""Work in other processes: what it says, who waits, who is stopped. The work is a script of three lines."""

import math
import os
import time

import pytest

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


@pytest.fixture
def pool(tmp_path, monkeypatch):
    (tmp_path / "script.py").write_text(SCRIPT)
    monkeypatch.setattr(jobs, "ROOT", tmp_path)
    pool = jobs.Pool(most=1)
    monkeypatch.setattr(jobs, "POOL", pool)
    yield pool
    pool.close()


def ask(pool, owner="reader", lesson="train", turn=math.inf, longest=math.inf, **request):
    return pool.submit(jobs.Job(owner, lesson, "script", request, turn, longest))


def until(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


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
    job = ask(pool, text="è\n")
    until(lambda: not job.alive)
    assert job.ended == "done" and not job.failed
    assert said(job)["text"] == "è\n" and len(job.messages) == 1
    until(lambda: not pool._watched)  # no thread goes on when nothing is to be watched


def test_work_that_breaks_says_so(pool):
    job = ask(pool, status=3)
    until(lambda: not job.alive)
    assert job.failed


def test_work_that_takes_too_long_is_ended(pool):
    job = ask(pool, longest=0.3, sleep=30)
    pid = said(job)["pid"]
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


def test_what_does_not_end_is_killed(pool):
    job = ask(pool, deaf=True, sleep=30)
    pid = said(job)["pid"]
    job.stop()
    until(lambda: not job.alive, 1)
    assert gone(pid)


def test_leaving_the_lesson_or_the_server_ends_its_work_within_a_second(pool, monkeypatch):
    job = ask(pool, sleep=30)
    pid = said(job)["pid"]
    pool.arrive("another", "heads")
    pool.arrive("reader", "train")
    assert job.alive and job._leaving is None
    pool.arrive("reader", "heads")
    until(lambda: not job.alive, 1)
    assert job.ended == "away" and gone(pid)

    job = ask(pool, sleep=30)
    monkeypatch.setattr(jobs, "_here", lambda owner: False)
    until(lambda: not job.alive, 1)
    assert job.ended == "away"


def test_no_beat_no_work(pool, monkeypatch):
    monkeypatch.setattr(jobs, "AWAY", 0.4)
    job = ask(pool, sleep=30)
    for _ in range(6):
        time.sleep(0.1)
        job.beat()
    assert job.alive
    until(lambda: not job.alive, 1)
    assert job.ended == "away"


def test_long_work_makes_room_when_others_wait(pool):
    first = ask(pool, "a", turn=0.3, sleep=30)
    time.sleep(0.5)
    assert first.alive
    second = ask(pool, "b")
    until(lambda: not second.alive)
    assert first.ended == "turn" and second.ended == "done"


def test_a_server_that_ends_takes_its_work_along(pool):
    pid = said(ask(pool, deaf=True, sleep=30))["pid"]
    pool.close()
    until(lambda: gone(pid), 2)
