"""The shape of the activation, a gate or none, and how many of the parameters are in MLPs."""

import numpy as np
import streamlit as st

from model import arithmetic
from model.config import Config
from model.trace import Trace
from model.weights.published import MODELS
from ui.frame.page import Page
from ui.kit import figures, listing, markup, switchboard, tables
from ui.lessons.mlp import readings
from viz import mlp as charts

REACH = 5.0  # of the activations' axis, each way
PUBLISHED = ("GPT-2", "Llama 3.1 8B", "Llama 3.1 70B")


def show_shapes(page: Page, trace: Trace, start: tuple[int, int]) -> None:
    """The activation functions in use, with the strongest neuron's own point on this model's; with a gate and without
    one, by counting and by training."""
    words, config = page.words, page.bundle.model.config
    shown = readings.shown(page, trace, *start)
    mlp, neuron = shown.mlp, shown.strongest[0]
    read = mlp.pre if mlp.gate is None else mlp.gate
    x = float(read[shown.token, neuron])
    y = float(readings.activated(page, np.float32(x)))
    grid = np.linspace(-max(REACH, 1.1 * abs(x)), max(REACH, 1.1 * abs(x)), 241, dtype=np.float32)
    curves = readings.curves(config.activation, grid)
    matrices = 2 + (config.mlp == "gated")
    values = {"width": words.number(config.width), "neurons": words.number(config.mlp_width), "matrices": matrices}
    values |= {"name": readings.NAMES[config.activation], "x": words.number(x), "y": words.number(y)}
    values |= {"neuron": neuron + 1, "layer": shown.layer + 1, "token": markup.chip(page.names[shown.token])}
    page.heading("shapes-title", words("shapes-intro", **values))
    chart = charts.shapes(grid, curves, (x, y), words.text("neuron", n=neuron + 1))
    columns = {"x": grid.tolist()} | {name: curve.tolist() for name, curve in curves.items()}
    figures.show(chart, "shapes", words.text("shapes-alt"), columns)
    st.html(words(f"built-{config.mlp}", **values) + switchboard.trained(words, "base", "ungated"))


def show_parameters(page: Page) -> None:
    """How many numbers the MLPs hold, by counting, here and in published models."""
    words, number, config = page.words, page.words.number, page.bundle.model.config
    own = arithmetic.count(config)
    one = sum(term.count for term in arithmetic.layer_terms(config) if term.part in ("mlp", "experts"))
    each, experts = one // (config.experts or 1), config.experts or 1
    values = {
        "layers": config.layers,
        "matrices": 2 + (config.mlp == "gated"),
        "width": number(config.width),
        "neurons": number(config.mlp_width),
        "each": number(each),
        "experts": experts,
        "mlps": number(own.mlp + own.experts),
        "total": number(own.total),
        "part": words.percent((own.mlp + own.experts) / own.total),
        "model": page.bundle.card.title,
    }
    page.heading("parameters-title", words("parameters-intro", **values))
    counted = "count-one-bias" if config.bias else "count-one"
    lines = [counted, "count-all-experts" if config.experts else "count-all", "count-part"]
    st.html(markup.arithmetic(words.inline(line, **values) for line in lines))
    heads = [words.inline(f"col-{name}") for name in ("model", "parameters", "mlp", "attention", "rest")]
    configs = {page.bundle.card.title: config} | {name: MODELS[name] for name in PUBLISHED}
    rows = [(name, *_parts(page, each)) for name, each in configs.items()]
    st.html(tables.sideways(words.text("parameters-title"), tables.grid(heads, rows)))
    page.note(words.inline("parameters-note"))
    listing.show(arithmetic.layer_terms)


def _parts(page: Page, config: Config) -> tuple[str, ...]:
    """All parameters, and the fractions that are MLPs, attention and the rest."""
    count = arithmetic.count(config)
    mlps = count.mlp + count.experts
    parts = (mlps, count.attention, count.total - mlps - count.attention)
    return page.words.scaled(count.total, ""), *(page.words.percent(part / count.total) for part in parts)
