"""What one label tells about another, against cases that can be reckoned by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.analysis import information

labels = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), min_size=1, max_size=60)


def test_entropy_of_equal_chances_is_their_number_in_bits():
    assert information.entropy(np.full(8, 1 / 8)) == pytest.approx(3)
    assert information.entropy(np.array([1.0, 0, 0])) == 0


def test_the_same_label_tells_everything_and_another_nothing():
    coin = np.array([0, 1] * 50)
    assert information.mutual_information(information.contingency_table(coin, coin, (2, 2))) == pytest.approx(1)
    other = np.repeat([0, 1], 50)
    assert information.mutual_information(information.contingency_table(coin, other, (2, 2))) == pytest.approx(
        0, abs=1e-12
    )


@given(labels)
def test_information_lies_between_nothing_and_the_smaller_entropy(pairs):
    a, b = np.array(pairs).T
    counts = information.contingency_table(a, b, (4, 5))
    assert counts.sum() == len(pairs)
    found = information.mutual_information(counts)
    assert -1e-9 <= found <= min(information.entropy(counts.sum(0)), information.entropy(counts.sum(1))) + 1e-9


@given(labels)
def test_lift_averages_to_one(pairs):
    """Weighted by what chance would give, the lifts add up to 1."""
    a, b = np.array(pairs).T
    counts = information.contingency_table(a, b, (4, 5))
    chance = np.outer(counts.sum(1), counts.sum(0)) / counts.sum() ** 2
    assert np.nansum(information.lift(counts) * chance) == pytest.approx(1)


def test_shuffled_labels_tell_little():
    generator = np.random.default_rng(0)
    a = generator.integers(0, 8, 5000)
    b = (a + generator.integers(0, 2, 5000)) % 8
    assert information.shuffled_mutual_information(a, b, (8, 8), seed=0) < 0.02
    assert information.mutual_information(information.contingency_table(a, b, (8, 8))) > 1.9


def test_guessing_by_the_most_frequent():
    seen = np.array([0, 0, 0, 1]), np.array([2, 2, 1, 3])
    assert (
        information.majority_accuracy(seen, (np.array([0, 1, 5]), np.array([2, 3, 2]))) == 1.0
    )  # 5 was never seen: a 2
    assert information.majority_accuracy(seen, (np.array([0, 1]), np.array([1, 1]))) == 0.0
