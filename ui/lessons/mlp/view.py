"""The lesson on the page: the neurons of a layer's MLP, how each comes to its activation, and the sum that they are."""

import numpy as np
import streamlit as st
from markupsafe import Markup

from model import layers
from model.analysis import neurons as analysis
from model.trace import Trace
from ui.frame.page import Page
from ui.kit import figures, listing, markup, tables, url_state
from ui.kit.language import Words
from ui.lessons.mlp import readings
from ui.lessons.mlp.readings import Shown
from viz import mlp as charts

TERMS = 3  # of the sum, written out
PILLS = {"required": True, "wrap": True}


@st.fragment
def show_neurons(page: Page, trace: Trace, start: tuple[int, int]) -> None:
    """A layer, a token and a neuron to choose: how the neuron comes to its activation, which tokens fire it and the
    others, what they write, and the sum that they are."""
    shown = readings.shown(page, trace, *_place(page, start))
    neuron = _neuron(page, shown)
    if shown.expert is not None:
        page.note(page.words.inline("one-expert", **_routing(page, trace, shown)))
    _one(page, shown, neuron)
    _firing(page, shown)
    _writes(page, shown)
    _sum(page, trace, shown)
    mlp = layers.MLPS[page.bundle.model.config.mlp]
    listing.show(mlp, analysis.Neurons, analysis.direct_logits)


def show_said(page: Page, trace: Trace, start: tuple[int, int]) -> None:
    """That a neuron is a fact, with what was measured at the neurons of the question."""
    layer, token = start
    mlp = readings.shown(page, trace, layer, token).mlp
    values = {"layer": layer + 1, "token": markup.chip(page.names[token]), "n": mlp.needed(token, readings.HALF)}
    page.said("said-memory", **values, first=page.words.percent(float(mlp.fractions(token).max())))


def _place(page: Page, start: tuple[int, int]) -> tuple[int, int]:
    """The layer and the token, from 0."""
    words, count, names = page.words, page.bundle.model.config.layers, page.names
    layer, token = start
    if count > 1:
        where = url_state.bind("layer", range(count), layer, lambda n: str(n + 1))
        layer = st.select_slider(
            words.text("layer"), range(count), format_func=lambda n: str(n + 1), width=480, **where
        )
    at = url_state.bind("token", range(len(names)), token, lambda t: str(t + 1))
    token = st.pills(
        words.text("token"), range(len(names)), format_func=lambda t: markup.literal(names[t]), **PILLS, **at
    )
    return layer, token


def _neuron(page: Page, shown: Shown) -> int:
    """Which of the strongest neurons, from 0."""
    ranks = range(len(shown.strongest))
    own = url_state.bind("neuron", ranks, 0, lambda rank: str(rank + 1))
    label = page.words.text("neurons")
    return st.pills(label, ranks, format_func=lambda rank: str(shown.strongest[rank] + 1), **PILLS, **own)


def _routing(page: Page, trace: Trace, shown: Shown) -> dict[str, object]:
    return {
        "experts": page.bundle.model.config.experts,
        "expert": (shown.expert or 0) + 1,
        "layer": shown.layer + 1,
        "token": markup.chip(page.names[shown.token]),
        "weight": page.words.percent(trace.layers[shown.layer].expert_weight[shown.token, 0]),
    }


def _one(page: Page, shown: Shown, rank: int) -> None:
    """The neuron's arithmetic, and what it writes, in a sentence."""
    words, number, mlp = page.words, page.words.number, shown.mlp
    t, f, name = shown.token, shown.strongest[rank], readings.NAMES[page.bundle.model.config.activation]
    up, a = float(mlp.pre[t, f]), float(mlp.post[t, f])
    values = {
        "neuron": f + 1,
        "layer": shown.layer + 1,
        "all": number(mlp.post.shape[1]),
        "token": markup.chip(page.names[t]),
        "name": name,
        "up": number(up),
        "a": number(a),
        "norm": number(float(mlp.norms[f])),
        "length": number(float(mlp.lengths[t, f])),
        "part": words.percent(float(mlp.fractions(t)[f])),
        "raised": markup.chip(page.bundle.tokenizer.strings([int(shown.raised[rank, 0])])[0]),
        "raised_by": _signed(float(shown.raised_by[rank, 0]), words),
        "lowered": markup.chip(page.bundle.tokenizer.strings([int(shown.lowered[rank, 0])])[0]),
        "lowered_by": _signed(float(shown.lowered_by[rank, 0]), words),
    }
    if mlp.gate is None:
        lines = ["line-key", "line-plain", "line-length"]
    else:
        gate = float(mlp.gate[t, f])
        values |= {"gate": number(gate), "open": number(readings.activated(page, np.float32(gate)))}
        lines = ["line-gate", "line-up", "line-gated", "line-length"]
    page.read(words.inline("neuron-read", **values))
    st.html(markup.arithmetic(words.inline(line, **values) for line in lines) + words("neuron-writes", **values))


def _signed(x: float, words: Words) -> str:
    return ("+" if x > 0 else "") + words.number(x)


def _firing(page: Page, shown: Shown) -> None:
    """The activations of the strongest neurons at every token that comes to this MLP."""
    words = page.words
    there = np.flatnonzero(shown.there)
    names = [page.names[t] for t in there]
    activations = shown.mlp.post[there][:, shown.strongest].T
    rows = [str(f + 1) for f in shown.strongest]
    page.heading("firing-title", words("firing-intro", n=len(rows)))
    chart = charts.firing(activations, rows, names, int((there == shown.token).argmax()), words.number)
    columns = {words.text("col-token"): names}
    columns |= {words.text("neuron", n=row): line.tolist() for row, line in zip(rows, activations, strict=True)}
    figures.show(chart, "firing", words.text("firing-alt", layer=shown.layer + 1), columns)


def _writes(page: Page, shown: Shown) -> None:
    """What each of them raises and lowers in the vocabulary, as a table."""
    words, number, strings = page.words, page.words.number, page.bundle.tokenizer.strings
    heads = [words.inline(f"col-{name}") for name in ("neuron", "activation", "length", "raises", "lowers")]
    rows = [
        (
            f + 1,
            number(float(shown.mlp.post[shown.token, f])),
            number(float(shown.mlp.lengths[shown.token, f])),
            markup.chips(strings(raised)),
            markup.chips(strings(lowered)),
        )
        for f, raised, lowered in zip(shown.strongest, shown.raised.tolist(), shown.lowered.tolist(), strict=True)
    ]
    page.heading("writes-title", words("writes-intro", token=markup.chip(page.names[shown.token])))
    st.html(tables.sideways(words.text("writes-title"), tables.grid(heads, rows, first_number=9)))
    page.notice(words("writes-caveat"), role="note")


def _sum(page: Page, trace: Trace, shown: Shown) -> None:
    """One number of the MLP's output as the sum of what the neurons add to it."""
    words, number, mlp, t = page.words, page.words.number, shown.mlp, shown.token
    out, at = mlp.out[t], trace.layers[shown.layer]
    place = int(np.abs(out).argmax())
    added = mlp.added(t)
    first = np.argsort(-np.abs(added[:, place]), kind="stable")[:TERMS].tolist()
    terms = [(float(added[f, place]), words.text("neuron", n=f + 1)) for f in first]
    rest = float(np.delete(added[:, place], first).sum())
    terms.append((rest, words.text("other-neurons", n=number(len(added) - TERMS))))
    if mlp.bias.any():
        terms.append((float(mlp.bias[place]), words.text("bias")))
    total = added.sum(0) + mlp.bias
    lines = [Markup("{} ≈ <b>{}</b>").format(_added(terms, words), number(float(total[place])))]
    if shown.expert is None:
        own = at.mlp_out[t]
    else:
        own = at.expert_out[t, 0]
        parts = zip(at.expert_index[t].tolist(), at.expert_weight[t], at.expert_out[t], strict=True)
        merged = [
            Markup("{} × {} {}").format(
                number(float(weight)), number(float(y[place])), markup.span(words.text("expert", n=e + 1), "note")
            )
            for e, weight, y in parts
        ]
        line = Markup("{} ≈ <b>{}</b>").format(Markup(" + ").join(merged), number(float(at.mlp_out[t, place])))
        lines.append(line)
    values = {"place": place + 1, "width": len(out), "own": number(float(own[place]))}
    values |= {"difference": number(float(np.abs(total - own).max())), "all": number(len(added))}
    page.heading("sum-title", words("sum-intro", **values, token=markup.chip(page.names[t])))
    st.html(markup.arithmetic([*lines, markup.span(words.text("sum-difference", **values), "note")]))


def _added(terms: list[tuple[float, str]], words: Words) -> Markup:
    """Numbers as the terms of a sum, each with its name."""
    shown = []
    for i, (x, name) in enumerate(terms):
        sign = "" if not i else "− " if x < 0 else "+ "
        term = words.number(abs(x)) if i else words.number(x)
        shown.append(Markup("{}{} {}").format(sign, term, markup.span(name, "note")))
    return Markup(" ").join(shown)
