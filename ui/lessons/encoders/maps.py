"""One text read both ways and only back, the decoder that goes on with it, and who is used for what."""

from collections.abc import Iterator
from functools import partial
from itertools import islice

import numpy as np
import streamlit as st
from markupsafe import Markup

from model import generate, masks
from model.analysis.attention import later_weight
from model.generate import Decoder
from model.sampling import Sampling
from model.trace import Trace
from model.zoo import Bundle
from ui import components
from ui.frame.page import Page
from ui.kit import cache, listing, markup, tables, token_names, url_state
from ui.kit.folded import folded
from ui.kit.language import Words
from ui.kit.mounting import mount
from ui.lessons.encoders import readings
from ui.lessons.encoders.readings import SIDES, Look

FIRST = "She sat on the bank of the river"  # "river" comes after "bank", and says which bank it is
STEPS = 12  # tokens that the decoder adds
LINK = {side: url_state.matching(readings.PLACE) for side in SIDES}


@st.fragment
def show_maps(page: Page, encoder: Bundle, traces: tuple[Trace, Trace]) -> None:
    """The attention of both models, what it says in a sentence, and its numbers. data: by side the pattern
    (L, H, T, T), and {title, tokens (T,), start: [layer, head] from 0, head -1 for the mean}."""
    words, bundles = page.words, (encoder, page.bundle)
    starts = [readings.start(side, trace, st.query_params) for side, trace in zip(SIDES, traces, strict=True)]
    patterns = {side: trace.stack("pattern") for side, trace in zip(SIDES, traces, strict=True)}
    data = {"part": "maps", **components.pack(**patterns)}
    for side, trace, bundle, look in zip(SIDES, traces, bundles, starts, strict=True):
        data[side] = {
            "title": bundle.card.title,
            "tokens": token_names.distinct(trace.tokens),
            "start": [look.layer, look.head],
        }
    reported = st.session_state.get("maps", {}).get("look") or {}
    looks = [
        readings.look(reported.get(side), trace) or first
        for side, trace, first in zip(SIDES, traces, starts, strict=True)
    ]
    columns = _table(traces, looks, [bundle.card.title for bundle in bundles], words)
    mount(page, "encoders", "maps", data, columns=columns, reports=("look",))
    values = _values(encoder, traces, looks, words)
    page.read(words.inline("maps-reading", **values))
    side_by_side(words("maps-kinds", **values), words("maps-sinks", **values))


def _values(encoder: Bundle, traces: tuple[Trace, Trace], looks: list[Look], words: Words) -> dict[str, str]:
    """The fractions of weight on later tokens, under these looks and over the whole encoder."""
    first, second = traces
    weights = looks[0].weights(first)
    closing = np.isin(first.token_ids, list(encoder.tokenizer.special))
    fractions = {
        "both": later_weight(weights),
        "back": later_weight(looks[1].weights(second)),
        "closing": float((np.triu(weights, 1) * closing).sum(-1).mean()),
        "all": later_weight(first.stack("pattern")),
        "even": (len(weights) - 1) / (2 * len(weights)),
    }
    where = {side: look.name(trace, words) for side, look, trace in zip(SIDES, looks, traces, strict=True)}
    counts = {"tokens": len(weights), "layers": len(first.layers), "heads": len(first.layers[0].pattern)}
    return {name: words.percent(p) for name, p in fractions.items()} | counts | where


def _table(traces: tuple[Trace, Trace], looks: list[Look], titles: list[str], words: Words) -> dict[str, list]:
    """Every weight of the two maps; what the mask hides is not in it."""
    rows = []
    for side, trace, look, title in zip(SIDES, traces, looks, titles, strict=True):
        weights, name = look.weights(trace), f"{title}, {look.name(trace, words)}"
        places = np.ndindex(weights.shape) if side == "encoder" else zip(*np.tril_indices(len(weights)), strict=True)
        tokens = token_names.distinct(trace.tokens)
        rows += [(name, tokens[q], tokens[k], float(weights[q, k])) for q, k in places]
    names = map(words.text, ("col-model", "col-reader", "col-word", "col-weight"))
    return tables.of_rows(names, rows)


def side_by_side(*texts: Markup) -> None:
    """Paragraphs in columns, where there is room."""
    for column, text in zip(st.columns(len(texts), gap="large"), texts, strict=True):
        column.html(text)


def show_training(page: Page, encoder: Bundle) -> None:
    """How an encoder such as MiniLM is trained, in two steps side by side."""
    page.heading("trained-title")
    rows = page.words.number(encoder.model.config.context)
    side_by_side(page.words("trained-masked"), page.words("trained-contrastive", rows=rows))


# ---- going on


def show_continuation(page: Page, encoder: Bundle | None) -> None:
    """The decoder adds tokens, one by one as they are found; the encoder cannot, and says why. Folded."""
    folded(page.words.text("going-on-title"), "fold-continuation", partial(_both_go_on, page, encoder))


def _both_go_on(page: Page, encoder: Bundle | None) -> None:
    words = page.words
    st.html(words("going-on-intro"))
    left, right = st.columns(2, gap="large")
    title = Markup("<h3>{}</h3>{}").format
    if encoder:
        right.html(title(words.inline("encoder-title"), words("encoder-stops", **_refusal(page, encoder))))
    with left:
        named = words.inline("decoder-title", model=page.bundle.card.title)
        st.html(title(named, words("decoder-goes", steps=STEPS)))
        if added := _continuation(page, st.empty()):
            chances = [chance for _, chance in added]
            values = {"first": words.percent(chances[0]), "least": words.percent(min(chances))}
            page.note(words.inline("decoder-note", **values))
        else:
            st.html(words("decoder-full"))
    listing.show(masks.Bidirectional, masks.Causal, Decoder, generate.stream)


def _continuation(page: Page, place: st.delta_generator.DeltaGenerator) -> list[tuple[int, float]]:
    """The likeliest tokens that follow, with their probabilities; drawn while they are found, then kept."""

    def likeliest() -> Iterator[tuple[int, float]]:
        steps = generate.stream(page.bundle.model, page.ids, sampling=Sampling(temperature=0))
        return ((step.token, float(step.stages.base[step.token])) for step in islice(steps, STEPS))

    added: list[tuple[int, float]] = []
    for added in cache.stream(page.key("encoders-grown"), likeliest):
        new = page.bundle.tokenizer.strings([token for token, _ in added])
        chips = Markup(" ").join([*map(markup.chip, page.tokens), *(markup.chip(token, "on") for token in new)])
        place.html(Markup("<p>{}</p>").format(chips))
    return added


def _refusal(page: Page, encoder: Bundle) -> dict[str, str]:
    """Why an encoder does not continue a text: the model's own sentence, and its sizes."""
    config, words = encoder.model.config, page.words
    counts = {
        "tokens": len(readings.encoder_trace(encoder, page).tokens),
        "width": config.width,
        "vocabulary": config.vocab_size,
    }
    try:
        Decoder(encoder.model)
    except ValueError as refusal:
        return {name: words.number(count) for name, count in counts.items()} | {"refusal": str(refusal)}
    raise AssertionError("an encoder that decodes")


def show_uses(page: Page) -> None:
    """Where each of the three kinds is used, folded."""
    folded(page.words.text("uses-title"), "fold-uses", partial(_uses, page))


def _uses(page: Page) -> None:
    st.html(page.words("uses-intro"))
    for column, kind in zip(st.columns(3, gap="large"), ("encoder", "decoder", "pair"), strict=True):
        with column:
            page.heading(f"use-{kind}-title", page.words(f"use-{kind}"), level=3)
    st.html(page.words("uses-caveat"))
