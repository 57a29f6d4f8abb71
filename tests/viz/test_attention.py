"""The chart of one head: cells by place, rows down, the future empty."""

import numpy as np
import pytest

from viz.attention import heatmap

TOKENS = ["a", "b", "a", "<b>"]
PATTERN = np.tril(np.arange(1.0, 17).reshape(4, 4) / 20)
MASK = np.tril(np.ones((4, 4), bool))


@pytest.fixture(scope="module")
def figure():
    return heatmap(PATTERN, TOKENS, MASK, "reads", "is read", "weight")


def test_rows_are_queries_and_run_down(figure):
    np.testing.assert_array_equal(np.asarray(figure.data[0].z)[MASK], PATTERN[MASK])
    assert figure.layout.yaxis.autorange == "reversed"
    assert figure.layout.yaxis.title.text == "reads"
    assert figure.layout.xaxis.title.text == "is read"


def test_the_future_is_empty(figure):
    assert np.isnan(np.asarray(figure.data[0].z)[~MASK]).all()


def test_a_token_that_comes_twice_keeps_both_places(figure):
    assert list(figure.data[0].x) == [0, 1, 2, 3]
    assert list(figure.layout.xaxis.tickvals) == [0, 1, 2, 3]


def test_tokens_are_text(figure):
    assert figure.layout.xaxis.ticktext[-1] == "&lt;b&gt;"
    assert "<b>" not in str(figure.data[0].customdata)


def test_the_hover_says_which_token_reads_which(figure):
    query, key, _ = figure.data[0].hovertemplate.split("<br>")
    assert (query, key) == ("reads %{customdata[0]}", "is read %{customdata[1]}")
    names = figure.layout.yaxis.ticktext
    for row, cells in enumerate(figure.data[0].customdata):  # z, too, has its queries as rows
        assert [tuple(cell) for cell in cells] == [(names[row], name) for name in names]


def test_every_head_has_the_same_scale(figure):
    assert (figure.data[0].zmin, figure.data[0].zmax) == (0, 1)
