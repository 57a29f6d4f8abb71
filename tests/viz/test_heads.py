"""How a logit builds up."""

import numpy as np

from viz.heads import growth

HEADS = np.array([[1.0, -0.5], [0.25, 0.25]])
MLPS = np.array([2.0, -1.0])


def test_the_running_sum_ends_at_the_logit():
    figure = growth(HEADS, MLPS, 0.125, ("heads", "mlps", "sum"), "layer", str)
    bars, mlps, line = figure.data
    np.testing.assert_array_equal(bars.y, [0.5, 0.5])
    np.testing.assert_array_equal(mlps.y, MLPS)
    assert list(line.y) == [0.125, 2.625, 2.125]
    assert line.y[-1] == 0.125 + HEADS.sum() + MLPS.sum()
    assert list(bars.x) == [1, 2] and list(line.x) == [0, 1, 2]
