"""Figures of lesson `sparse`: what is drawn is what was given, the chosen curve is marked, the tail is hatched."""

import numpy as np
import pytest

from viz import sparse
from viz.theme import GREEN, PAPER

LENGTHS = np.array([16, 1024, 2**20])
SCORES = {"full": LENGTHS**2 / 2.0, "window": LENGTHS * 16.0}


def percent(share: float) -> str:
    return f"{share:.1%}"


def test_the_chosen_curve_is_marked_and_both_axes_are_logarithmic():
    figure = sparse.curves(LENGTHS, SCORES, "window", (70, 1000.0), ("tokens", "scores"), str)
    full, window, ring = figure.data
    assert np.array_equal(full.y, SCORES["full"]) and np.array_equal(window.y, SCORES["window"])
    assert window.line.color == GREEN and window.line.width > full.line.width and "<b>" in window.name
    assert (ring.x[0], ring.y[0]) == (70, 1000.0)
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"
    assert figure.layout.xaxis.range[0] < np.log10(16) and figure.layout.xaxis.range[1] > np.log10(2**20)


def test_two_distributions_stand_side_by_side():
    shares = np.array([[0.7, 0.1, 0.2], [0.2, 0.3, 0.5]])
    figure = sparse.pair(["·<b>", "·was", "9 others"], shares, ("full", "window"), percent)
    before, _, after, _ = figure.data
    assert np.array_equal(before.x, shares[0]) and np.array_equal(after.x, shares[1])
    assert (np.array(after.y) > np.array(before.y)).all()
    assert before.marker.color == PAPER and after.marker.color == GREEN
    assert after.marker.pattern.shape == ("", "", "/")
    assert "&lt;b&gt;" in figure.layout.yaxis.ticktext[0]


def test_loss_stands_over_the_share_of_scores():
    points = {"full": [(1.0, 1.2, "")], "window": [(0.1, 2.3, "4"), (0.4, 1.8, "16")]}
    figure = sparse.damage(points, ("share", "bits"), str, percent)
    full, window = figure.data
    assert window.x == (0.1, 0.4) and window.y == (2.3, 1.8) and window.text == ("4", "16")
    assert figure.layout.shapes[0].y0 == pytest.approx(1.2)
    assert window.marker.symbol != full.marker.symbol
