"""Readings that need no weights."""

import numpy as np

from model.analysis import readings
from model.trace import LayerTrace


def heads(*rows: list[float]) -> np.ndarray:
    """Patterns whose last row is given."""
    return np.stack([np.vstack([np.zeros((len(row) - 1, len(row))), row]) for row in rows])


def test_first_token_neighbour_and_itself_do_not_count():
    pattern = heads([0.9, 0.02, 0.03, 0.05], [0.1, 0.3, 0.5, 0.1])
    assert readings.far_looks(pattern).tolist() == [0.02, 0.3]


def test_in_a_short_text_they_count():
    assert readings.far_looks(heads([0.7, 0.2, 0.1])).tolist() == [0.7]
    assert readings.far_looks(heads([0.6, 0.4])).tolist() == [0.6]
    assert readings.far_looks(heads([1.0])).tolist() == [1.0]


def test_a_layer_is_a_sum():
    before, attention, mlp = np.random.default_rng(0).normal(size=(3, 4, 8))
    layer = LayerTrace(resid_pre=before, attn_out=attention, mlp_out=mlp, resid_post=before + attention + mlp)
    parts, difference = readings.sum_parts(layer, -1)
    assert difference < 1e-12
    assert np.array_equal(parts[1], attention[-1])
    spoiled = LayerTrace(resid_pre=before, attn_out=attention, mlp_out=mlp, resid_post=before)
    assert readings.sum_parts(spoiled, 0)[1] > 0.1
