"""How a score builds up, and the measured times."""

import numpy as np

from viz.heads import growth, times

HEADS = np.array([[1.0, -0.5], [0.25, 0.25]])
MLPS = np.array([2.0, -1.0])


def test_the_running_sum_ends_at_the_score():
    figure = growth(HEADS, MLPS, 0.125, ("heads", "mlps", "sum"), "layer", str)
    bars, mlps, line = figure.data
    np.testing.assert_array_equal(bars.y, [0.5, 0.5])
    np.testing.assert_array_equal(mlps.y, MLPS)
    assert list(line.y) == [0.125, 2.625, 2.125]
    assert line.y[-1] == 0.125 + HEADS.sum() + MLPS.sum()
    assert list(bars.x) == [1, 2] and list(line.x) == [0, 1, 2]


def test_every_run_is_a_dot_and_the_median_a_mark():
    figure = times([[0.001, 0.003, 0.002], [0.004, 0.004, 0.008]], ["nine", "one"], "ms", str)
    np.testing.assert_allclose(figure.data[0].x, [1, 3, 2])
    np.testing.assert_allclose([figure.data[1].x[0], figure.data[3].x[0]], [2, 4])
    assert list(figure.layout.yaxis.ticktext) == ["nine", "one"]
    first, last = figure.layout.yaxis.range
    assert first > last  # the first runs at the top
