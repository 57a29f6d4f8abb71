"""The plane: a point for each sentence where it was computed, numbers beside the points, the query among them."""

import numpy as np

from viz import encoders

PLACES = np.array([[0.0, 0.0], [0.5, 0.1], [-0.4, 0.3], [0.1, -0.6], [0.2, 0.2]])
TEXTS = ["one", "<b>two</b>", "three", "four"]
COSINES = np.array([0.1, 0.9, 0.5, 0.3])


def drawn(query="who?", cosines=COSINES, places=PLACES):
    return encoders.plane(places, TEXTS, query, cosines, lambda x: f"{x:.2f}")


def test_every_sentence_is_a_point_at_its_place_and_the_query_a_diamond():
    points, query = drawn().data
    assert np.array_equal(np.column_stack([points.x, points.y]), PLACES[:4])
    assert (query.x[0], query.y[0], query.marker.symbol) == (0.2, 0.2, "diamond")
    (alone,) = drawn(None, None, PLACES[:4]).data
    assert len(alone.x) == 4


def test_the_nearest_by_cosine_are_marked():
    points = drawn().data[0]
    assert [text.startswith("<b>") for text in points.text] == [False, True, True, True]
    assert points.marker.color[0] not in points.marker.color[1:]


def test_what_was_typed_stays_text():
    assert "<b>two" not in drawn().data[0].customdata[1] and "0.90" in drawn().data[0].customdata[1]


def test_one_place_for_all():
    assert len(encoders.plane(np.zeros((2, 2)), ["a", "a"], None, None, str).data[0].x) == 2
