"""Each mask equals a definition written independently, cell by cell."""

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
    assert made(masks.causal, new, known) == cells(lambda q, k: k <= q, new, known)


@given(sizes, sizes)
def test_bidirectional(new, known):
    assert made(masks.bidirectional, new, known) == cells(lambda q, k: True, new, known)


@given(sizes, sizes, windows)
def test_sliding(new, known, window):
    assert made(masks.sliding(window), new, known) == cells(lambda q, k: k in range(q - window + 1, q + 1), new, known)
