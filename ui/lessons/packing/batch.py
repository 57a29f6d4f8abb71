"""Lesson 11: documents of many lengths in rows of one length, and what every method of packing leaves empty."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import streamlit as st
from markupsafe import Markup

import content
from model import packing
from model.masks import Causal
from ui import components
from ui.frame.page import Page
from ui.kit import cache, language, markup, url_state
from ui.kit.numbers import number, percent

BROWN = Path(__file__).parent / "brown_paragraphs.json"  # lengths only; training/paragraphs.py counted them
MOST = 10_000  # documents
COUNTS = (1, 3, 10, 30, 100, 300, 1000, 3000, MOST)
CONTEXTS = tuple(2**power for power in range(4, 15))  # 16 to 16,384 tokens
METHODS = tuple(packing.METHODS)
WINDOW = 48  # rows drawn at once
CHARACTERS = 2_000_000  # of the reader's lines
LINES = "\n".join(
    ("Water boils at one hundred degrees.", "Anna plays the violin.", "The dog chased the squirrel up a tree.")
)


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
    rows = packing.pack(lengths, context, method)
    pieces = [(r, piece.document, piece.length) for r, row in enumerate(rows) for piece in row]
    return Packed(context, len(rows), np.array(pieces, np.int32), packing.padding_fraction(rows, context))


# ---- the documents


@lru_cache(maxsize=1)
def brown() -> tuple[int, ...]:
    """The lengths of all paragraphs of the Brown corpus, shuffled: any first n of them are a sample."""
    counted = json.loads(BROWN.read_text(encoding="utf-8"))
    lengths = np.repeat(np.array(list(counted), int), list(counted.values()))
    return tuple(np.random.default_rng(0).permutation(lengths).tolist())


@dataclass(frozen=True)
class Given:
    """The reader's documents: the prompt, and the lines below it."""

    lines: list[str]  # that hold something, without the prompt
    empty: int  # how many do not
    beyond: int  # how many are too many


def given() -> Given:
    lines = st.session_state.get("lines", st.query_params.get("lines", LINES)).split("\n")
    full = [line for line in lines if line.strip()]
    return Given(full[: MOST - 1], len(lines) - len(full), max(0, len(full) - MOST + 1))


@lru_cache(maxsize=4)
def _counted(model: str, lines: tuple[str, ...]) -> tuple[int, ...]:
    tokenizer = cache.bundle(model).tokenizer
    return tuple(len(tokenizer.encode(line)) for line in lines)


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


def short(tokens: int) -> str:
    """A length as it stands on the dial and in the link, where it must mean the same in every language."""
    return f"{tokens >> 10}k" if tokens >= 1024 else str(tokens)


LINK = {
    "method": url_state.one_of(*METHODS),
    "context": url_state.one_of(*map(short, CONTEXTS)),
    "own": url_state.ON,
    "documents": url_state.one_of(*COUNTS),
    "lines": url_state.text(),
    "row": url_state.integer_between(WINDOW),
    "window": url_state.integer_between(MOST),
}


def controls(page: Page) -> Batch:
    """Whose documents, how many, and the context."""
    words, dial = page.words, {"bind": "query-params", "width": 300}
    with st.container(key="packing-controls", horizontal=True, vertical_alignment="bottom", gap="medium"):
        context = st.select_slider(
            words.text("context"), CONTEXTS, CONTEXTS[4], key="context", format_func=short, **dial
        )
        own = st.toggle(words.text("own"), key="own", bind="query-params")
        count = st.select_slider(words.text("count"), COUNTS, COUNTS[5], key="documents", disabled=own, **dial)
    mine = (len(page.ids), *_counted(page.model, tuple(given().lines))) if own else ()
    return Batch(mine or brown()[:count], context, own)


def area(page: Page) -> None:
    """Where the reader writes documents, and what of them is not used as it stands."""
    words, found = page.words, given()
    size = {"height": 130, "max_chars": CHARACTERS, "persist_state": "session"}
    st.text_area(words.text("lines"), **url_state.bind_text("lines", LINES, "lines"), **size)
    said = []
    if found.empty:
        said.append(words("empty-lines" if found.empty > 1 else "empty-line", n=number(found.empty, page.lang)))
    if found.beyond:
        said.append(words("too-many", n=number(found.beyond, page.lang), most=number(MOST, page.lang)))
    if said:
        st.html(f'<div class="notice" role="status">{"".join(said)}</div>')


def too_long(batch: Batch, words: language.Words) -> Markup | None:
    """How many documents do not fit into a row, if any."""
    long = sum(length > batch.context for length in batch.lengths)
    if not long:
        return None
    values = {"n": number(long, words.lang), "all": number(len(batch.lengths), words.lang), "context": batch.context}
    return words.inline("too-long" if long > 1 else "too-long-one", **values)


# ---- the batch


def method(state: object) -> str:
    """What the component reports, else what the link says; what there is not is ignored."""
    asked = state.get("method") if isinstance(state, dict) else st.query_params.get("method")
    return asked if asked in METHODS else METHODS[1]


def window(state: object) -> int:
    """The first row that is drawn, from 0."""
    first = state.get("first") if isinstance(state, dict) else url_state.count("window")
    return first if isinstance(first, int) and first > 0 else 0


def drawn(page: Page, batch: Batch, state: object) -> dict:
    """Everything the component needs: of every method the rows of a window, and its sums."""
    arrays, sums = {}, {}
    for name in METHODS:
        found = batch.by(name)
        first = min(window(state), max(found.rows - WINDOW, 0))
        inside = (found.pieces[:, 0] >= first) & (found.pieces[:, 0] < first + WINDOW)
        arrays[name] = found.pieces[inside]
        sums[name] = {"rows": found.rows, "first": first, "wasted": found.wasted, "gain": batch.gain(name)}
    return {
        **components.pack(**arrays),
        "part": "batch",
        "methods": METHODS,
        "sums": sums,
        "window": WINDOW,
        "context": batch.context,
        "documents": len(batch.lengths),
        "tokens": sum(batch.lengths),
        "method": method(state),
        "lang": page.lang,
        "words": content.load(page.lang, "packing"),
    }


def arithmetic(batch: Batch, name: str, words: language.Words) -> Markup:
    """The sums of one method, with their numbers."""
    lang, found, padded = words.lang, batch.by(name), batch.by("padded")
    whole = {
        "tokens": found.tokens,
        "rows": found.rows,
        "context": batch.context,
        "padded": padded.rows,
        "cells": found.cells,
        "own": found.own_cells,
    }
    values = {key: number(x, lang) for key, x in whole.items()} | {
        "wasted": percent(found.wasted, lang),
        "gain": number(batch.gain(name), lang),
        "left": percent(found.own_cells / found.cells, lang),
    }
    lines = "".join(
        f"<p>{words.inline(f'sum-{line}', **values)} {markup.span(words.text(f'sum-{line}-is', **values), 'note')}</p>"
        for line in ("wasted", "gain", "cells", "own")
    )
    return Markup(f'<div class="arith">{lines}</div>')


def source(name: str) -> tuple:
    """The code behind a method."""
    filled = (packing._filled_first,) if name.startswith("first_fit") else ()
    return (packing.METHODS[name], *filled, packing.padding_fraction)


def table(batch: Batch, words: language.Words) -> dict[str, list]:
    found = [batch.by(name) for name in METHODS]
    return {
        words.text("col-method"): [words.text(f"method-{name}") for name in METHODS],
        words.text("col-rows"): [each.rows for each in found],
        words.text("col-wasted"): [each.wasted for each in found],
        words.text("col-gain"): [batch.gain(name) for name in METHODS],
        words.text("col-cut"): [each.cut for each in found],
        words.text("col-own"): [each.own_cells for each in found],
    }


def ask_context(batch: Batch, words: language.Words) -> tuple:
    """The context doubles: what becomes of the share that padding wastes? Question, options, answer, explanation."""
    lang, options = words.lang, ("falls", "stays", "rises")

    def shares() -> tuple[float, float]:
        return tuple(packed(batch.lengths, context, "padded").wasted for context in (batch.context, 2 * batch.context))

    def answer() -> int:
        before, after = shares()
        return int(np.sign(after - before)) + 1

    def explain(chosen: int, right: int) -> str:
        before, after = (percent(share, lang) for share in shares())
        best = percent(packed(batch.lengths, 2 * batch.context, "first_fit_decreasing").wasted, lang)
        values = {"before": before, "after": after, "best": best, "context": number(2 * batch.context, lang)}
        return words("explain-rises" if right == 2 else "explain-stays", **values)

    sizes = {"context": number(batch.context, lang), "double": number(2 * batch.context, lang)}
    return (
        words.inline("question-context", **sizes),
        [words.text(f"option-{name}") for name in options],
        answer,
        explain,
    )


def by_context(batch: Batch) -> dict[str, np.ndarray]:
    """The share that every method wastes at every context, (CONTEXTS,)."""
    return {name: np.array([packed(batch.lengths, n, name).wasted for n in CONTEXTS]) for name in METHODS}
