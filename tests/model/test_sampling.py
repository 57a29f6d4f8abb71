"""Every stage adds up to one, and is what transformers' own processors make of the same logits."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers.generation import logits_process as theirs

from model.sampling import draw, softmax, stages

logits = st.lists(st.floats(-20, 20, width=32), min_size=2, max_size=60).map(np.array)
settings = st.fixed_dictionaries(
    {
        "temperature": st.floats(0.1, 5),
        "top_k": st.none() | st.integers(1, 80),
        "top_p": st.none() | st.floats(0.01, 1),
        "min_p": st.none() | st.floats(0.01, 1),
    }
)


@given(logits, settings)
def test_each_stage_adds_up_to_one_and_only_takes_away(x, s):
    made = stages(x, **s)
    for stage in vars(made).values():
        assert stage.shape == x.shape and stage.min() >= 0 and stage.sum() == pytest.approx(1)
    for before, after in ((made.tempered, made.top_k), (made.top_k, made.top_p), (made.top_p, made.min_p)):
        assert not after[before == 0].any()
        left = after > 0
        assert after[left] == pytest.approx(before[left] / before[left].sum())  # what is left keeps its proportions
        assert after[np.argmax(before)] > 0


@given(st.integers(0, 10**6), settings)
def test_the_same_tokens_are_left_as_in_transformers(seed, s):
    # distinct values: between equal ones, which is left out depends on the sort
    x = np.random.default_rng(seed).permutation(np.linspace(-6, 6, 50)).astype(np.float32)
    scores, ids = torch.tensor(x)[None].double(), torch.zeros(1, 1, dtype=torch.long)
    scores = theirs.TemperatureLogitsWarper(float(s["temperature"]))(ids, scores)
    if s["top_k"]:
        scores = theirs.TopKLogitsWarper(s["top_k"])(ids, scores)
    if s["top_p"]:
        scores = theirs.TopPLogitsWarper(s["top_p"])(ids, scores)
    if s["min_p"]:
        scores = theirs.MinPLogitsWarper(s["min_p"])(ids, scores)
    assert stages(x, **s).final == pytest.approx(scores.softmax(-1)[0].numpy(), abs=1e-9)


def test_temperature_zero_is_greedy():
    final = stages(np.array([1.0, 3.0, 2.0]), temperature=0, top_p=0.9).final
    assert final.tolist() == [0, 1, 0]


def test_temperature_divides_the_logits():
    x = np.array([0.3, -2.0, 1.7])
    assert stages(x, temperature=2.5).tempered == pytest.approx(softmax(x / 2.5))


@given(st.integers(0, 1000), st.integers(0, 50))
def test_the_same_seed_and_step_draw_the_same(seed, step):
    shares = softmax(np.arange(10.0) / 3)
    assert draw(shares, seed=seed, step=step) == draw(shares, seed=seed, step=step)


def test_draws_follow_the_distribution_and_never_take_what_was_removed():
    shares = np.array([0.5, 0, 0.3, 0.2, 0])
    counts = np.bincount(draw(shares, seed=1, count=20_000), minlength=5)
    assert counts[[1, 4]].tolist() == [0, 0]
    assert counts / 20_000 == pytest.approx(shares, abs=0.015)  # four standard deviations


@pytest.mark.parametrize("wrong", [{"temperature": -1}, {"top_k": 0}, {"top_p": 0}, {"top_p": 1.1}, {"min_p": 2}])
def test_values_out_of_range_are_refused_by_name(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        stages(np.zeros(3), **wrong)
