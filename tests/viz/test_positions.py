"""Figures of lesson `positions`: what they are given is what they draw."""

import numpy as np

from viz import positions

VECTORS = {"a": np.array([1.0, -2.0, 0.5]), "b": np.array([0.0, 0.1, -0.5])}


def test_strips_share_one_scale():
    first, second = positions.strips(VECTORS, "%{z}").data
    assert np.array_equal(first.z[0], VECTORS["a"]) and np.array_equal(second.z[0], VECTORS["b"])
    assert (first.zmin, first.zmax) == (second.zmin, second.zmax) and first.zmin == -first.zmax


def test_positions_run_down():
    rows = np.arange(12.0).reshape(4, 3)
    figure = positions.table(rows, "position", "dimension", "%{z}")
    assert np.array_equal(figure.data[0].z, rows)
    assert figure.layout.yaxis.autorange == "reversed"


def test_similarity_is_named_by_row_and_square():
    figure = positions.similarity(np.eye(4), 8, "row", "%{z}")
    assert list(figure.data[0].x) == list(figure.data[0].y) == [0, 8, 16, 24]
    assert (figure.data[0].zmin, figure.data[0].zmax) == (-1, 1)
    assert figure.layout.yaxis.scaleanchor == "x" and figure.layout.yaxis.autorange == "reversed"


def test_wavelengths_on_a_logarithmic_axis_with_levels():
    waves = {"mine": np.array([6.0, 60.0]), "theirs": np.array([6.0, 600.0])}
    figure = positions.wavelengths(waves, {"context": 100}, str, "pair", "tokens", "%{y}")
    assert [trace.name for trace in figure.data] == ["mine", "theirs"]
    assert figure.layout.yaxis.type == "log"
    assert figure.layout.annotations[0].y == 2 and figure.layout.shapes[0].y0 == 100


def test_losses_stand_in_order_and_the_chosen_one_is_larger():
    figure = positions.losses({100: 2.0, 10: 3.0, 1000: 1.0}, 100, str, "base", "bits", {"trained": 1000})
    dots = figure.data[0]
    assert list(dots.x) == [10, 100, 1000] and list(dots.y) == [3.0, 2.0, 1.0]
    assert dots.marker.size[1] > dots.marker.size[0] == dots.marker.size[2]
    assert figure.layout.yaxis.range[0] == 0
    assert figure.layout.annotations[0].x == 3


def test_a_long_axis_has_fewer_ticks():
    found = {10.0**n: 1.0 for n in range(12)}
    axis = positions.losses(found, 1.0, "{:.0f}".format, "base", "bits", {}).layout.xaxis
    assert sum(map(len, axis.ticktext)) <= positions.LETTERS and len(axis.tickvals) == len(axis.ticktext)


def test_distance_0_has_a_place():
    distances = np.array([0, 1, 8192])
    scores = {name: np.array([3.0, 2.0, 1.0]) * i for i, name in enumerate(("pair", "head", "all"), 1)}
    figure = positions.falling(distances, scores, 1, str, "distance", "score")
    assert [trace.name for trace in figure.data] == ["pair", "head", "all"]
    assert figure.data[0].x[0] == 0 and np.array_equal(figure.data[0].customdata, distances)
    assert figure.layout.shapes[0].x0 == np.log(2)


def test_layers_count_from_1():
    figure = positions.layers({"before": np.ones(30), "after": np.zeros(30)}, "layer", "cosine", "%{y}")
    assert list(figure.data[0].x) == list(range(1, 31))
    assert figure.layout.xaxis.tickvals[:2] == (1, 5)
