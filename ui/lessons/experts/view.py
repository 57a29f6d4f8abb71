"""A layer with experts, the switchyard, and the parameters that a token uses of all there are."""

from dataclasses import replace
from functools import partial

import streamlit as st

from model import arithmetic
from model.analysis.routing import experts_used
from model.config import Config
from model.layers import Experts
from model.trace import Trace
from model.weights.published import MODELS
from ui.frame.page import Page
from ui.kit import figures, listing, markup, url_state
from ui.kit.folded import folded
from ui.kit.mounting import mount
from ui.lessons.experts import readings
from viz import experts as charts

LINK = {"layer": url_state.LAYER, "token": url_state.TOKEN, "paths": url_state.one_of("all"), "kinds": url_state.LAYER}
PUBLISHED = "Mixtral 8x7B"
BYTES = 4  # of a number, as this app computes


def show_block(page: Page, trace: Trace) -> None:
    """The first layer, with the experts that the last token takes there. data: experts, heads, layers, active (counts),
    token, its experts `index` (A,) from 0 and their `weights` (A,)."""
    config, first = page.bundle.model.config, trace.layers[0]
    data = {
        "view": "block",
        "experts": config.experts,
        "heads": config.heads,
        "layers": config.layers,
        "active": config.active_experts,
        "token": page.names[-1],
        "index": first.expert_index[-1].tolist(),
        "weights": first.expert_weight[-1].tolist(),
    }
    columns = {page.words.text("col-expert"): first.expert_index[-1] + 1}
    columns[page.words.text("col-weight")] = first.expert_weight[-1]
    mount(page, "experts", "block", data, columns=columns)


def show_switchyard(page: Page, trace: Trace) -> None:
    """Every token's way through the experts. data: the arrays of `readings.packed`, tokens (T,), start (layer, token)
    from 0, width D."""
    config = page.bundle.model.config
    page.heading("yard-title", page.words("yard-intro", experts=config.experts, active=config.active_experts))
    data = {"tokens": page.names, "start": readings.start(trace), "width": config.width}
    data = {"view": "yard", **readings.packed(trace), **data}
    mount(page, "experts", "yard", data, columns=readings.table(trace, page.words))
    listing.show(Experts)


def show_parameters(page: Page, trace: Trace) -> None:
    """The parameters of all experts and of those that one token uses, here and in a model that is in use elsewhere."""
    words, text, values = page.words, page.words.text, _cost_values(page, trace)
    page.heading("cost-title", words("cost-intro", **values))
    lines = markup.arithmetic(words.inline(f"cost-{name}", **values) for name in ("one", "all", "used"))
    st.html(lines + markup.read(words.inline("cost-reading", **values)))
    configs = {page.bundle.card.title: page.bundle.model.config, PUBLISHED: MODELS[PUBLISHED]}
    counts = {model: arithmetic.count(config).by_use for model, config in configs.items()}
    names = {part: text(f"part-{part}") for part in counts[PUBLISHED]}
    rows = text("row-all", model="{model}"), text("row-one")
    chart = charts.parameters(counts, names, rows, words.number, words.percent)
    columns = {text("part-model"): list(names.values())}
    columns |= {model: list(parts.values()) for model, parts in counts.items()}
    st.html(words("cost-published", **values) + words("cost-saves", **values))
    shown = partial(figures.show, chart, "parameters", text("parameters-alt"), columns)
    folded(text("parameters-fold"), "experts-parameters", shown)


def _cost_values(page: Page, trace: Trace) -> dict[str, str]:
    """What the sentences about parameters are filled with."""
    config, words = page.bundle.model.config, page.words
    own, published = arithmetic.count(config), arithmetic.count(MODELS[PUBLISHED])
    dense = replace(config, experts=None, mlp_width=config.experts * config.mlp_width)  # one MLP, as large as all
    counts = {
        "layers": config.layers,
        "experts": config.experts,
        "active": config.active_experts,
        "width": config.width,
        "neurons": config.mlp_width,
        "one": own.experts // (config.layers * config.experts),
        "all": own.experts,
        "used": own.experts - own.idle,
        "total": own.total,
        "running": own.active,
        "seats": config.layers * config.experts,
        "touched": experts_used(trace),
        "tokens": len(trace.tokens),
        "megabytes": own.total * BYTES / 1e6,
        "needed": own.active * BYTES / 1e6,
        "large_total": published.total / 1e9,
        "large_running": published.active / 1e9,
        "operations": _operations(config, trace) / 1e6,
        "dense": _operations(dense, trace) / 1e6,
    }
    fractions = {"share": own.active / own.total, "large_share": published.active / published.total}
    values = {name: words.number(count) for name, count in counts.items()}
    values |= {name: words.percent(fraction) for name, fraction in fractions.items()}
    return values | {"model": page.bundle.card.title, "published": PUBLISHED}


def _operations(config: Config, trace: Trace) -> int:
    """For one more token after the prompt."""
    return arithmetic.operations(config, len(trace.tokens)).total
