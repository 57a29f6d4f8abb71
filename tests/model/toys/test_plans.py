"""Recipes that can be built and recipes that cannot, and the prepared pairs: what each claims, trained here."""

import math
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


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """trained(*plans, until): their runs side by side, as on the page; the snapshots of each, up to this step or to the
    end, and why it ended."""

    def train(*plans, until=math.inf):
        folder = tmp_path_factory.mktemp("runs")
        works = [worker.Work(plan, folder / str(number)) for number, plan in enumerate(plans)]
        stop, events = threading.Event(), []
        for number, event in worker.train_together(works, stop):
            events.append((number, event))
            if not isinstance(event, str) and event.step >= until and number == len(plans) - 1:
                stop.set()
        return [[event for n, event in events if n == number] for number in range(len(plans))]

    return train


@pytest.mark.slow
def test_two_layers_form_induction_heads_and_one_cannot(trained):
    (*one, behind), (*two, solved) = trained(*PRESETS["induction"])
    assert [behind, solved] == ["behind", "solved"]
    assert two[-1].accuracy >= 0.95 and one[-1].step >= two[-1].step
    assert max(seen.accuracy for seen in one) < 0.25


@pytest.mark.slow
def test_without_positions_nothing_is_reversed(trained):
    (*without, behind), (*with_them, solved) = trained(*PRESETS["order"])
    assert [behind, solved] == ["behind", "solved"]
    assert with_them[-1].accuracy >= 0.99 and max(seen.accuracy for seen in without) < 0.5


@pytest.mark.slow
def test_norm_after_the_sum_needs_a_warm_up_and_norm_before_does_not(trained):
    post, pre = PRESETS["warm-up"]
    (*thrown, behind), (*sound, solved) = trained(post, pre)
    assert [behind, solved] == ["behind", "solved"]
    assert sound[-1].accuracy >= 0.99 and max(seen.accuracy for seen in thrown) < 0.2
    warmed = replace(post, choices=replace(post.choices, warm_up=100))
    assert [ended for *_, ended in trained(warmed, pre)] == ["solved", "solved"]


@pytest.mark.slow
def test_without_balance_a_few_experts_take_all(trained):
    (*alone, _), (*balanced, _) = trained(*PRESETS["collapse"], until=30)
    busiest, even = ([max(layer) for layer in run[-1].load] for run in (alone, balanced))
    assert min(busiest) > 0.4 and max(even) < 0.3  # of 0.5: two experts for each token
