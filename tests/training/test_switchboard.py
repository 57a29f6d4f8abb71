"""The queue of trainings with other seeds and learning rates."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from model import hf, zoo
from model.weights import checkpoint, trials
from model.weights.trials import Trial
from tests.training.test_run import PLAN, text, workshop  # noqa: F401 (fixtures)
from training import run, switchboard
from training.recipes import PLANS, SWITCHES


def test_every_model_comes_with_every_seed_and_once():
    keys = list(switchboard.queue())
    assert len(set(keys)) == len(keys)
    common = [key for key in keys if key[1] == 1]
    assert set(common) == {(name, 1, seed) for name in SWITCHES for seed in range(switchboard.SEEDS)}
    assert keys[: len(SWITCHES)] == common[: len(SWITCHES)]  # one seed of each, before anything else
    assert {rate for _, rate, _ in keys} == {1, *switchboard.RATES}


def test_a_trial_differs_from_what_is_shipped_in_seed_and_rate_alone():
    plan, tried = PLANS["switchboard/2017"], switchboard.plan_of(("2017", 3, 4))
    assert tried.recipe.lr == 3 * plan.recipe.lr and tried.seed == 4
    assert replace(tried, seed=plan.seed, recipe=plan.recipe) == plan
    assert switchboard.plan_of(("2017", 1, plan.seed)) == plan


@pytest.fixture
def small(workshop, monkeypatch):  # noqa: F811
    """Two models, as small as can be, and a queue of them."""
    names = ("base", "mqa")
    for name in names:
        monkeypatch.setitem(PLANS, f"switchboard/{name}", replace(PLAN, steps=20))
    monkeypatch.setattr(switchboard, "ORDER", names)
    monkeypatch.setattr(switchboard, "PAIR", ("base",))
    monkeypatch.setattr(switchboard, "OTHER", ())
    monkeypatch.setattr(switchboard, "SEEDS", 2)
    monkeypatch.setattr(switchboard, "RATES", (3,))
    monkeypatch.setattr(switchboard, "TEXT", run.TEXT)
    (workshop / "checkpoints/switchboard").mkdir(parents=True)
    return workshop


@pytest.mark.slow
def test_a_queue_that_was_stopped_goes_on_with_what_is_missing(small, monkeypatch):
    file, train, started = small / "checkpoints/switchboard/trials.csv", run.train_plan, []

    def training(name, *rest):
        started.append(name)
        if len(started) == 4:
            raise KeyboardInterrupt
        train(name, *rest)

    monkeypatch.setattr(run, "train_plan", training)
    with pytest.raises(KeyboardInterrupt):
        switchboard.main(file, "cpu")
    switchboard.main(file, "cpu")
    order = ["switchboard/base", "switchboard/mqa", "trials/base-3-0", "trials/base-1-1"]
    assert started == [*order, "trials/base-1-1", "trials/mqa-1-1", "trials/base-3-1"]
    recorded = trials.read(file)
    assert [trial.key for trial in recorded] == list(switchboard.queue())
    assert len({trial.bits_per_byte for trial in recorded}) > 3
    shipped = checkpoint.report(zoo.CHECKPOINTS / "switchboard/base").bits_per_byte
    assert recorded[0] == Trial("base", 1, 0, shipped)
    switchboard.main(file, "cpu")
    assert len(started) == 7  # nothing is trained twice


@pytest.mark.slow
def test_what_is_shipped_already_is_recorded_and_not_trained_again(small, monkeypatch):
    run.train_plan("switchboard/base", PLANS["switchboard/base"], "cpu", True)
    monkeypatch.setattr(run, "train_plan", lambda *given: pytest.fail("trained again"))
    here = lambda name: SimpleNamespace(model=hf.from_folder(zoo.CHECKPOINTS / name))  # noqa: E731
    monkeypatch.setattr(zoo, "load", here)  # which looks where it was told at the start
    file = small / "checkpoints/switchboard/trials.csv"
    switchboard.run_trial(("base", 1, 0), file, "cpu")
    assert [trial.key for trial in trials.read(file)] == [("base", 1, 0)]
    assert not switchboard.is_trained("switchboard/mqa")
