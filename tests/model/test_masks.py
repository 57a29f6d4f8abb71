"""Each mask equals a definition written independently, cell by cell."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model import masks

sizes, windows = st.integers(1, 24), st.integers(1, 30)


def cells(rule, new: int, known: int) -> list[list[bool]]:
    return [[rule(known + q, k) for k in range(known + new)] for q in range(new)]


def made(mask, new: int, known: int) -> list[list[bool]]:
    return mask(torch.arange(known, known + new), torch.arange(known + new)).tolist()


@given(sizes, sizes)
def test_causal(new, known):
    assert made(masks.Causal(), new, known) == cells(lambda q, k: k <= q, new, known)


@given(sizes, sizes)
def test_bidirectional(new, known):
    assert made(masks.Bidirectional(), new, known) == cells(lambda q, k: True, new, known)


@given(sizes, sizes, windows)
def test_sliding(new, known, window):
    assert made(masks.Sliding(window), new, known) == cells(lambda q, k: k in range(q - window + 1, q + 1), new, known)


@given(sizes, sizes, st.integers(2, 30))
def test_sink_window(new, known, window):
    def rule(q, k):
        return k == 0 or k in range(q - window + 2, q + 1)

    assert made(masks.SinkWindow(window), new, known) == cells(rule, new, known)


@given(sizes, sizes, windows)
def test_strided(new, known, stride):
    def rule(q, k):
        return k in range(max(0, q - stride), q + 1) or k in range(q, -1, -stride)

    assert made(masks.Strided(stride), new, known) == cells(rule, new, known)


@given(sizes, sizes, windows, st.data())
def test_fixed(new, known, stride, data):
    summary = data.draw(st.integers(1, stride))

    def rule(q, k):
        block = [b for b in range(0, known + new, stride) if b <= q][-1]  # where the query's own block begins
        last = {b + stride - 1 - c for b in range(0, block, stride) for c in range(summary)}
        return block <= k <= q or k in last

    assert made(masks.Fixed(stride, summary), new, known) == cells(rule, new, known)


@given(st.lists(st.integers(0, 3), min_size=2, max_size=24), st.data())
def test_documents(documents, data):
    known = data.draw(st.integers(1, len(documents) - 1))

    def rule(q, k):
        return k <= q and documents[q] == documents[k]

    found = made(masks.Documents(tuple(documents)), len(documents) - known, known)
    assert found == cells(rule, len(documents) - known, known)


RULES = st.one_of(
    st.just(masks.Causal()),
    windows.map(masks.Sliding),
    st.integers(2, 30).map(masks.SinkWindow),
    windows.map(masks.Strided),
    st.tuples(windows, windows).map(lambda pair: masks.Fixed(max(pair), min(pair))),
    st.lists(st.integers(0, 3), min_size=24, max_size=24).map(lambda owners: masks.Documents(tuple(owners))),
)


@given(RULES, sizes)
def test_the_count_of_scores_is_the_number_of_cells(rule, length):
    grid = rule(torch.arange(length), torch.arange(length))
    assert rule.keys_per_query(np.arange(length)).tolist() == grid.sum(1).tolist()
    assert rule.score_count(length) == int(grid.sum())


def test_every_second_layer_is_local():
    for window in (4, 16, 32):
        rules = masks.windowed((window, None), 5)
        assert rules == (masks.Sliding(window), masks.Causal()) * 2 + (masks.Sliding(window),)


@given(st.lists(RULES, min_size=1, max_size=5), sizes)
def test_reach_is_the_shortest_way_up(rules, length):
    """Followed by hand: from a token at the top, all those that it reads, then all those that these read, …"""
    after = masks.reach(rules, length)
    for count in range(len(rules) + 1):
        for token in range(length):
            seen = {token}
            for rule in reversed(rules[:count]):
                rows = rule(torch.tensor(sorted(seen)), torch.arange(length))
                seen |= set(rows.any(0).nonzero().flatten().tolist())
            assert seen == {j for j in range(length) if 0 <= after[token, j] <= count}


def test_a_window_reaches_so_many_tokens_further_with_every_layer():
    after = masks.reach([masks.Sliding(4)] * 3, 16)
    assert after[15].tolist() == [-1] * 6 + [3] * 3 + [2] * 3 + [1] * 3 + [0]


@pytest.mark.parametrize(
    "wrong, reason",
    [
        (lambda: masks.Sliding(0), "window is 0"),
        (lambda: masks.SinkWindow(1), "window is 1"),
        (lambda: masks.Strided(0), "stride is 0"),
        (lambda: masks.Fixed(4, 5), "summary is 5"),
        (lambda: masks.Fixed(4, 0), "summary is 0"),
    ],
)
def test_a_rule_that_leaves_nothing_to_read_is_refused(wrong, reason):
    with pytest.raises(ValueError, match=reason):
        wrong()
