"""Rotary positions in pairs: they add up to the model's scores at any distance; tables, row against row."""

import numpy as np
import pytest

from model.analysis import positions
from model.edits import MovePositions
from model.transformer import run

PROMPT = "The dog chased the squirrel because it"


@pytest.fixture(scope="module")
def ids(smollm2):
    return smollm2.tokenizer.encode(PROMPT)


@pytest.fixture(scope="module")
def trace(smollm2, ids):
    return run(smollm2.model, ids, ids, keep={"q", "k", "scores", "mask"})


def test_pairs_add_up_to_every_score(smollm2, trace):
    """For every layer, head, query and key: the pairs, rotated by the distance, give the model's own score."""
    speeds, position = positions.rotary_speeds(smollm2.model), np.arange(7)
    angles = np.exp(1j * speeds * (position[:, None] - position)[..., None])
    for i, layer in enumerate(trace.layers):
        summed = (positions.pair_products(trace, i) * angles).real.sum(-1)
        np.testing.assert_allclose(summed, layer.scores, rtol=1e-4, atol=1e-4)


def test_scores_at_a_distance_are_those_of_a_run(smollm2, ids, trace):
    """One token moved away: in layer 1 its scores are what the pairs say of that distance."""
    edit = MovePositions(positions=(0, 1, 2, 3, 4, 5, 2006))
    row = run(smollm2.model, ids, ids, edits=(edit,), keep={"scores"}).layers[0].scores[:, 6]
    products, speeds = positions.pair_products(trace, 0)[:, 6], positions.rotary_speeds(smollm2.model)
    for key in range(6):
        scores = positions.scores_at(products[:, key], speeds, np.array([2006 - key]))
        np.testing.assert_allclose(scores[:, 0], row[:, key], atol=1e-3)


def test_mean_products_are_over_what_the_mask_leaves(trace):
    q, k = np.tril_indices(7)
    expected = positions.pair_products(trace, 3)[:, q, k].mean(1)
    np.testing.assert_allclose(positions.mean_products(trace)[3], expected)


@pytest.mark.slow
def test_similarity_of_the_computed_table_depends_on_the_distance_only(minilm):
    rows = positions.sinusoidal_table(minilm.model.config)[::4]
    cosines = positions.cosine(rows[:, None], rows[None])
    for distance in (1, 9, 100):
        assert np.ptp(np.diagonal(cosines, distance)) < 1e-4
