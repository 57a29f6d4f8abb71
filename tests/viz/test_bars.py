"""Bars of a distribution: what is drawn is what was given, removed candidates are hollow, the tail is hatched."""

import numpy as np
import pytest

from model import sampling
from viz import bars
from viz.theme import PAPER

TOKENS, SCORES = ["·was", "'s", "<b>x</b>"], ["26.1", "5.1", "−0.2"]
ROWS = bars.names(TOKENS, SCORES, "9 others")
SHARES = np.array([0.5, 0.2, 0.1, 0.2])


def percent(share: float) -> str:
    return f"{share:.1%}"


def staged(shares: np.ndarray):
    heads = [f"stage {i}" for i in range(len(shares))]
    return bars.stages(ROWS, shares, heads, heads, "left over", 1, percent)


def cells(bar, end: float) -> dict[tuple[int, int], float]:
    """The bars of one trace: (stage, row) -> length."""
    stages = np.rint(np.array(bar.base, float) / (1 + bars.GAP) / end).astype(int)
    rows = np.rint(np.array(bar.y) - 0.2).astype(int)
    return dict(zip(zip(stages.tolist(), rows.tolist(), strict=True), bar.x, strict=True))


def test_a_bar_for_every_token_and_one_for_the_tail():
    (bar,) = bars.bars(ROWS, SHARES, percent).data
    assert np.array_equal(bar.x, SHARES) and sum(bar.x) == pytest.approx(1)
    assert list(bar.text) == ["50.0%", "20.0%", "10.0%", "20.0%"]
    assert bar.marker.pattern.shape == ("", "", "", "/")


def test_rows_run_down_and_stand_at_their_names():
    figure = bars.bars(ROWS, SHARES, percent)
    assert list(figure.layout.yaxis.ticktext) == ROWS
    assert list(figure.layout.yaxis.tickvals) == list(figure.data[0].y) == [0, 1, 2, 3]
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]


def test_names_are_literal_short_and_their_scores_line_up():
    assert ROWS[0].endswith(" 26.1") and ROWS[1].endswith("\u00a05.1") and ROWS[3] == "9 others"
    assert "<" not in ROWS[2] and "&lt;b&gt;" in ROWS[2]
    assert bars.label("·incomprehensible") == "·incompreh…"


def test_after_every_stage_the_columns_add_up_and_what_was_removed_is_hollow():
    logits = np.log([0.4, 0.3, 0.15, 0.05, 0.05, 0.05])
    found = sampling.stages(logits, top_k=3, top_p=0.7)
    shares = np.stack([found.base, found.top_k, found.top_p])
    shares = np.column_stack([shares[:, :3], shares[:, 3:].sum(1)])
    kept, removed = staged(shares).data[:2]
    end = bars.scale(shares)
    kept_cells, removed_cells = cells(kept, end), cells(removed, end)
    for stage, column in enumerate(shares):
        drawn = {row: length for (at, row), length in kept_cells.items() if at == stage}
        assert sum(drawn.values()) == pytest.approx(1)
        assert drawn == {row: share for row, share in enumerate(column) if share > 0}
        assert {row for at, row in removed_cells if at == stage} == set(np.flatnonzero(column == 0).tolist())
    assert removed_cells[1, 3] == removed_cells[2, 3] == shares[0, 3]  # as long as it was
    assert removed_cells[2, 2] == shares[1, 2]
    assert removed.marker.color == PAPER and removed.marker.line.width
    assert kept.marker.color != PAPER


def test_columns_share_one_scale_and_do_not_overlap():
    for top, end in ((0.2, 0.25), (0.26, 0.5), (0.5, 0.5), (0.51, 1), (1, 1), (1 + 1e-12, 1)):
        assert bars.scale(np.array([top, 0])) == end
    figure = staged(np.array([[0.7, 0.2, 0.1, 0], [1, 0, 0, 0]]))
    starts = sorted(set(figure.data[0].base))
    assert starts[1] - starts[0] > 1
    assert figure.layout.xaxis.range[1] >= starts[-1] + 1
    assert figure.layout.barmode == "overlay"


def test_the_chosen_stage_has_a_bold_head():
    assert list(staged(np.array([SHARES, SHARES])).data[4].text) == ["stage 0", "<b>stage 1</b>"]


def test_draws_stand_in_the_outline_of_what_was_promised():
    counts, promised = np.array([6, 0, 1, 3]), 10 * SHARES
    expected, drawn, words = bars.draws(ROWS, counts, promised, str).data
    assert np.array_equal(expected.x, promised)
    assert np.array_equal(np.nan_to_num(drawn.x), counts) and np.isnan(drawn.x[1])  # no bar, not even its outline
    assert [text.strip() for text in words.text] == ["6", "0", "1", "3"]
    assert expected.width > drawn.width and drawn.marker.pattern.shape[-1] == "/"


def test_strips_show_the_numbers_centred_on_zero():
    vectors = {"x": np.arange(-50.0, 60), "w": np.ones(110)}
    figure = bars.strips(vectors, "%{z}")
    assert list(figure.layout.yaxis.ticktext) == ["x", "w"]
    for strip, vector in zip(figure.data, vectors.values(), strict=True):
        assert np.array_equal(strip.z[0], vector)
        assert -strip.zmin == strip.zmax == bars.limit(vector) > 0
