"""The reader's list of sentences as vectors, their cosines, and the list as a map."""

import re
import time
from collections.abc import Iterable
from functools import partial

import numpy as np
import streamlit as st
from markupsafe import Markup

from model.analysis import retrieval
from model.zoo import Bundle
from ui import components
from ui.frame.page import Page
from ui.kit import cache, figures, listing, markup, url_state
from ui.kit.folded import folded
from ui.kit.language import Words
from ui.kit.mounting import mount
from ui.lessons.encoders import readings
from ui.lessons.encoders.readings import Sentences
from viz import bars
from viz import encoders as charts

LINES = 24  # of the list that are used; more, and no cell of the matrix can be hit with a finger
CHARACTERS = 10_000  # of a line; more than the tokens that MiniLM can read
TERMS = 3  # of a long sum, written out
LINK = {"sentences": url_state.text(), "pair": url_state.matching(readings.PLACE)}
TRANSLATIONS = "A dog runs after a ball in the park.", "Un cane rincorre una palla nel parco."


def choose(page: Page, encoder: Bundle) -> Sentences | None:
    """The reader's list, encoded; None and one sentence where it is empty."""
    words, lang, tokenizer = page.words, page.lang, encoder.tokenizer
    state = url_state.bind_text(f"sentences-{lang}", words.text("sentences"), "sentences")
    with st.expander(words.text("list")):
        hidden = {"label_visibility": "collapsed", "height": 390}
        typed = st.text_area(words.text("list"), persist_state="session", **hidden, **state)
    texts = [line.strip()[:CHARACTERS] for line in typed.splitlines() if line.strip()]
    if not texts:
        page.notice(words("list-empty"))
        return None
    if len(texts) > LINES:
        page.notice(words("list-cut", kept=LINES, cut=words.number(len(texts) - LINES)))
        texts = texts[:LINES]
    context = encoder.model.config.context
    if long := sum(len(tokenizer.encode(text)) > context for text in texts):
        page.notice(words("line-cut" if long == 1 else "lines-cut", n=long, context=context))
    return Sentences(texts, _vectors(encoder, texts, words))


def _vectors(encoder: Bundle, texts: list[str], words: Words) -> np.ndarray:
    """One row each; a sign while it takes long."""
    waiting, start, rows = st.empty(), time.monotonic(), []
    for n, text in enumerate(texts, 1):
        if time.monotonic() - start > 0.3:
            waiting.html(markup.note(words.inline("reading-now", n=n, all=len(texts)), live=True))
        rows.append(readings.vector(encoder, text))
    waiting.empty()
    return np.stack(rows)


# ---- two sentences


@st.fragment
def show_cosines(page: Page, encoder: Bundle, sentences: Sentences) -> None:
    """All cosines, the pair chosen read aloud, and the sums behind it. data: cosines (n, n), the n lines, and the pair
    to begin with, from 0."""
    words, text, cosines = page.words, page.words.text, sentences.cosines
    if len(sentences.texts) == 1:
        st.html(words("list-one"))
        return
    linked = re.fullmatch(readings.PLACE, st.query_params.get("pair", ""))
    first = sentences.pair([int(n) - 1 for n in linked.groups()] if linked else None)
    lines = [readings.clipped(line) for line in sentences.texts]
    data = {"part": "matrix", **components.pack(cosines=cosines), "lines": lines, "pair": first}
    # every list has a key of its own: the pair of another one means nothing in it
    key, (i, j) = f"matrix-{sentences.key}", np.triu_indices(len(sentences.texts), 1)
    sides = {text("col-one"): np.array(sentences.texts)[i], text("col-other"): np.array(sentences.texts)[j]}
    columns = sides | {text("col-cosine"): cosines[i, j]}
    reported = mount(page, "encoders", key, data, columns=columns, file="cosines", reports=("pair",)).pair
    pair = sentences.pair(reported) if reported else first
    values = _pair_values(sentences, pair, words)
    rank = words("pair-rank", **values) if values["pairs"] > 1 else ""
    st.html(markup.read(words.inline("pair-reading", **values)) + rank + _translated(sentences, words))
    folded(text("pair-fold"), "fold-pair", partial(_pair, page, encoder, sentences, pair))


def _pair(page: Page, encoder: Bundle, sentences: Sentences, pair: tuple[int, int]) -> None:
    """Both vectors and their product as strips, and the sums."""
    words, text = page.words, page.words.text
    st.html(words("pair-text"))
    one, other = (sentences.vectors[i] for i in pair)
    strips = {f"a  {pair[0] + 1}": one, f"b  {pair[1] + 1}": other, "a × b": one * other}
    columns = {text("col-number"): range(1, len(one) + 1)} | strips
    figures.show(bars.strips(strips, text("strip-hover")), "pair", text("strips-alt"), columns)
    st.html(markup.note(words.inline("strips-note")) + _computation(encoder, sentences, pair, words))


def _pair_values(sentences: Sentences, pair: tuple[int, int], words: Words) -> dict[str, object]:
    """The cosine of a pair, and its rank among all pairs."""
    cosine, others = sentences.cosines[pair], sentences.cosines[np.triu_indices(len(sentences.texts), 1)]
    return {
        "one": sentences.shown(pair[0]),
        "other": sentences.shown(pair[1]),
        "cosine": words.number(cosine),
        "rank": int((others > cosine + 1e-7).sum()) + 1,
        "pairs": len(others),
        "mean": words.number(others.mean()),
    }


def _translated(sentences: Sentences, words: Words) -> Markup | str:
    """The same sentence in two languages, where the list has both."""
    if not set(TRANSLATIONS) <= set(sentences.texts):
        return ""
    one, other = map(sentences.texts.index, TRANSLATIONS)
    cosine = words.number(sentences.cosines[one, other])
    return words("foreign", one=TRANSLATIONS[0], other=TRANSLATIONS[1], cosine=cosine)


def _computation(encoder: Bundle, sentences: Sentences, pair: tuple[int, int], words: Words) -> Markup:
    """How the first number of a vector comes about, and the cosine of both, written out."""
    number, (one, other) = words.number, (sentences.vectors[i] for i in pair)
    ids = encoder.tokenizer.encode(sentences.texts[pair[0]])[: encoder.model.config.context]
    final = cache.trace(encoder, ids, {"final"}).final
    mean, count, width = final.mean(0), len(final), len(one)
    lengths, product = [np.linalg.norm(vector) for vector in (one, other)], float(one @ other)

    def note(section: str, **values: object) -> Markup:
        return markup.span(words.inline(section, **values), "note")

    def total(terms: Iterable[str], more: int) -> str:
        return " + ".join([*terms, *([words.text("more", n=number(more))] if more > 0 else [])])

    first = total((_bracketed(number(x)) for x in final[:TERMS, 0]), count - TERMS)
    pairs = zip(one[:TERMS], other[:TERMS], strict=True)
    products = total((f"{_bracketed(number(a))}·{_bracketed(number(b))}" for a, b in pairs), width - TERMS)
    a1, a_last = markup.sub("a", "1"), markup.sub("a", str(width))
    length, size = number(mean[0]), number(np.linalg.norm(mean))
    return markup.arithmetic(
        (
            Markup("({}) ÷ {} ≈ {} {}").format(first, count, length, note("sum-mean", tokens=count)),
            Markup("{} ÷ {} ≈ <b>{}</b> = {} {}").format(length, size, number(one[0]), a1, note("sum-length")),
            Markup("|a| = √({}² + … + {}²) = {}, |b| = {} {}").format(
                a1, a_last, *map(number, lengths), note("sum-lengths")
            ),
            Markup("a · b = {} ≈ {} {}").format(products, number(product), note("sum-product")),
            Markup("cos = a · b ÷ (|a| · |b|) = <b>{}</b>").format(number(product / (lengths[0] * lengths[1]))),
        )
    )


def _bracketed(shown: str) -> str:
    return f"({shown})" if shown.startswith("−") else shown


# ---- the map


def show_plane(page: Page, encoder: Bundle, sentences: Sentences, query: str) -> None:
    """The sentences, and the query with them, as points of a plane, folded."""
    folded(page.words.text("plane-title"), "fold-plane", partial(_plane, page, encoder, sentences, query))


def _plane(page: Page, encoder: Bundle, sentences: Sentences, query: str) -> None:
    words, texts = page.words, sentences.texts
    st.html(words("plane-intro"))
    asked = readings.vector(encoder, query) if query else None
    vectors = np.vstack([sentences.vectors, asked]) if query else sentences.vectors
    places, explained = retrieval.principal_plane(vectors)
    cosines = sentences.vectors @ asked if query else None
    chart = charts.plane(places, [readings.clipped(text) for text in texts], query or None, cosines, words.number)
    values = {"share": words.percent(explained), "width": vectors.shape[1], "rest": words.percent(1 - explained)}
    if query:
        seen, near = int(np.linalg.norm(places[:-1] - places[-1], axis=-1).argmin()), int(cosines.argmax())
        values |= {"seen": sentences.shown(seen), "near": sentences.shown(near)}
        page.read(words.inline("plane-agrees" if seen == near else "plane-differs", **values))
    left, right = st.columns([3, 2], gap="large", vertical_alignment="center")
    with left:
        shown = [*texts, *([query] if query else [])], places[:, 0], places[:, 1]
        columns = dict(zip(map(words.text, ("col-sentence", "col-x", "col-y")), shown, strict=True))
        figures.show(chart, "plane", words.text("plane-alt"), columns)
    items = (Markup("<li>{}</li>").format(sentences.shown(i)) for i in range(len(texts)))
    right.html(Markup('<ol class="note">{}</ol>').format(Markup().join(items)))
    st.html(markup.note(words.inline("plane-note")) + words("plane-text", **values))
    listing.show(retrieval.principal_plane)
