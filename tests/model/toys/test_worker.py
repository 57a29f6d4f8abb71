"""The training process: what it tells, how it is stopped and goes on, and what it does when numbers run away."""

import json
import threading
from base64 import b64decode
from dataclasses import replace

import numpy as np
import pytest
import torch

from model.runtime import process
from model.toys import worker
from model.toys.plans import PRESETS, Choices, Plan
from model.transformer import run

TINY = Plan("copy", Choices(layers=1, width=32, heads=2), steps=16)
MIXED = Plan("reverse", Choices(layers=2, width=32, heads=2, experts=4), steps=16)


def told(job, plans, folder, until=None):
    """What the process says about these plans; it is asked to end as soon as `until(message)`."""
    runs = [{"plan": worker.plan_json(plan), "file": str(folder / str(i))} for i, plan in enumerate(plans)]
    process.send(job, {"runs": runs})
    messages = []
    while (message := json.loads(job.stdout.readline())) is not True:
        messages.append(message)
        if until and until(message):
            process.send(job, None)
            until = None
    return messages


def whole(plan, file):
    return list(worker.train_plan(worker.Work(plan, file), threading.Event()))


def weights(plan, file):
    return torch.cat([weight.flatten() for weight in worker.load_trained(plan, file).parameters()])


@pytest.mark.slow
def test_two_runs_at_once_stopped_and_continued_end_as_if_nothing_had_happened(tmp_path):
    job = process.start("model.toys.worker")
    first = told(job, [TINY, MIXED], tmp_path, until=lambda message: message.get("step") == 5)
    assert [message["ended"] for message in first if "ended" in message] == ["stopped", "stopped"]
    second = told(job, [TINY, MIXED], tmp_path)  # by the same process, which has PyTorch already
    job.stdin.close()
    assert job.wait() == 0
    for number, plan in enumerate((TINY, MIXED)):
        assert not list(tmp_path.glob("*.part"))
        at_once = whole(plan, tmp_path / f"whole {number}")
        seen = [m for m in first + second if m["run"] == number and "ended" not in m]
        assert [m["step"] for m in seen] == list(range(17))
        assert [m["loss"] for m in seen] == [snapshot.loss for snapshot in at_once[:-1]]
        assert torch.equal(weights(plan, tmp_path / str(number)), weights(plan, tmp_path / f"whole {number}"))
    assert [m["load"] is None for m in (first[0], first[1])] == [first[0]["run"] == 0, first[1]["run"] == 0]


def test_a_run_stopped_before_its_first_step_begins_anew(tmp_path):
    stop = threading.Event()
    stop.set()
    assert list(worker.train_plan(worker.Work(TINY, tmp_path / "run"), stop))[1:] == ["stopped"]
    assert [seen.step for seen in whole(TINY, tmp_path / "run")[:-1]] == list(range(17))


@pytest.mark.parametrize("plan", [TINY, MIXED], ids=["dense", "experts"])
def test_a_snapshot_is_what_the_model_does(plan):
    model, rows = worker.new_model(plan), plan.task.held_out()
    seen, tokens = worker.take_snapshot(model, 0, rows), plan.task.tokenizer.strings(rows.ids[0].tolist())
    trace = run(model, rows.ids[0].tolist(), tokens)
    patterns = trace.stack("pattern")
    assert np.abs(seen.patterns / 255 - patterns).max() <= 0.5 / 255 + 1e-6
    assert seen.predictions == trace.logits.argmax(-1).tolist()
    json_ = worker.snapshot_json(seen)
    assert b64decode(json_["patterns"]) == seen.patterns.tobytes() and json.dumps(json_)
    assert (seen.load is None) == (plan is TINY)
    if seen.load:
        assert np.allclose(np.sum(seen.load, 1), 1)


def test_when_numbers_run_away_the_last_sound_state_stays(tmp_path):
    wild = replace(TINY, choices=replace(TINY.choices, rate=1e18, warm_up=20))
    *seen, ended = whole(wild, tmp_path / "wild")
    assert ended == "diverged"
    assert all(np.isfinite(snapshot.loss) for snapshot in seen)
    if seen[1:]:
        assert torch.isfinite(weights(wild, tmp_path / "wild")).all()


FLAT, RISING, SOLVED = [0.1] * 12, [0.1, *(0.02 * n for n in range(12))], [0.1] * 8 + [1.0] * 2


def test_a_run_is_behind_when_the_other_is_solved_and_it_gains_nothing():
    plan = Plan("copy", Choices(warm_up=0))
    assert worker.is_behind(plan, FLAT, SOLVED)
    assert not worker.is_behind(plan, FLAT, SOLVED[:-1])  # which may have been luck
    assert not worker.is_behind(plan, FLAT[:9], SOLVED)  # it has not come as far
    assert not worker.is_behind(plan, RISING, SOLVED)
    late = replace(plan, choices=replace(plan.choices, warm_up=100))  # of 600 steps, 15 between two snapshots
    assert not worker.is_behind(late, FLAT, SOLVED) and worker.is_behind(late, [0.1] * 16, SOLVED)


@pytest.mark.slow
def test_a_pair_in_turns_ends_as_in_one_go_and_who_is_behind_may_go_on(tmp_path):
    plans = PRESETS["order"]

    def trained(name, turn=None):
        works, seen = [worker.Work(plan, tmp_path / f"{name} {n}") for n, plan in enumerate(plans)], []
        while not all(work.ended for work in works):
            stop = threading.Event()
            for count, (number, event) in enumerate(worker.train_together(works, stop)):
                if count == turn:
                    stop.set()
                if isinstance(event, worker.Ending):
                    works[number].ended = event is not worker.Ending.STOPPED
                if event is not worker.Ending.STOPPED:
                    seen.append((number, event if works[number].ended else (event.step, event.loss)))
        return works, seen

    works, at_once = trained("once")
    assert sorted(trained("turns", turn=3)[1], key=str) == sorted(at_once, key=str)
    assert [event for _, event in at_once if isinstance(event, str)] == ["solved", "behind"]
    last = works[0].accuracies.copy()
    works[0].ended, works[0].patient = False, True
    events = worker.train_together(works, threading.Event())
    assert [next(events)[1].step for _ in range(2)] == [5 * len(last), 5 * (len(last) + 1)]
