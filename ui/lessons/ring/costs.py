"""Lesson 8: what ring attention costs on the devices of a large model, as sums and as curves."""

import numpy as np
import streamlit as st
from markupsafe import Markup

from model.arithmetic import RingCosts, ring_costs
from model.config import Config
from model.weights.published import MODELS
from ui.frame import quiz
from ui.frame.page import Page
from ui.frame.question import Question
from ui.kit import figures, language, markup, tables, url_state
from ui.kit.numbers import number
from viz import ring as curves

LENGTHS = tuple(2**power for power in range(10, 21))  # 1,024 to 1,048,576 tokens
DEVICES = tuple(2**power for power in range(7))  # 1 to 64
UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
ASKED = ("Llama 3.1 8B", LENGTHS[-1], 8)  # of the question; the second half of it is twice the devices


def size(count: float, lang: str) -> str:
    """Bytes in the largest unit that leaves a number of 1 or more; what is whole, in full."""
    power = max(0, min((len(str(int(count))) - 1) // 3, len(UNITS) - 1))
    whole, rest = divmod(count, 1000**power)
    return f"{number(count / 1000**power if rest else int(whole), lang)}\u202f{UNITS[power]}"


def short(tokens: int) -> str:
    """A length as it stands on the dial and in the link, where it must mean the same in every language."""
    return f"{tokens >> 20}M" if tokens >= 1 << 20 else f"{tokens >> 10}k"


def models(page: Page) -> dict[str, Config]:
    return MODELS | {page.bundle.card.title: page.bundle.model.config}


LINK = {
    "costs": lambda name, page: name in models(page),
    "length": url_state.one_of(*map(short, LENGTHS)),
    "over": url_state.one_of(*DEVICES),
}


@st.fragment
def section(page: Page) -> None:
    """A model, a length and a number of devices; the sums, the curves, and both as a table."""
    words, lang, known = page.words, page.lang, models(page)
    with st.container(key="ring-costs", horizontal=True, vertical_alignment="bottom", gap="medium"):
        name = st.selectbox(words.text("cost-model"), list(known), key="costs", bind="query-params", width=220)
        dial = {"bind": "query-params", "width": 300}
        length = st.select_slider(
            words.text("cost-length"), LENGTHS, LENGTHS[-1], key="length", format_func=short, **dial
        )
        devices = st.select_slider(words.text("cost-devices"), DEVICES, DEVICES[3], key="over", **dial)
    config = known[name]
    if length > config.context:
        beyond = words("beyond", model=name, context=number(config.context, lang), length=number(length, lang))
        st.html(f'<div class="notice" role="status">{beyond}</div>')
    costs = ring_costs(config, length, devices)
    aloud = words.inline("cost-reading" if devices > 1 else "cost-reading-one", **said(costs, length, devices, lang))
    st.html(f'<div class="read">{aloud}</div>')
    st.html(sums(config, costs, length, devices, words))
    st.html(f'<p class="eyebrow">{words.inline("by-devices")}</p>')
    lines = by_devices(config, length, words)
    axis = {"at": devices, "ticks": {n: str(n) for n in DEVICES}, "size": lambda x: size(x, lang)}
    figures.show(curves.curves(DEVICES, lines, **axis), "by-devices", words.text("by-devices-alt"))
    st.html(f'<p class="eyebrow">{words.inline("by-length", devices=devices)}</p>')
    grown = by_length(config, devices, words)
    ticks = {n: short(n) for n in LENGTHS[::2]}
    figures.show(
        curves.curves(LENGTHS, grown, **axis | {"at": length, "ticks": ticks}), "by-length", words.text("by-length-alt")
    )
    st.html(words("kernel"))
    tables.twin({words.text("cost-devices"): list(DEVICES)} | {n: list(y) for n, y in lines.items()}, "devices")


def without(costs: RingCosts) -> int:
    """What a device holds where no score is ever written down."""
    return costs.held - costs.scores


def said(costs: RingCosts, length: int, devices: int, lang: str) -> dict[str, str | int]:
    return {
        "devices": devices,
        "own": number(-(-length // devices), lang),
        "without": size(without(costs), lang),
        "held": size(costs.held, lang),
        "sent": size(costs.sent, lang),
    }


def by_devices(config: Config, length: int, words: language.Words) -> dict[str, np.ndarray]:
    """Bytes on and from one device, for each number of devices. One alone sends nothing."""
    return _lines([ring_costs(config, length, devices) for devices in DEVICES], words)


def by_length(config: Config, devices: int, words: language.Words) -> dict[str, np.ndarray]:
    return _lines([ring_costs(config, length, devices) for length in LENGTHS], words)


def _lines(costs: list[RingCosts], words: language.Words) -> dict[str, np.ndarray]:
    return {
        words.text("line-with"): np.array([x.held for x in costs], dtype=float),
        words.text("line-without"): np.array([without(x) for x in costs], dtype=float),
        words.text("line-sent"): np.array([x.sent or np.nan for x in costs], dtype=float),
    }


def sums(config: Config, costs: RingCosts, length: int, devices: int, words: language.Words) -> Markup:
    """The formulas of model.arithmetic.ring_costs with their numbers."""
    lang, t = words.lang, -(-length // devices)
    H, G, K = config.heads, config.kv_heads, config.head_width
    per_token, turns = number(t, lang), 2 if devices > 1 else 1
    own = markup.span(words.text("cost-own"), "note")

    def line(name: str, formula: str, numbers: str, result: int, role: str = "") -> str:
        note = markup.span(words.text(f"cost-{name}"), "note")
        return f"<p>{markup.span(formula, role)} = {numbers} = <b>{size(result, lang)}</b> {note}</p>"

    lines = (
        f"<p>t = {number(length, lang)} ÷ {devices} = <b>{per_token}</b> {own}</p>",
        line("queries", "2·H·K·t·2", f"2 × {H} × {K} × {per_token} × 2", costs.queries, "query"),
        line("blocks", f"{turns}·2·G·K·t·2", f"{turns} × 2 × {G} × {K} × {per_token} × 2", costs.blocks, "key"),
        line("running", "2·H·t·4", f"2 × {H} × {per_token} × 4", costs.running),
        line("scores", "H·t²·4", f"{H} × {per_token}² × 4", costs.scores),
        line("sent", "2·G·K·t·2", f"2 × {G} × {K} × {per_token} × 2", costs.sent, "key")
        if devices > 1
        else f"<p>{words.inline('cost-alone')}</p>",
    )
    return Markup(f'<div class="arith">{"".join(lines)}</div>')


def ask_sent(page: Page) -> None:
    """Twice the devices: what becomes of the bytes that each sends in all its steps?"""
    words, lang = page.words, page.lang
    name, length, devices = ASKED

    def sent(devices: int) -> int:
        return (devices - 1) * ring_costs(MODELS[name], length, devices).sent

    def answer() -> int:
        ratio = sent(2 * devices) / sent(devices)
        return 0 if ratio < 0.75 else 2 if ratio > 1.5 else 1

    def explain(chosen: int, right: int) -> str:
        steps = {
            "few": devices - 1,
            "many": 2 * devices - 1,
            "large": size(ring_costs(MODELS[name], length, devices).sent, lang),
            "small": size(ring_costs(MODELS[name], length, 2 * devices).sent, lang),
            "before": size(sent(devices), lang),
            "after": size(sent(2 * devices), lang),
        }
        return words("explain-sent", **steps)

    question = words.inline("question-sent", model=name, length=number(length, lang), few=devices, many=2 * devices)
    options = [words.text(f"sent-{name}") for name in ("half", "same", "twice")]
    quiz.predict("ring-sent", Question(question, options, answer, explain))
