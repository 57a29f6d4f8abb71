"""Times against length, and sizes on one scale."""

import numpy as np

from viz import tracks
from viz.theme import GREEN, SOFT

LENGTHS = (1, 10, 100)
CACHED, UNCACHED = np.array([2.0, 2.5, 3.0]), np.array([2.0, 20.0, 200.0])


def lines():
    spread = np.stack([UNCACHED - 1, UNCACHED + 30])
    return [tracks.Line("with", "kept", CACHED), tracks.Line("without", "anew", UNCACHED, spread)]


def test_a_line_for_each_way_with_its_times():
    figure = tracks.times(LENGTHS, lines(), "ms", "tokens")
    assert [trace.name for trace in figure.data] == ["kept", "anew"]
    for trace, times in zip(figure.data, (CACHED, UNCACHED), strict=True):
        np.testing.assert_array_equal(trace.x, LENGTHS)
        np.testing.assert_array_equal(trace.y, times)
    assert figure.layout.xaxis.title.text == "tokens" and figure.layout.yaxis.title.text == "ms"


def test_thin_bars_reach_from_the_fastest_to_the_slowest():
    kept, anew = tracks.times(LENGTHS, lines(), "ms", "tokens").data
    assert kept.error_y.array is None
    np.testing.assert_array_equal(anew.error_y.array, 30)
    np.testing.assert_array_equal(anew.error_y.arrayminus, 1)


def test_times_start_at_zero_and_nothing_is_cut_off():
    low, high = tracks.times(LENGTHS, lines(), "ms", "tokens").layout.yaxis.range
    assert low == 0 and high > 230


def test_a_sum_over_every_length_is_a_line_without_dots():
    every = np.arange(1, 101)
    (line,) = tracks.times(every, [tracks.Line("with", "kept", every * 1.0)], "s", "tokens").data
    assert line.mode == "lines"


def test_sizes_are_bars_from_above_the_models_own_bold_the_weights_hatched():
    (bar,) = tracks.sizes(["MHA, 4", "GQA, 2", "weights"], [4, 2, 8], ["4 B", "2 B", "8 B"], 1, 2).data
    figure = tracks.sizes(["MHA, 4", "GQA, 2", "weights"], [4, 2, 8], ["4 B", "2 B", "8 B"], 1, 2)
    assert list(bar.x) == [4, 2, 8] and list(bar.y) == [0, 1, 2]
    assert list(figure.layout.yaxis.ticktext) == ["MHA<br>4", "<b>GQA<br>2</b>", "weights"]
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]
    assert list(bar.marker.pattern.shape) == ["", "", "/"]
    assert list(bar.marker.color) == [GREEN, GREEN, SOFT]
    assert figure.layout.xaxis.range[0] == 0
