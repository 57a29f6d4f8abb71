"""Lesson 6, second half: what sharing keys and values saves, by formula and by measurement."""

from dataclasses import replace

import streamlit as st
from markupsafe import Markup

from model import arithmetic
from model.config import Config
from model.runtime import timing
from ui.frame.page import Page
from ui.kit import cache, figures, listing
from ui.kit.language import Words
from ui.lessons.heads import view
from viz import heads as charts

LAYERS, CONTEXT, RUNS = 6, 2048, 9  # of the measurement: a shallower model, so that it takes about a second
COLUMNS = {"kv_heads": "kv", "numbers": "numbers", "parameters": "parameters", "cache": "bytes"}  # of `ways`, in words
VOCABULARY = 100  # neither the embedding nor the language-model head is part of it


def ways(config: Config) -> list[dict[str, int]]:
    """Every way of sharing that these heads allow, from none to all of them, with what it costs; nothing else changes.

    kv_heads; numbers: that a token leaves in the cache of one layer; parameters: of attention in all layers; cache:
    bytes at the model's whole context, in 16 bits.
    """
    changed = [replace(config, kv_heads=n) for n in arithmetic.kv_head_choices(config)]
    return [
        {
            "kv_heads": way.kv_heads,
            "numbers": 2 * way.kv_heads * way.head_width,
            "parameters": arithmetic.count(way).attention,
            "cache": arithmetic.cache_bytes(way, way.context),
        }
        for way in changed
    ]


def show_diagram(page: Page) -> None:
    """Query heads and the keys and values they share. Keys besides those of `view.show`: ways (see `ways`;
    parameters and cache as text), context (tokens), model (its title), start (way, query head)."""
    config, card = page.bundle.model.config, page.bundle.card
    start = (0, config.heads // 2)
    costs = ways(config)
    columns = {page.words.text(f"col-{name}"): [way[key] for way in costs] for key, name in COLUMNS.items()}
    size, amount = page.words.scaled, page.words.bytes
    shown = [{**way, "parameters": size(way["parameters"], ""), "cache": amount(way["cache"])} for way in costs]
    view.show("sharing", page, columns, ways=shown, context=config.context, model=card.title, start=start)


@st.fragment
def show_measured(page: Page) -> None:
    """What a token costs under each way of sharing, measured when asked for."""
    words, text = page.words, page.words.text
    counts = {"context": CONTEXT, "layers": LAYERS, "runs": RUNS, "width": page.bundle.model.config.width}
    setting = {name: words.number(n) for name, n in counts.items()} | {"model": page.bundle.card.title}
    page.heading("measure-heading", words("measure-intro", **setting), level=3)
    if not st.button(text("measure"), key="measure", type="primary"):
        return
    runs = measured(page)
    page.read(_reading(runs, words))
    names = [text("bar-name", count=run.kv_heads) for run in runs]
    chart = charts.times([run.decode.seconds for run in runs], names, text("milliseconds"), words.number)
    figures.show(chart, "sharing-times", text("times-alt"), _table(runs, words))
    page.note(words.inline("measured-note"))
    listing.show(timing.kv_sharing_costs)


def measured(page: Page) -> list[timing.KVSharing]:
    """Models of this one's sizes, but shallower and with random weights, that differ in their key/value heads only."""
    config = replace(page.bundle.model.config, layers=LAYERS, vocab_size=VOCABULARY)
    key = cache.Key("sharing", page.bundle.card.name, settings=(LAYERS, CONTEXT, RUNS))
    return cache.result(key, lambda: list(timing.kv_sharing_costs(config, CONTEXT, RUNS)))


def _reading(runs: list[timing.KVSharing], words: Words) -> Markup:
    """The first and the last way of sharing in a sentence."""
    first, last = (run.decode.median for run in (runs[0], runs[-1]))
    times = {"all": words.number(1e3 * first), "one": words.number(1e3 * last), "ratio": words.number(first / last)}
    return words.inline("measured-read", context=words.number(CONTEXT), runs=RUNS, layers=LAYERS, **times)


def _table(runs: list[timing.KVSharing], words: Words) -> dict[str, list]:
    """One row for each model measured."""
    return {
        words.text("col-kv"): [run.kv_heads for run in runs],
        words.text("col-attention"): [run.attention_parameters for run in runs],
        words.text("col-bytes"): [run.cache_bytes for run in runs],
        words.text("col-median"): [1e3 * run.decode.median for run in runs],
        words.text("col-fastest"): [1e3 * run.decode.spread[0] for run in runs],
        words.text("col-slowest"): [1e3 * run.decode.spread[1] for run in runs],
    }
