"""Before and after: what is drawn is what was given; nothing moved is an empty cell; names stay literal."""

import numpy as np
import pytest

from viz import what_if
from viz.theme import DIVERGING, PAPER

TOKENS = ["·was", "<b>x</b>", "9 others"]
SHARES = np.array([[0.5, 0.2, 0.3], [0.1, 0.6, 0.3]])


def percent(share: float) -> str:
    return f"{share:.1%}"


def test_both_distributions_stand_on_the_same_rows_and_scale():
    figure = what_if.sides(TOKENS, SHARES, ("before", "after"), percent)
    before, after = (trace for trace in figure.data if trace.type == "bar")
    assert np.array_equal([before.x, after.x], SHARES) and sum(after.x) == pytest.approx(1)
    assert before.base == 0 and after.base > max(before.x) and list(before.y) == list(after.y) == [0, 1, 2]
    assert before.marker.color == PAPER and after.marker.pattern.shape == ("", "", "/")
    assert list(figure.layout.yaxis.ticktext) == ["·was", "&lt;b&gt;x&lt;/b&gt;", "9 others"]
    assert "<b>x" not in str(after.customdata) and "60.0%" in after.customdata[1]


def test_what_moved_goes_to_its_side():
    moved = np.array([-0.4, 0.4])
    bars, more, less = what_if.movers(TOKENS[:2], moved, lambda x: f"{100 * x:+.0f}").data
    assert np.array_equal(bars.x, moved)
    assert list(bars.marker.color) == [DIVERGING[2][1], DIVERGING[7][1]]
    assert more.text[0].strip() == "+40" and less.text[0].strip() == "-40"


def test_where_nothing_moved_the_cell_is_empty():
    distances = np.array([[0, 0], [0, 1e-8], [0, 0.5]])
    (cells,) = what_if.parted(distances, ["a", "<i>"], ["embedding", "1", "2"], "layer", percent).data
    assert np.isnan(cells.z).sum() == 5 and cells.z[2][1] == 0.5
    assert cells.zmax == 0.5 and "&lt;i&gt;" in cells.customdata[2][1]


def test_heads_are_dots_and_the_farthest_have_names():
    """Also one that costs much and has a small direct effect, or the other way round."""
    direct, bits = np.arange(20.0), np.zeros(20)
    bits[:7] = -3, 1, 2, 4, 5, 6, 7
    names = [f"1.{n}" for n in range(20)]
    (dots,) = what_if.compared(direct, bits, names, ("direct", "bits"), str).data
    assert np.array_equal(dots.x, direct) and np.array_equal(dots.y, bits)
    assert [name for name in dots.text if name] == [f"1.{n}" for n in (0, 2, 3, 4, 5, 6, *range(14, 20))]


def test_no_name_stands_across_an_axis():
    """Two heads just beside the axes: their names are on the other side of them."""
    (dots,) = what_if.compared(np.array([0.1, 5.0]), np.array([6.0, 0.1]), ["1.1", "1.2"], ("direct", "bits"), str).data
    assert dots.textposition[0].endswith("right") and dots.textposition[1].startswith(("top", "middle left")) is True


def test_heads_that_all_do_nothing_still_have_axes():
    figure = what_if.compared(np.zeros(3), np.zeros(3), ["1.1", "1.2", "1.3"], ("direct", "bits"), str)
    for axis in (figure.layout.xaxis, figure.layout.yaxis):
        assert axis.range[0] < -0.05 and axis.range[1] > 0.05
