"""Lesson 10, the last part: the same weights at other speeds and at other places, and what that costs them."""

from collections.abc import Callable
from functools import partial
from urllib.parse import quote

import numpy as np
import streamlit as st
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from model import hf, lens, transformer
from model.analysis.losses import bits_per_byte
from model.edits import MovePositions
from model.trace import Trace
from ui.kit import figures, tables, url_state
from ui.kit.numbers import number
from ui.lessons.positions.rotation import speeds
from viz import positions as charts

BASES = (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
FIRST = 10_000, 1_000  # the base of the paper; for a model that was trained with it, another
LINK = {"base": url_state.one_of(*BASES)}
PRESSED = (0.25, 0.5)  # places from one token to the next
SHIFT, STRETCH = 4000, 4  # of the question
CHANGED = 0.01  # of the loss: below it, nothing that matters happened


# ---- losses


def loss(page, trace: Trace, model=None) -> float:
    """Bits per byte of the tokens after the first."""
    return bits_per_byte(lens.surprisal(model or page.bundle.model, trace), page.bundle.tokenizer, page.ids)


def with_base(page, base: int) -> float:
    """The loss of the same weights with another base."""

    def compute() -> float:
        model = hf.variant(page.bundle.model, rope_base=float(base))
        return loss(page, transformer.run(model, page.ids, page.tokens, keep={"final"}), model)

    return _once(page, "base", base, compute)


def shifted(page, shift: int) -> float:
    """The loss where every token stands further on."""
    places = range(shift, shift + len(page.ids))
    return _once(page, "shift", shift, lambda: _at(page, tuple(places)))


def stretched(page, stretch: float) -> float:
    """The loss where token i stands at i·stretch."""
    places = (stretch * i for i in range(len(page.ids)))
    return _once(page, "stretch", stretch, lambda: _at(page, tuple(places)))


def _at(page, positions: tuple[float, ...]) -> float:
    edits = (MovePositions(positions=positions),)
    return loss(page, transformer.run(page.bundle.model, page.ids, page.tokens, edits=edits, keep={"final"}))


def _once(page, kind: str, value: float, compute: Callable[[], float]) -> float:
    """A loss is measured once in a session."""
    found = known(page, kind)
    if value not in found:
        found[value] = compute()
    return found[value]


def known(page, kind: str) -> dict[float, float]:
    """What was measured of this prompt so far, by base, shift or stretch."""
    return st.session_state.setdefault("positions-losses", {}).setdefault((page.model, page.text, kind), {})


def measure(page, kind: str, values: list[float], one: Callable[[float], float]) -> dict[float, float]:
    """The known losses; after a click all of them, with a word on how far it is."""
    spot, words, found = st.empty(), page.words, known(page, kind)
    missing = [value for value in values if value not in found]
    if missing and spot.button(words.text(f"measure-{kind}", n=len(values)), key=f"measure-{kind}"):
        for value in values:
            spot.html(f'<p class="note" role="status">{words.inline("progress", n=len(found), all=len(values))}</p>')
            one(value)
        spot.empty()
    return found


# ---- sections


def trained(page) -> int:
    """The base that this model was trained with."""
    return round(page.bundle.model.config.rope_base)


def waves(page, base: float) -> np.ndarray:
    """How many tokens each pair takes for one turn: (K/2,)."""
    width = page.bundle.model.config.head_width
    return 2 * np.pi * base ** (np.arange(0, width, 2) / width)


@st.fragment
def bases(page, trace: Trace) -> None:
    """A base to choose: what it does to the speeds, and what the model makes of them."""
    words, text, own = page.words, page.words.text, trained(page)
    shown = partial(number, lang=page.lang)
    with st.container(gap="xsmall"):
        slider = url_state.bind("base", BASES, FIRST[own == FIRST[0]])
        base = st.select_slider(text("base"), BASES, format_func=shown, width=560, **slider)
        named = {text("waves-name", base=shown(base)): waves(page, base)}
        named[text("waves-trained", base=shown(own))] = waves(page, own)
        context, tokens = page.bundle.model.config.context, len(page.ids)
        levels = {text("level-context", n=shown(context)): context, text("level-prompt", n=shown(tokens)): tokens}
        drawn = charts.wavelengths(named, levels, shown, text("pair"), text("waves-axis"), text("waves-hover"))
        figures.show(drawn, "waves", text("waves-alt"))
        tables.twin({text("pair"): list(range(1, len(waves(page, own)) + 1))} | named, "turns")
        if tokens < 2:
            return st.html(words("loss-none"))
        unchanged = _once(page, "base", own, lambda: loss(page, trace))
        losses = {"loss": shown(with_base(page, base)), "trained": shown(unchanged)}
        st.html(f'<div class="read">{words.inline("base-reading", base=shown(base), **losses)}</div>')
        found = measure(page, "base", BASES, partial(with_base, page))
        marks = {text("mark-trained"): own}
        drawn = charts.losses(found, base, shown, text("base"), text("loss-axis"), marks)
        figures.show(drawn, "base-losses", text("loss-alt"))
        st.html(f'<p class="note">{words.inline("loss-note", n=tokens - 1, links=samples(words))}</p>')


def samples(words) -> Markup:
    """Longer sentences, as links."""
    lines = words.text("samples").splitlines()
    return Markup(" · ".join(f'<a href="?prompt={quote(line)}">{escape(line)}</a>' for line in lines))


def stretches(page) -> list[float]:
    """Factors from a quarter on, doubled until the last token stands beyond the trained context."""
    last, context = len(page.ids) - 1, page.bundle.model.config.context
    return [*PRESSED, *(2.0**n for n in range(14) if 2 ** (n - 1) * last <= context)]


@st.fragment
def beyond(page, trace: Trace) -> None:
    """The tokens pulled apart and pressed together."""
    words, text, tokens = page.words, page.words.text, len(page.ids)
    shown = partial(number, lang=page.lang)
    if tokens < 2:
        return st.html(words("loss-none"))
    with st.container(gap="xsmall"):
        st.html(f"<h3>{words.inline('stretch-title')}</h3>{words('stretch-text')}")
        _once(page, "stretch", 1.0, lambda: loss(page, trace))
        values = stretches(page)
        found = measure(page, "stretch", values, partial(stretched, page))
        if len(found) > 2:
            worst = max(found, key=found.get)
            numbers = {"trained": shown(found[1.0]), "loss": shown(found[worst]), "s": factor(worst, page.lang)}
            st.html(f'<div class="read">{words.inline("stretch-reading", **numbers)}</div>')
            context = page.bundle.model.config.context
            marks = {text("level-beyond", n=shown(context)): context / (tokens - 1)}
            names = partial(factor, lang=page.lang)
            drawn = charts.losses(found, 1.0, names, text("stretch-axis"), text("loss-axis"), marks)
            figures.show(drawn, "stretch-losses", text("loss-alt"))
            tables.twin({"s": list(found), text("loss-axis"): list(found.values())}, "stretched")
        st.html(words("stretch-caveat"))


def factor(x: float, lang: str) -> str:
    """A stretch, without digits it does not have."""
    return format_decimal(x, "#,##0.##", locale=lang)


# ---- questions


def ask_slowest(page) -> tuple:
    """How far does the slowest hand come over the whole trained context?"""
    words, context = page.words, page.bundle.model.config.context
    slowest = speeds(page.bundle.model)[-1]
    turns = context * slowest / (2 * np.pi)

    def explain(chosen: int, right: int) -> str:
        values = {"context": context, "degrees": 360 * turns, "wave": 2 * np.pi / slowest}
        return words("explain-slowest", **{name: number(x, page.lang) for name, x in values.items()})

    question = words.inline("question-slowest", context=number(context, page.lang))
    options = [words.text(f"slowest-{name}") for name in ("little", "part", "turns", "many")]
    return question, options, lambda: int(np.searchsorted((0.25, 1, 10), turns)), explain


def ask_moved(page, trace: Trace) -> tuple:
    """All tokens moved on, or pulled apart: which of the two changes the loss?"""
    words, lang = page.words, page.lang

    def losses() -> dict[str, float]:
        return {"trained": loss(page, trace), "shifted": shifted(page, SHIFT), "stretched": stretched(page, STRETCH)}

    def answer() -> int:
        found = losses()
        on, apart = (abs(found[name] / found["trained"] - 1) > CHANGED for name in ("shifted", "stretched"))
        return on + 2 * apart

    def explain(chosen: int, right: int) -> str:
        return words(f"explain-moved-{right}", **{name: number(x, lang) for name, x in losses().items()})

    question = words.inline("question-moved", shift=number(SHIFT, lang), stretch=STRETCH)
    return question, [words.text(f"moved-{i}") for i in range(4)], answer, explain
