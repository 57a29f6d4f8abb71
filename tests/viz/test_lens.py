"""The tower of the logit lens: levels, words where they take over, the answer's line."""

import numpy as np

from viz import lens
from viz.theme import GREEN

IDS = np.array([7, 5, 5, 9, 5, 9, 9])
TOKENS = [f"<{id}>" for id in IDS]
SHARES = np.linspace(0.9, 0.3, 7)
CHANCES = np.array([0, 0.1, 0.2, 0.6, 0.3, 0.4, 0.3])
LEVELS = ["embedding", *(f"layer {n}" for n in range(1, 7))]


def tower(count: int = 7):
    return lens.tower(IDS[:count], TOKENS[:count], SHARES[:count], CHANCES[:count], LEVELS[:count], str)


def test_a_bar_for_every_level_and_a_line_for_the_answer():
    likeliest, answer = tower().data
    assert np.array_equal(likeliest.x, SHARES) and np.array_equal(answer.x, CHANCES)
    assert np.array_equal(likeliest.y, range(7)) and np.array_equal(answer.y, range(7))
    assert likeliest.orientation == "h" and answer.mode == "lines+markers"


def test_the_embedding_is_at_the_bottom():
    figure = tower()
    axis = figure.layout.yaxis
    assert axis.range[0] < axis.range[1] and axis.ticktext[0] == "embedding"
    assert axis.range == figure.layout.yaxis2.range


def test_a_token_is_named_where_it_takes_over_and_literally():
    axis = tower().layout.yaxis2
    assert list(axis.tickvals) == [0, 1, 3, 4, 5]
    assert list(axis.ticktext) == ["&lt;7&gt;", "&lt;5&gt;", "&lt;9&gt;", "&lt;5&gt;", "&lt;9&gt;"]


def test_bars_that_say_the_answer_are_green():
    colours = np.array(tower().data[0].marker.color)
    assert np.array_equal(colours == GREEN, IDS == 9)


def test_many_levels_are_named_in_steps_of_five_that_do_not_collide():
    ids = np.arange(33)
    levels = ["embedding", *map(str, range(1, 33))]
    axis = lens.tower(ids, levels, ids / 33, ids / 33, levels, str).layout.yaxis
    assert list(axis.ticktext) == ["embedding", "5", "10", "15", "20", "25", "30", "32"]
