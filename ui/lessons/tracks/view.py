"""The tracks and their cache, token by token, with times taken while the reader looks."""

import streamlit as st

from model.cache import KVCache, LayerCache
from model.generate import Decoder
from ui.frame.page import Page
from ui.kit import cache, listing, markup, url_state
from ui.kit.mounting import mount
from ui.lessons.tracks import measuring, readings

TURNS = 5  # tokens written: one by the prefill, the others one at a time
RUNS = 3
PAUSE_S = 2.5  # from one run to the next: longer than a run, so that the page answers in between
SOURCE = (Decoder.logits, LayerCache.append, KVCache.bytes)
LINK = {"turn": url_state.integer_between(TURNS)}


def tracks(page: Page) -> None:
    """The tracks, and below them the times. The first run is there when they are drawn; the others follow by
    themselves, one at a time, so that the page answers in between."""
    st.fragment(_tracks, run_every=PAUSE_S if len(_runs(page)) < RUNS else None)(page)
    words, context = page.words, page.words.number(page.bundle.model.config.context)
    kept = words("holds") + words("holds-context", context=context, model=page.bundle.card.title)
    page.heading("holds-title", kept)
    listing.show(*SOURCE)


def _tracks(page: Page) -> None:
    words, runs = page.words, _runs(page)
    waiting = st.empty()
    if not runs:
        waiting.html(markup.note(words.inline("first-run", turns=TURNS), live=True))
        Decoder(page.bundle.model).logits(page.ids)  # a pass that warms up, not counted
    if len(runs) < RUNS:
        runs.append(measuring.decode(page, TURNS))
        if len(runs) == RUNS:
            st.rerun()  # else the fragment would go on asking for its next turn
    waiting.empty()
    mount(page, "tracks", "tracks", readings.component_data(page, runs), columns=readings.table(page, runs))
    about = words("measured", turns=TURNS, setting=readings.device(page))
    page.heading("measured-title", about, readings.summary(words, runs))
    st.html(readings.agreement(page, runs))
    running = len(runs) < RUNS
    page.note(words.inline("progress", n=len(runs) + 1, all=RUNS) if running else words.inline("caveat"))


def _runs(page: Page) -> list[readings.Run]:
    """This session's runs of the prompt so far."""
    return cache.memo("tracks-runs", (page.model, tuple(page.ids)), list)
