"""Models compared seed by seed."""

import numpy as np
import pytest

from model.analysis.seeds import STANDARD_ERRORS, Comparison
from model.weights.trials import Trial

ORDERS = np.array([0.0, 0.3, -0.2])  # what each seed makes easier or harder for every model
BASE = 2.0 + ORDERS
VARIANT = 2.1 + ORDERS + [0.01, -0.01, 0.0]
OTHER = 2.004 + ORDERS + [0.0, -0.02, 0.02]


def trials(model, values, rate=1):
    return [Trial(model, rate, seed, float(x)) for seed, x in enumerate(values)]


@pytest.fixture
def found():
    more = trials("base", [2.5, 2.9], rate=3) + trials("once", [1.9])
    return Comparison([*trials("base", BASE), *trials("variant", VARIANT), *trials("other", OTHER), *more], "base")


def test_the_noise_is_that_of_the_differences_not_of_the_models(found):
    """What a seed makes easier for all does not count: the models alone vary ten times as much."""
    groups = [VARIANT - BASE, OTHER - BASE]
    apart = [np.abs(group - group.mean()) * np.sqrt(3 / 2) for group in groups]
    assert found.noise == pytest.approx(1.4826 * np.median(apart))
    assert found.noise < 0.1 * np.std(BASE, ddof=1)


def test_a_difference_counts_where_its_mean_is_beyond_the_standard_errors(found):
    clear, unclear = found.difference("variant", "base"), found.difference("other", "base")
    assert clear.margin == pytest.approx(STANDARD_ERRORS * found.noise / np.sqrt(3)) == unclear.margin
    assert clear.mean == pytest.approx(0.1) and (clear.sign, unclear.sign) == (1, 0)
    assert found.difference("base", "variant").sign == -1
    assert found.difference("base", "base").sign == 0


def test_one_model_that_fails_with_a_seed_says_nothing_about_the_others():
    generator = np.random.default_rng(0)
    steady = [t for i in range(9) for t in trials(f"steady-{i}", BASE + 0.05 + 0.01 * generator.standard_normal(3))]
    failing = trials("failing", BASE + np.array([0.1, 0.9, 0.1])) + trials("torn", BASE + np.array([0.9, -0.1, 0.4]))
    found = Comparison([*trials("base", BASE), *steady, *failing], "base")
    assert 0.005 < found.noise < 0.02
    assert found.difference("failing", "base").sign == 1 and found.difference("steady-0", "base").sign == 1
    assert found.difference("torn", "base").sign == 0  # its seeds do not agree


def test_only_seeds_that_both_have_are_compared(found):
    once = found.difference("once", "base")
    assert once.values.tolist() == pytest.approx([-0.1]) and once.margin == pytest.approx(
        2 * STANDARD_ERRORS * found.noise
    )
    faster = found.difference("base", "base", rate=3)
    assert faster.values.tolist() == pytest.approx([0.5, 0.6]) and faster.sign == 1
    assert found.rates("base") == [1, 3] and found.rates("once") == [1]
    with pytest.raises(KeyError):
        found.difference("nobody", "base")
    with pytest.raises(KeyError):
        found.difference("variant", "variant", rate=3)


@pytest.mark.parametrize("variants", [1, 2])
def test_with_a_few_seeds_nothing_can_be_said(variants):
    few = [trial for i in range(variants) for trial in trials(f"variant-{i}", [3.0, 3.1])]
    lonely = Comparison([*trials("base", [2.0, 2.2]), *few], "base")
    assert np.isnan(lonely.noise)
    with pytest.raises(KeyError):
        lonely.difference("variant-0", "base")
