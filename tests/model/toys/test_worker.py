"""The training process: what it tells, how it is stopped and goes on, and what it does when numbers run away."""

import json
import signal
import subprocess
import sys
import threading
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from model.toys import worker
from model.toys.plans import Choices, Plan
from model.transformer import run

ROOT = Path(__file__).parents[3]
TINY = Plan("copy", Choices(layers=1, width=32, heads=2), steps=16)
MIXED = Plan("reverse", Choices(layers=2, width=32, heads=2, experts=4), steps=16)


def told(plans, folder, until=None):
    """What the process says about these plans; SIGTERM as soon as `until(message)`."""
    runs = [{"plan": worker.plan_json(plan), "file": str(folder / str(i))} for i, plan in enumerate(plans)]
    command = [sys.executable, "-m", "model.toys.worker"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    process.stdin.write(json.dumps({"runs": runs}) + "\n")
    process.stdin.flush()
    messages = []
    for line in process.stdout:
        messages.append(json.loads(line))
        if until and until(messages[-1]):
            process.send_signal(signal.SIGTERM)
            until = None
    assert process.wait(10) == 0
    return messages


def weights(plan, file):
    return torch.cat([weight.flatten() for weight in worker.load_trained(plan, file).parameters()])


@pytest.mark.slow
def test_two_runs_at_once_stopped_and_continued_end_as_if_nothing_had_happened(tmp_path):
    first = told([TINY, MIXED], tmp_path, until=lambda message: message.get("step") == 5)
    assert [message["ended"] for message in first if "ended" in message] == ["stopped", "stopped"]
    second = told([TINY, MIXED], tmp_path)
    for number, plan in enumerate((TINY, MIXED)):
        assert not list(tmp_path.glob("*.part"))
        whole = list(worker.train_plan(plan, tmp_path / f"whole {number}", threading.Event()))
        seen = [m for m in first + second if m["run"] == number and "ended" not in m]
        assert [m["step"] for m in seen] == list(range(17))
        assert [m["loss"] for m in seen] == [snapshot.loss for snapshot in whole[:-1]]
        assert torch.equal(weights(plan, tmp_path / str(number)), weights(plan, tmp_path / f"whole {number}"))
    assert [m["load"] is None for m in (first[0], first[1])] == [first[0]["run"] == 0, first[1]["run"] == 0]


@pytest.mark.parametrize("plan", [TINY, MIXED], ids=["dense", "experts"])
def test_a_snapshot_is_what_the_model_does(plan):
    begun, rows = worker.new_run(plan), plan.task.held_out()
    seen, tokens = worker.take_snapshot(begun, rows), plan.task.tokenizer.strings(rows.ids[0].tolist())
    trace = run(begun.model, rows.ids[0].tolist(), tokens)
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
    *seen, ended = worker.train_plan(wild, tmp_path / "wild", threading.Event())
    assert ended == "diverged"
    assert all(np.isfinite(snapshot.loss) for snapshot in seen)
    if seen[1:]:
        assert torch.isfinite(weights(wild, tmp_path / "wild")).all()
