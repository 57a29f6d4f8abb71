"""The runs that a browser keeps: they come back as they were, and what it says besides does no harm."""

import json
import zlib
from base64 import b64encode

import pytest
import streamlit as st

from model.toys import worker
from model.toys.plans import Choices, Plan
from tests.support.app_test import html_of, run_page
from ui.kit import tab
from ui.lessons.train import kept
from ui.lessons.train.runs import Runs
from ui.server import jobs

SMALL = {"layers": 1, "width": 32, "heads": 1}
PLANS = [Plan("copy", Choices(**SMALL), steps=100), Plan("sum", Choices(**SMALL, experts=4), steps=100)]


@pytest.fixture
def session(monkeypatch):
    state = {}
    monkeypatch.setattr(st, "session_state", state)
    return state


def trained(plan: Plan, steps: int = 3) -> Runs:
    """With a run that took some steps, and one that was not begun."""
    lab = Runs()
    record = lab.record(plan)
    model, rows = worker.new_model(plan), plan.task.held_out()
    for step in range(1, steps + 1):
        record.snapshots.append(worker.snapshot_json(worker.take_snapshot(model, step, rows)))
    lab.record(Plan("sort", Choices(**SMALL)))
    return lab


def written(lab: Runs, plan: Plan) -> dict:
    return json.loads(json.dumps(kept.as_json(lab.records[plan])))


@pytest.mark.parametrize("plan", PLANS)
def test_a_run_comes_back_as_it_was(plan, session):
    lab, other = trained(plan), Runs()
    kept.restore_run(other, written(lab, plan))
    assert other.records[plan].snapshots == lab.records[plan].snapshots and other.lost
    newer = other.record(plan).snapshots = trained(plan, 5).records[plan].snapshots
    kept.restore_run(other, written(lab, plan))
    assert other.records[plan].snapshots is newer, "what the session has by now stays"


BOMB = b64encode(zlib.compress(bytes(10_000_000))).decode()


@pytest.mark.parametrize(
    "path, value",
    [
        (("plan", "name"), "no task"),
        (("plan", "steps"), 10**9),
        (("plan", "seed"), None),
        (("plan", "text"), "x" * 600),
        (("plan", "choices", "width"), 4096),
        (("plan", "choices", "layers"), "1); import os"),
        (("plan", "choices", "heads"), 3),
        (("ended",), "never"),
        (("patterns",), BOMB),
        (("patterns",), "<script>"),
        (("patterns",), 7),
        (("snapshots",), []),
        (("snapshots",), [None] * 10_000),
        (("snapshots", 0, "step"), 1),
        (("snapshots", 2, "step"), 1),
        (("snapshots", 3, "step"), 101),
        (("snapshots", 1, "step"), 1.0),
        (("snapshots", 1, "loss"), float("nan")),
        (("snapshots", 1, "loss"), 10**400),
        (("snapshots", 1, "accuracy"), 1.5),
        (("snapshots", 1, "accuracy"), "<b>"),
        (("snapshots", 1, "predictions"), [0]),
        (("snapshots", 1, "predictions"), [10**6] * 7),
        (("snapshots", 1, "load"), [[0.5]]),
        (("snapshots", 1, "load"), 3),
    ],
)
def test_what_no_run_can_be_is_passed_over(path, value, session):
    plan = PLANS[1]
    run = written(trained(plan), plan)
    *way, last = path
    part = run
    for name in way:
        part = part[name]
    part[last] = value
    session["tab-restored"] = {"runs": {"id": 5, "runs": [run, None, 7, []]}}
    kept.restore()
    assert "train-runs" not in session or plan not in session["train-runs"].records


def test_runs_go_on_in_a_new_session_where_they_are_still_there(session, monkeypatch):
    plan = PLANS[0]
    lab = trained(plan)
    lab.owner, kept.LIVE[lab.id] = "its reader's old page", lab
    said = {"id": lab.id, "runs": [written(lab, plan)]}
    session["tab-restored"] = {"runs": said}
    monkeypatch.setattr(jobs, "is_connected", lambda owner: True)
    kept.restore()
    assert session.pop("train-runs") is not lab, "a second tab must not have the first one's"
    session["tab-restored"] = {"runs": said}
    monkeypatch.setattr(jobs, "is_connected", lambda owner: False)
    kept.restore()
    assert session["train-runs"] is lab and not lab.lost


@pytest.mark.slow
def test_a_page_shows_what_its_browser_kept_and_says_what_is_gone(monkeypatch):
    plans = [Plan("copy", Choices(**SMALL)), Plan("copy", Choices(**SMALL, position="learned"))]
    said = {"id": "", "runs": [written(trained(plan), plan) for plan in plans]}
    said["runs"][0]["ended"] = "done"
    link = {"task": "copy", "b-position": "learned"}
    link |= {f"{side}-{name}": str(value) for side in "ab" for name, value in SMALL.items()}
    monkeypatch.setattr(tab, "restored", lambda name: said if name == "runs" else None)
    test = run_page("train", **link)
    assert not test.exception and "begins from the first step" in html_of(test)
    assert 'data-name="runs"' in html_of(test) and "no longer on the server: your browser" in html_of(test)
    assert all(test.session_state["train-runs"].records[plan].step == 3 for plan in plans)
