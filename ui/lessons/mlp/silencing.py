"""What the prompt costs without a layer's MLP, or without its attention, one layer after another."""

import time
from statistics import median

import numpy as np
import streamlit as st

from model.analysis import ablation
from model.edits import SilenceMLP
from model.trace import Trace
from ui.frame.page import Page
from ui.kit import cache, figures, listing, markup
from ui.lessons.mlp import readings
from ui.lessons.mlp.readings import Silenced
from viz import mlp as charts

TICK, WORK = 0.15, 0.4  # seconds between two turns of the work, and of each
MORE = 0.1  # bits per token: an order of two costs that lie closer is no finding


class Run:
    """This session's way through the layers of one prompt: those that were silenced so far."""

    def __init__(self, layers: int):
        self.layers, self.asked = layers, False
        self.done: list[Silenced] = []

    @property
    def running(self) -> bool:
        return self.asked and len(self.done) < self.layers

    def go(self) -> None:
        self.asked = True


def section(page: Page, trace: Trace) -> None:
    """Takes turns while layers are being silenced, and at no other time: the page, and others, are served between."""
    if len(page.ids) < 2:
        page.note(page.words.inline("silence-none"))
        return
    run = cache.memo("mlp-silencing", page.key("mlp-silencing"), lambda: Run(len(trace.layers)))
    st.fragment(_section, run_every=TICK if run.running else None)(page, trace, run, run.running)


def _section(page: Page, trace: Trace, run: Run, ticking: bool) -> None:
    words, begun = page.words, time.monotonic()
    while ticking and run.running and time.monotonic() - begun < WORK:
        run.done.append(readings.silenced(page, trace, len(run.done)))
    if run.running != ticking:
        st.rerun()  # the whole page: to begin or end the turns
    with st.container(gap=None):
        if not run.asked:
            st.button(words.text("silence-go", n=run.layers), key="silence-go", type="primary", on_click=run.go)
        if run.running:
            st.progress(len(run.done) / run.layers, words.text("silence-running", n=len(run.done), all=run.layers))
    with st.container(gap="small"):
        if run.asked and not run.running:
            _results(page, trace, run.done)
    listing.show(ablation.surprisal, SilenceMLP)


def _results(page: Page, trace: Trace, done: list[Silenced]) -> None:
    """A bar for each layer's MLP and for its attention: how many bits more than in the unchanged pass."""
    words, number, base = page.words, page.words.number, readings.loss(page, trace)
    costs = {"mlp": [each.mlp - base for each in done], "attention": [each.attention - base for each in done]}
    worst = {name: int(np.argmax(values)) for name, values in costs.items()}
    values = {
        "base": number(base),
        "mlp_layer": worst["mlp"] + 1,
        "mlp_cost": number(done[worst["mlp"]].mlp),
        "attention_layer": worst["attention"] + 1,
        "attention_cost": number(done[worst["attention"]].attention),
        "mlp_middle": number(median(costs["mlp"])),
        "attention_middle": number(median(costs["attention"])),
        "below": sum(cost < 0 for each in costs.values() for cost in each),
        "all": 2 * len(done),
    }
    page.read(words.inline("silenced-read", **values))
    names = {words.text(f"bar-{name}"): each for name, each in costs.items()}
    titles = words.text("axis-layer"), words.text("axis-bits")
    columns = {titles[0]: list(range(1, len(done) + 1))} | names
    figures.show(charts.silenced(names, titles, number), "silenced", words.text("silenced-alt"), columns)
    page.notice(words("silenced-caveat", **values), role="note")
    _massive(page, trace, done, base)


def _massive(page: Page, trace: Trace, done: list[Silenced], base: float) -> None:
    """Where an MLP adds a far longer vector at the first token than elsewhere: what it costs to take that away."""
    words, number = page.words, page.words.number
    if not (found := readings.massive(trace)):
        return
    layer, norm, times = found
    alone = readings.silenced_at_first(page, trace, layer)
    values = {
        "layer": layer + 1,
        "token": markup.chip(page.names[0]),
        "norm": number(norm),
        "times": number(times),
        "whole": number(done[layer].mlp - base),
        "alone": number(alone - base),
    }
    page.heading("massive-title", words("massive", **values), level=3)
