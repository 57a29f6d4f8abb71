"""Recipes that can be built and recipes that cannot, and the prepared pairs: what each claims, trained here."""

import threading
from dataclasses import replace
from itertools import product

import pytest

from model.toys import worker
from model.toys.plans import NAMES, OPTIONS, PRESETS, SEEDS, STEPS, Choices, Plan
from model.toys.tasks import TASKS


def test_every_choice_has_options_and_the_usual_one_is_among_them():
    assert tuple(OPTIONS) == NAMES
    assert all(getattr(Choices(), name) in OPTIONS[name] for name in NAMES)
    assert Plan("copy").seed in SEEDS and Plan("copy").steps in STEPS


def test_what_has_no_problem_can_be_built():
    names = ("heads", "kv_heads", "width", "position")
    for values in product(*(OPTIONS[name] for name in names)):
        plan = Plan("copy", Choices(**dict(zip(names, values, strict=True))))
        if plan.choices.problem:
            assert plan.choices.width % plan.choices.heads or plan.choices.heads % plan.choices.kv_heads
        else:
            assert plan.config.heads * plan.config.head_width == plan.config.width


def test_a_prepared_pair_differs_in_one_choice_and_can_be_chosen():
    for a, b in PRESETS.values():
        assert replace(a, choices=b.choices) == b and len(a.choices.differences(b.choices)) == 1
        assert a.name in TASKS and a.steps in STEPS and a.seed in SEEDS
        assert all(getattr(plan.choices, name) in OPTIONS[name] for plan in (a, b) for name in NAMES)


@pytest.fixture
def trained(tmp_path):
    def train(plan, steps=None, enough=2.0):
        """The last snapshot after so many steps, or as soon as so many answers are right."""
        for seen in worker.train_plan(plan, tmp_path / "run", threading.Event()):
            if not isinstance(seen, str):
                last = seen
                if last.step == steps or last.accuracy >= enough:
                    break
        (tmp_path / "run").unlink()
        return last

    return train


@pytest.mark.slow
def test_two_layers_form_induction_heads_and_one_cannot(trained):
    one, two = PRESETS["induction"]
    found = trained(two, enough=0.95)
    assert found.accuracy >= 0.95
    assert trained(one, steps=found.step).accuracy < 0.25


@pytest.mark.slow
def test_without_positions_nothing_is_reversed(trained):
    without, with_them = PRESETS["order"]
    assert trained(with_them, enough=0.99).accuracy >= 0.99
    assert trained(without).accuracy < 0.5


@pytest.mark.slow
def test_norm_after_the_sum_needs_a_warm_up_and_norm_before_does_not(trained):
    post, pre = PRESETS["warm-up"]
    found = trained(pre, enough=0.99)
    assert found.accuracy >= 0.99
    assert trained(post, steps=60).accuracy < 0.2 and found.step <= 60
    warmed = replace(post, choices=replace(post.choices, warm_up=100))
    assert trained(warmed, enough=0.99).accuracy >= 0.99


@pytest.mark.slow
def test_without_balance_a_few_experts_take_all(trained):
    alone, balanced = PRESETS["collapse"]
    busiest = [max(layer) for layer in trained(alone, steps=30).load]
    even = [max(layer) for layer in trained(balanced, steps=30).load]
    assert min(busiest) > 0.4 and max(even) < 0.3  # of 0.5: two experts for each token
