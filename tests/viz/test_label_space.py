import numpy as np
import pytest

from viz import label_space
from viz.bars import strips
from viz.theme import MONO

NAMES = {"tickvals": [0, 1], "ticktext": ["layer 1", "·squirrel"]}


def test_every_letter_of_the_typewriter_is_as_wide():
    assert (
        label_space.width("iiii", 13, mono=True)
        == label_space.width("·MW9", 13, mono=True)
        == pytest.approx(4 * 0.6 * 13)
    )
    assert label_space.width("iiii", 13) < label_space.width("MMMM", 13)


def test_the_longest_line_counts_and_tags_do_not():
    assert label_space.width("a &lt; b<br><b>c</b>", 13) == label_space.width("a < b", 13)


def test_names_get_room_on_their_side_and_nowhere_else():
    plain = label_space.margins({"yaxis": NAMES, "xaxis": {"showticklabels": False}})
    assert set(plain) == {"l"} and plain["l"] > label_space.width("·squirrel", 13)
    other = label_space.margins({"yaxis": NAMES | {"side": "right"}, "xaxis": {"title": {"text": "layer"}}})
    assert set(other) == {"r", "b"} and other["r"] == plain["l"]
    assert label_space.margins({"yaxis": NAMES | {"tickfont": {"family": MONO}}})["l"] > plain["l"]
    assert label_space.margins({"yaxis": NAMES | {"scaleanchor": "x"}}) == {}


def test_a_margin_of_the_figures_own_stays_where_it_is_larger():
    figure = strips({"a long name of a strip": np.array([1.0, -1.0])}, "%{z}")
    figure.layout.margin = {"l": 4, "t": 90}
    margin = label_space.with_label_margins(figure).layout.margin
    assert margin.l > 100 and margin.t == 90
