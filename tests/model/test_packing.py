"""No token lost or twice, no row too long, and a packed row says what each document says alone."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model import packing
from model.config import RECIPES
from model.transformer import Transformer

LENGTHS, CONTEXT = st.lists(st.integers(0, 40), max_size=30), st.integers(1, 24)
METHOD = st.sampled_from(sorted(packing.METHODS))


@given(LENGTHS, CONTEXT, METHOD)
def test_every_token_is_there_once_and_no_row_is_too_long(lengths, context, method):
    rows = packing.pack(lengths, context, method)
    held = Counter((p.document, p.start + i) for row in rows for p in row for i in range(p.length))
    assert held == Counter((d, i) for d, length in enumerate(lengths) for i in range(length))
    assert all(0 < sum(piece.length for piece in row) <= context for row in rows)


@given(LENGTHS, CONTEXT, METHOD)
def test_packing_never_wastes_more_than_padding(lengths, context, method):
    padded = packing.padding_fraction(packing.pack(lengths, context, "padded"), context)
    assert packing.padding_fraction(packing.pack(lengths, context, method), context) <= padded + 1e-12


@given(LENGTHS, CONTEXT)
def test_first_fit_takes_the_first_row_with_room_and_best_fit_the_fullest(lengths, context):
    """By the definitions, row after row, without any of the tricks."""
    pieces = [p for [p] in packing.pack(lengths, context, "padded")]
    for method in ("first_fit", "best_fit"):
        rows, room = [], []
        for piece in pieces:
            fits = [r for r, free in enumerate(room) if free >= piece.length]
            if not fits:
                rows.append([])
                room.append(context)
            best = min(fits, key=room.__getitem__, default=len(rows) - 1)  # the first of several equals
            row = best if method == "best_fit" or not fits else fits[0]
            rows[row].append(piece)
            room[row] -= piece.length
        assert packing.pack(lengths, context, method) == rows


def test_ten_thousand_documents():
    lengths = np.random.default_rng(0).integers(1, 3000, 10_000)
    found = {method: packing.padding_fraction(packing.pack(lengths, 4096, method), 4096) for method in packing.METHODS}
    assert found["chopped"] < found["first_fit_decreasing"] < found["best_fit"] <= found["first_fit"] < found["padded"]


DECODERS = {name: config for name, config in RECIPES.items() if config.causal}
DECODERS["alternating"] = replace(RECIPES["mistral"], windows=(256, None))


@pytest.mark.parametrize("config", DECODERS.values(), ids=DECODERS)
def test_packed_is_each_document_alone(config):
    torch.manual_seed(0)
    windows = tuple(window and 4 for window in config.windows)
    model = Transformer(replace(config, vocab_size=50, windows=windows)).eval()
    generator = np.random.default_rng(1)
    texts = [generator.integers(0, 50, length) for length in (7, 3, 12, 1, 5, 9)]
    rows = packing.pack([len(text) for text in texts], 16, "best_fit")
    batch = packing.lay_out(rows, texts, 16)
    tensors = {name: torch.tensor(array) for name, array in vars(batch).items()}
    with torch.inference_mode():
        logits = model(tensors["ids"], positions=tensors["positions"], documents=tensors["documents"])
        for r, row in enumerate(rows):
            at = 0
            for piece in row:
                alone = model(torch.tensor(texts[piece.document])[None])[0]
                # other rows are multiplied along: a float32 step or two of the largest number
                packed = logits[r, at : at + piece.length]
                assert (packed - alone).abs().max() <= 1e-5 * alone.abs().max()
                targets = batch.targets[r, at : at + piece.length]
                assert targets.tolist() == [*texts[piece.document][1:].tolist(), packing.IGNORE_INDEX]
                at += piece.length


@pytest.mark.parametrize(
    "lengths, context, method, reason",
    [([3], 0, "padded", "holds nothing"), ([-1], 4, "padded", "of -1 tokens"), ([3], 4, "magic", "no method 'magic'")],
)
def test_what_cannot_be_packed_is_refused(lengths, context, method, reason):
    with pytest.raises(ValueError, match=reason):
        packing.pack(lengths, context, method)
