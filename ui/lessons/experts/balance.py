"""Lesson 12: how evenly the experts are used, with the loss that balances them and without it."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from model import transformer, zoo
from model.analysis import routing
from model.trace import Trace
from model.train import load_balance
from model.weights import checkpoint
from model.weights.checkpoint import Report
from ui.frame.page import Page
from ui.kit import cache, figures, tables
from ui.kit.numbers import number, percent
from ui.lessons.experts.statistics import Statistics
from viz import experts as charts

PAIR = {"balanced": "switchboard/experts", "collapsed": "switchboard/collapsed"}
SOURCE = (load_balance,)


def loads(page: Page, trace: Trace, found: Statistics) -> None:
    """Every layer's load, on held-out text and on the reader's."""
    words, lang, text = page.words, page.lang, page.words.text
    shares = found.shares
    place = np.unravel_index(shares.argmax(), shares.shape)
    least = np.unravel_index(shares.argmin(), shares.shape)
    values = {
        "tokens": number(found.tokens, lang),
        "most": percent(shares.max(), lang),
        "least": percent(shares.min(), lang),
        "even": percent(1 / shares.shape[1], lang),
        "layer": place[0] + 1,
        "expert": place[1] + 1,
        "least_layer": least[0] + 1,
        "least_expert": least[1] + 1,
    }
    st.html(f'<div class="read">{words.inline("load-reading", **values)}</div>')
    own = np.stack([routing.first_choices(layer) for layer in trace.layers])
    names = [text("layer-name", n=n + 1) for n in range(len(own))]
    pair = {text("held-out"): shares, text("own-text"): own}
    chart = charts.loads(names, pair, text("expert", n="{n}"), lambda p: percent(p, lang))
    figures.show(chart, "loads", text("loads-alt"))
    st.html(f'<p class="note">{words.inline("loads-note", **values, own=len(trace.tokens))}</p>')
    columns = {text("layer"): [n + 1 for n in range(len(own)) for _ in pair]}
    columns[text("col-text")] = list(pair) * len(own)
    rows = np.stack(list(pair.values()), axis=1).reshape(-1, own.shape[1])
    tables.twin(columns | {text("expert", n=e + 1): rows[:, e].tolist() for e in range(own.shape[1])}, "loads")


def formula(page: Page, trace: Trace) -> None:
    """The balancing loss with the numbers of the reader's text, in the layer where that is least even."""
    words, lang = page.words, page.lang
    balances = [routing.balance(layer) for layer in trace.layers]
    values = [balance.loss for balance in balances]
    place = int(np.argmax(values))
    layer = trace.layers[place]
    f, P = balances[place].f, balances[place].P
    order = np.argsort(-f * P, kind="stable")[:3].tolist()
    terms = " + ".join(f"{number(float(f[e]), lang)} × {number(float(P[e]), lang)}" for e in order)
    line = words.inline(
        "balance-line", experts=len(f), terms=terms, more=len(f) - len(order), value=number(values[place], lang)
    )
    said = words("balance", layer=place + 1, experts=len(f), tokens=len(layer.expert_index))
    listed = "; ".join(number(value, lang) for value in values)
    st.html(
        f"<h3>{words.inline('balance-title')}</h3>{said}"
        f'<div class="arith"><p>{line}</p></div>{words("balance-note", values=listed)}'
    )


# ---- without the balancing loss


@dataclass(frozen=True)
class Trained:
    """One of the pair: how it was trained, and its pass of the reader's text."""

    report: Report
    trace: Trace

    @property
    def visits(self) -> np.ndarray:
        return np.stack([routing.balance(layer).f for layer in self.trace.layers])


def pair(page: Page) -> dict[str, Trained] | None:
    """The two small models that differ in the balancing loss alone; None, and one sentence, where one is missing."""
    found = {}
    for name, model in PAIR.items():
        try:
            bundle = cache.bundle(model)
            report = checkpoint.report(zoo.find(model).parent)
        except (zoo.ModelUnavailable, OSError, ValueError, KeyError) as problem:
            file = getattr(problem, "file", model)
            st.html(f'<div class="notice" role="alert">{page.words("no-pair", model=model, file=file)}</div>')
            return None
        trace = transformer.run(bundle.model, page.ids, page.tokens, keep={"expert_index", "router_probs"})
        found[name] = Trained(report, trace)
    return found


def collapse(page: Page, found: dict[str, Trained]) -> None:
    """The busiest expert's share during the training of both, and who takes the reader's tokens now."""
    words, lang, text = page.words, page.lang, page.words.text
    share = lambda p: percent(p, lang)  # noqa: E731
    names = {name: text(name) for name in found}
    last = {name: one.report.busiest[-1].mean() for name, one in found.items()}
    E = found["collapsed"].visits.shape[1]
    active = found["collapsed"].trace.layers[0].expert_index.shape[1]
    used = {name: int((one.visits > 0).sum()) for name, one in found.items()}
    values = {name: share(p) for name, p in last.items()} | {
        "even": share(1 / E),
        "most": share(1 / active),
        "seats": found["collapsed"].visits.size,
        "used_balanced": used["balanced"],
        "used_collapsed": used["collapsed"],
        "weight": number(float(found["balanced"].report.recipe["balance"]), lang),
        "balanced_loss": number(found["balanced"].report.bits_per_byte, lang),
        "collapsed_loss": number(found["collapsed"].report.bits_per_byte, lang),
    }
    section = "collapse-reading" if last["collapsed"] > last["balanced"] else "collapse-not"
    st.html(f'<div class="read">{words.inline(section, **values)}</div>')
    st.html(f"<h3>{words.inline('busiest-title')}</h3>")
    curves = {names[name]: (one.report.step, one.report.busiest) for name, one in found.items()}
    titles = text("axis-step"), text("axis-busiest")
    chart = charts.busiest(curves, 1 / E, titles, text("even"), text("layer-name", n="{n}"), share)
    with st.container(gap="xsmall"):
        figures.show(chart, "busiest", text("busiest-alt"))
        st.html(f'<p class="note">{words.inline("busiest-note", **values)}</p>')
    st.html(f"<h3>{words.inline('now-title')}</h3>")
    layers = [text("layer-name", n=n + 1) for n in range(len(found["balanced"].visits))]
    rows = {names[name]: one.visits for name, one in found.items()}
    figures.show(charts.loads(layers, rows, text("expert", n="{n}"), share), "now", text("now-alt"))
    st.html(words("collapse-text", **values))
    columns = {text("axis-step"): list(found["balanced"].report.step)}
    for name, one in found.items():
        for n, busiest in enumerate(one.report.busiest.T):
            columns[f"{names[name]}, {layers[n]}"] = busiest.tolist()
    if len({len(column) for column in columns.values()}) == 1:  # both were trained for as many steps
        tables.twin(columns, "busiest")
