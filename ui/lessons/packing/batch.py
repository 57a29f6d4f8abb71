"""Documents of many lengths in rows of one length, and what every method of packing leaves empty."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import streamlit as st

from model import packing
from model.masks import Causal
from ui import components
from ui.kit import cache, url_state
from ui.kit.language import Words

BROWN = Path(__file__).parent / "brown_paragraphs.json"  # lengths only; training/paragraphs.py counted them
MAX_DOCUMENTS = 10_000
COUNTS = (1, 3, 10, 30, 100, 300, 1000, 3000, MAX_DOCUMENTS)
CONTEXTS = tuple(2**power for power in range(4, 15))  # 16 to 16,384 tokens
METHODS = tuple(packing.METHODS)
WINDOW = 40  # rows drawn at once: beside what they are chosen by they have room on a laptop's screen


@dataclass(frozen=True)
class Packed:
    """All documents in rows, by one method. pieces (P, 3) of ints: row, document, tokens, from left to right."""

    context: int
    rows: int
    pieces: np.ndarray
    wasted: float

    @property
    def tokens(self) -> int:
        return int(self.pieces[:, 2].sum())

    @property
    def cut(self) -> int:
        """How many documents are in more than one piece."""
        return int((np.unique(self.pieces[:, 1], return_counts=True)[1] > 1).sum())

    @property
    def cells(self) -> int:
        """Scores of one head in one layer, where a token reads all of its row up to itself; padding is computed too."""
        return self.rows * Causal().score_count(self.context)

    @property
    def own_cells(self) -> int:
        """The same where a token reads its own piece only, and padding nothing."""
        lengths, times = np.unique(self.pieces[:, 2], return_counts=True)
        scores = [Causal().score_count(length) for length in lengths.tolist()]
        return int(np.dot(scores, times))


@lru_cache(maxsize=32)
def packed(lengths: tuple[int, ...], context: int, method: str) -> Packed:
    """All documents of these lengths in rows, by one method."""
    rows = packing.pack(lengths, context, method)
    pieces = [(r, piece.document, piece.length) for r, row in enumerate(rows) for piece in row]
    return Packed(context, len(rows), np.array(pieces, np.int32), packing.padding_fraction(rows, context))


@lru_cache(maxsize=1)
def brown() -> tuple[int, ...]:
    """The lengths of all paragraphs of the Brown corpus, shuffled: any first n of them are a sample."""
    counted = json.loads(BROWN.read_text(encoding="utf-8"))
    lengths = np.repeat(np.array(list(counted), int), list(counted.values()))
    return tuple(np.random.default_rng(0).permutation(lengths).tolist())


@dataclass(frozen=True)
class Batch:
    """Documents, and the rows that they are to be packed into."""

    lengths: tuple[int, ...]
    context: int
    own: bool

    def by(self, method: str) -> Packed:
        return packed(self.lengths, self.context, method)

    def gain(self, method: str) -> float:
        """How many times fewer rows than with padding: as many times more tokens of text in the same time."""
        return self.by("padded").rows / self.by(method).rows

    def too_long(self) -> int:
        """How many documents do not fit into a row."""
        return sum(length > self.context for length in self.lengths)

    def wasted_by_context(self) -> dict[str, np.ndarray]:
        """The fraction that every method wastes at every context, (CONTEXTS,)."""

        def compute() -> dict[str, np.ndarray]:
            return {name: np.array([packed(self.lengths, n, name).wasted for n in CONTEXTS]) for name in METHODS}

        return cache.result(cache.Key("packing-wasted", ids=self.lengths), compute)


def chosen_method(state: object) -> str:
    """What the component reports, else what the link says; an unknown one is ignored."""
    asked = state.get("method") if isinstance(state, dict) else st.query_params.get("method")
    return asked if asked in METHODS else METHODS[1]


def first_row(state: object) -> int:
    """The first row that is drawn, from 0."""
    first = state.get("first") if isinstance(state, dict) else url_state.count("window")
    return first if isinstance(first, int) and first > 0 else 0


def component_data(batch: Batch, state: object) -> dict[str, object]:
    """Of every method an array of the pieces (P, 3) in a window of rows, and its `sums`: rows, first (row drawn),
    wasted, gain. Besides: methods, window, context, documents, tokens, method."""
    arrays, sums = {}, {}
    for name in METHODS:
        rows = batch.by(name)
        first = min(first_row(state), max(rows.rows - WINDOW, 0))
        inside = (rows.pieces[:, 0] >= first) & (rows.pieces[:, 0] < first + WINDOW)
        arrays[name] = rows.pieces[inside]
        sums[name] = {"rows": rows.rows, "first": first, "wasted": rows.wasted, "gain": batch.gain(name)}
    return {
        **components.pack(**arrays),
        "part": "batch",
        "methods": METHODS,
        "sums": sums,
        "window": WINDOW,
        "context": batch.context,
        "documents": len(batch.lengths),
        "tokens": sum(batch.lengths),
        "method": chosen_method(state),
    }


def source(method: str) -> tuple[object, ...]:
    """The code behind a method."""
    first_fit = (packing.place_in_first_row,) if method.startswith("first_fit") else ()
    return (packing.METHODS[method], *first_fit, packing.padding_fraction)


def table(batch: Batch, words: Words) -> dict[str, list]:
    """A line for each method."""
    rows = [batch.by(name) for name in METHODS]
    return {
        words.text("col-method"): [words.text(f"method-{name}") for name in METHODS],
        words.text("col-rows"): [packed.rows for packed in rows],
        words.text("col-wasted"): [packed.wasted for packed in rows],
        words.text("col-gain"): [batch.gain(name) for name in METHODS],
        words.text("col-cut"): [packed.cut for packed in rows],
        words.text("col-own"): [packed.own_cells for packed in rows],
    }
