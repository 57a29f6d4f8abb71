"""Heads that share a key stand together, and the measured times."""

import numpy as np

from viz.sharing import by_group, times


def test_heads_that_share_stand_together():
    weights = np.random.default_rng(0).dirichlet(np.ones(3), 4)
    figure = by_group(weights, 2, ["<b>", "b", "c"], ["1", "2", "3", "4"], str)
    np.testing.assert_array_equal(np.concatenate([group.z for group in figure.data]), weights)
    rows = [y for group in figure.data for y in group.y]
    assert rows[1] - rows[0] == rows[3] - rows[2] == 1 < rows[2] - rows[1]
    assert list(figure.layout.yaxis.tickvals) == rows
    assert figure.layout.xaxis.ticktext[0] == "&lt;b&gt;"
    first, last = figure.layout.yaxis.range
    assert first > last  # the first head at the top


def test_every_run_is_a_dot_and_the_median_a_mark():
    figure = times([[0.001, 0.003, 0.002], [0.004, 0.004, 0.008]], ["nine", "one"], "ms", str)
    np.testing.assert_allclose(figure.data[0].x, [1, 3, 2])
    np.testing.assert_allclose([figure.data[1].x[0], figure.data[3].x[0]], [2, 4])
    assert list(figure.layout.yaxis.ticktext) == ["nine", "one"]
    first, last = figure.layout.yaxis.range
    assert first > last  # the first runs at the top
