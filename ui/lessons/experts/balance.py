"""How evenly the experts are used, with the loss that balances them and without it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from markupsafe import Markup

from model import arithmetic
from model.analysis import routing
from model.errors import ModelUnavailable
from model.trace import Trace
from model.train import load_balance
from model.weights.checkpoint import Report
from ui.frame.page import Page
from ui.kit import cache, figures, listing, markup, switchboard
from ui.kit.folded import folded
from ui.kit.language import Words
from ui.lessons.experts.statistics import Statistics
from viz import experts as charts

PAIR = {"balanced": "switchboard/experts", "collapsed": "switchboard/collapsed"}


def show_loads(page: Page, trace: Trace, statistics: Statistics) -> None:
    """Every layer's load, on held-out text and on the reader's."""
    words, text, held_out = page.words, page.words.text, statistics.visited
    (layer, expert), (least_layer, least_expert) = (
        np.unravel_index(index, held_out.shape) for index in (held_out.argmax(), held_out.argmin())
    )
    values = {
        "tokens": words.number(statistics.tokens),
        "most": words.percent(held_out.max()),
        "least": words.percent(held_out.min()),
        "even": words.percent(1 / held_out.shape[1]),
        "layer": layer + 1,
        "expert": expert + 1,
        "least_layer": least_layer + 1,
        "least_expert": least_expert + 1,
    }
    page.read(words.inline("load-reading", **values))
    own = np.stack([routing.balance(layer).f for layer in trace.layers])
    names = [text("layer-name", n=n + 1) for n in range(len(own))]
    pair = {text("held-out"): held_out, text("own-text"): own}
    chart = charts.loads(names, pair, text("expert", n="{n}"), words.percent)
    figures.show(chart, "loads", text("loads-alt"), _table(pair, text("col-text"), words))
    page.note(words.inline("loads-note", **values, own=len(trace.tokens)))


def _table(loads: dict[str, np.ndarray], title: str, words: Words) -> dict[str, Sequence]:
    """A row for each layer and each of the loads (L, E), a column for each expert; title: of the column that says which
    load it is."""
    layers, experts = next(iter(loads.values())).shape
    columns = {words.text("layer"): np.repeat(np.arange(layers) + 1, len(loads)), title: list(loads) * layers}
    rows = np.stack(list(loads.values()), axis=1).reshape(-1, experts)
    return columns | {words.text("expert", n=e + 1): rows[:, e] for e in range(experts)}


def show_balance_loss(page: Page, trace: Trace) -> None:
    """The balancing loss with the numbers of the reader's text, in the layer where it is largest."""
    words, number = page.words, page.words.number
    balances = [routing.balance(layer) for layer in trace.layers]
    layer = int(np.argmax([balance.loss for balance in balances]))
    f, P = balances[layer].f, balances[layer].P
    order = np.argsort(-f * P, kind="stable")[:3].tolist()
    terms = " + ".join(f"{number(f[e])} × {number(P[e])}" for e in order)
    rest = {"more": len(f) - len(order), "value": number(balances[layer].loss)}
    line = words.inline("balance-line", experts=len(f), terms=terms, **rest)
    page.heading(
        "balance-title",
        words("balance", layer=layer + 1, experts=len(f), tokens=len(trace.tokens)),
        markup.arithmetic([line]),
        words("balance-note", values="; ".join(number(balance.loss) for balance in balances)),
        level=3,
    )
    listing.show(load_balance)


# ---- without the balancing loss


@dataclass(frozen=True)
class Trained:
    """One of the pair: how it was trained, and its pass of the reader's text."""

    report: Report
    trace: Trace

    @property
    def load(self) -> np.ndarray:
        """The fraction of the text's assignments that each expert gets, (L, E)."""
        return np.stack([routing.balance(layer).f for layer in self.trace.layers])

    @property
    def busiest(self) -> float:
        """The busiest expert's fraction when the training ended, averaged over the layers."""
        return self.report.busiest[-1].mean()


def trained_pair(page: Page) -> dict[str, Trained] | None:
    """The two small models that differ in the balancing loss alone; None, and one sentence, where one is missing."""
    pair = {}
    for name, model in PAIR.items():
        try:
            bundle = cache.bundle(model)
            report = switchboard.report(model)
        except ModelUnavailable as problem:
            page.notice(page.words("no-pair", model=model, file=problem.field), role="alert")
            return None
        pair[name] = Trained(report, cache.trace(bundle, page.ids, {"expert_index", "router_probs"}))
    return pair


def show_collapse(page: Page) -> None:
    """The busiest expert's load during the training of both, and who takes the reader's tokens now."""
    words, text = page.words, page.words.text
    page.heading("collapse-title", words("collapse-intro"))
    if not (pair := trained_pair(page)):
        return
    balanced, collapsed = pair["balanced"], pair["collapsed"]
    experts = collapsed.load.shape[1]
    values = {name: words.percent(model.busiest) for name, model in pair.items()} | {
        "even": words.percent(1 / experts),
        "most": words.percent(1 / collapsed.trace.layers[0].expert_index.shape[1]),
        "seats": collapsed.load.size,
        "used_balanced": routing.experts_used(balanced.trace),
        "used_collapsed": routing.experts_used(collapsed.trace),
        "weight": words.number(float(balanced.report.recipe["balance"])),
    }
    section = "collapse-reading" if collapsed.busiest > balanced.busiest else "collapse-not"
    page.read(words.inline(section, **values))
    seen = "collapse-fewer" if values["used_collapsed"] < values["used_balanced"] else "collapse-as-many"
    st.html(words("collapse-text", **values) + words(seen) + _cost(words))
    folded(text("curves-fold"), "collapse-curves", lambda: _show_curves(page, pair, 1 / experts, values))


def _cost(words: Words) -> Markup:
    """What the uneven use costs on held-out text, over the seeds; empty where there is no record."""
    found = switchboard.difference(*(PAIR[name].removeprefix("switchboard/") for name in ("collapsed", "balanced")))
    if found is None:
        return Markup()
    uneven, even = float(found.one.mean()), float(found.other.mean())
    section = {-1: "collapse-cheaper", 0: "collapse-equal", 1: "collapse-dearer"}[found.sign]
    values = {
        "balanced_loss": switchboard.bits(even, words),
        "collapsed_loss": switchboard.bits(uneven, words),
        "difference": switchboard.apart(even, uneven, words),
        "noise": switchboard.bits(found.margin, words),
    }
    return words(section, **values)


def _show_curves(page: Page, pair: dict[str, Trained], even: float, values: dict[str, object]) -> None:
    """The busiest expert's fraction over the training, and every expert's on the reader's text."""
    words, text = page.words, page.words.text
    names = {name: text(name) for name in pair}
    page.heading("busiest-title", level=3)
    curves = {names[name]: (model.report.step, model.report.busiest) for name, model in pair.items()}
    titles = text("axis-step"), text("axis-busiest")
    chart = charts.busiest(curves, even, titles, text("even"), text("layer-name", n="{n}"), words.percent)
    with st.container(gap="xsmall"):
        figures.show(chart, "busiest", text("busiest-alt"), _busiest_table(page, pair))
        page.note(words.inline("busiest-note", **values))
    page.heading("now-title", level=3)
    layers = [text("layer-name", n=n + 1) for n in range(len(pair["balanced"].load))]
    rows = {names[name]: model.load for name, model in pair.items()}
    chart = charts.loads(layers, rows, text("expert", n="{n}"), words.percent)
    figures.show(chart, "now", text("now-alt"), _table(rows, text("col-model"), words))
    page.note(words.inline("now-note"))


def _busiest_table(page: Page, pair: dict[str, Trained]) -> dict[str, Sequence]:
    """A row for each model and step, a column for each layer."""
    words, reports = page.words, {page.words.text(name): model.report for name, model in pair.items()}
    busiest = np.concatenate([report.busiest for report in reports.values()])
    layers = {words.text("layer-name", n=n + 1): column for n, column in enumerate(busiest.T)}
    return {
        words.text("col-model"): [name for name, report in reports.items() for _ in report.step],
        words.text("axis-step"): np.concatenate([report.step for report in reports.values()]),
    } | layers


def show_variants(page: Page) -> None:
    """What other models do, and what is often said of quality, with the figures of two of ours."""
    words = page.words
    page.heading("variants-title", words("variants"))
    found = switchboard.difference("experts", switchboard.BASE)
    if found is None:
        return
    base, mixture = (arithmetic.count(cache.bundle(f"switchboard/{name}").model.config) for name in ("base", "experts"))
    bits = {"base": float(found.other.mean()), "experts": float(found.one.mean()), "noise": found.margin}
    counts = {"base_total": base.total, "total": mixture.total, "active": mixture.active}
    values = {name: switchboard.bits(value, words) for name, value in bits.items()}
    page.said("said-quality", **values, **{name: words.number(count) for name, count in counts.items()})
