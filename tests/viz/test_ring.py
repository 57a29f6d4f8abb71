"""The curves of bytes: drawn as given, on logarithmic axes, with the chosen place marked."""

import numpy as np

from viz.ring import curves

X = (1, 2, 4)
LINES = {"with": np.array([4e9, 2e6, 5e5]), "without": np.array([3e6, 2e6, 1e5]), "sent": np.array([np.nan, 2e4, 1e3])}


def drawn():
    return curves(X, LINES, at=2, ticks={1: "one", 4: "four"}, size=lambda count: f"{count:.0f} B")


def test_every_number_is_drawn_on_logarithmic_axes():
    figure = drawn()
    assert (figure.layout.xaxis.type, figure.layout.yaxis.type) == ("log", "log")
    for trace, (name, values) in zip(figure.data, LINES.items(), strict=True):
        assert trace.name == name and tuple(trace.x) == X
        np.testing.assert_array_equal(trace.y, values)
        assert list(trace.customdata) == ["" if np.isnan(value) else f"{value:.0f} B" for value in values]


def test_all_points_are_in_sight_and_the_chosen_place_is_marked():
    figure = drawn()
    low, high = figure.layout.yaxis.range
    assert low < 3 and high > np.log10(4e9)
    assert figure.layout.shapes[0].x0 == 2
    assert all(np.argmax(trace.marker.size) == 1 for trace in figure.data)
    assert list(figure.layout.xaxis.ticktext) == ["one", "four"]
