"""The loop with its arithmetic, the same seed again, greedy and beam search."""

import math
from collections.abc import Callable

import streamlit as st
from babel.numbers import format_decimal
from markupsafe import Markup

from model import generate, sampling
from ui.frame.page import Page
from ui.kit import listing, markup, url_state
from ui.kit.language import Words
from ui.kit.mounting import mount
from ui.kit.tables import Columns
from ui.lessons.step_by_step import readings
from ui.lessons.step_by_step.generation import HOTTEST, LAST_SEED, LIMIT, GenerationSession, generation_session
from ui.lessons.step_by_step.readings import BEAM_STEPS, BEAM_WIDTHS

SOURCE = (generate.stream, sampling.draw, generate.beam_search)
LINK = {
    "path": url_state.matching(rf"\d{{1,8}}(\.\d{{1,8}}){{0,{LIMIT - 1}}}"),  # the ids of the tokens
    "temperature": url_state.between(0, HOTTEST),
    "seed": url_state.integer_between(LAST_SEED, first=0),
    "beams": url_state.one_of(*BEAM_WIDTHS),
}
TERMS = 2, 3  # of a long product, the first and the last that are written out


def loop(page: Page) -> None:
    """The loop, the arithmetic of the step that is shown, and the text as a table."""
    _loop(page)
    listing.show(*SOURCE)


@st.fragment
def _loop(page: Page) -> None:
    session = generation_session(page)
    _mount(page, "loop", readings.loop(session), session.apply_command, readings.table(session, page.words))
    page.heading("sums", _sums(session, page.words), n=session.step + 1)


def _sums(session: GenerationSession, words: Words) -> Markup:
    """How the drawn token gets its probability, and the text the product of all."""
    following, number = session.distribution(), words.number
    chosen = following.ids.index(following.drawn)
    token = session.bundle.tokenizer.strings([following.drawn])[0]
    below, best = following.logits[chosen] - following.best, number(following.best)
    sign, rest = ("−", best) if following.best >= 0 else ("+", number(-following.best))
    power = f"{number(following.logits[chosen])} {sign} {rest}"
    lines = [_softmax_line(token, power, below, following.totals[0], words)]
    if session.temperature not in (0, 1):
        heat = format_decimal(session.temperature, "0.0", locale=words.lang)
        at = Markup(" {}").format(words.inline("drawn-share", t=heat))
        tempered = below / session.temperature, following.totals[1]
        lines.append(_softmax_line(token, f"({power}) ÷ {heat}", *tempered, words, at))
    probabilities = [session.tree.nodes[node].probability for node in session.tree.path(session.at)]
    if probabilities:
        text, together = words.inline("text"), session.tree.log_probability(session.at)
        product = _shortened([number(p) for p in probabilities], " × ")
        logs = _shortened([number(-math.log(max(p, 1e-300))) for p in probabilities], " − ")
        lines.append(Markup("p({}) = {} ≈ <b>{}</b>").format(text, product, number(math.exp(together))))
        lines.append(Markup("ln p({}) = −{} ≈ <b>{}</b>").format(text, logs, number(together)))
    note = words("sums-text", n=len(probabilities)) if probabilities else words("sums-first")
    head = words("sums-token", n=number(following.size), best=best)
    return head + markup.arithmetic(lines) + note


def _softmax_line(token: str, power: str, exponent: float, total: float, words: Words, at: Markup | str = "") -> Markup:
    """One line of the softmax, with its numbers."""
    part = math.exp(exponent)
    return Markup("p({}){} = e<sup>{}</sup> ÷ Σ ≈ {} ÷ {} ≈ <b>{}</b>").format(
        markup.chip(token), at, power, words.number(part), words.number(total), words.percent(part / total)
    )


def _shortened(terms: list[str], sign: str) -> str:
    first, last = TERMS
    if len(terms) > first + last + 1:
        terms = [*terms[:first], "…", *terms[-last:]]
    return sign.join(terms)


def same_seed(page: Page) -> None:
    """Three texts from the prompt, written on demand: a seed, the same seed again, another seed."""
    page.heading("proof-title", page.words("proof-text"))
    _same_seed(page)


@st.fragment
def _same_seed(page: Page) -> None:
    session = generation_session(page)

    def write(command: dict) -> None:
        texts = readings.same_seed(session.bundle, session.ids, session.temperature, session.seed)
        session.same_seed = {"turn": session.same_seed["turn"] + 1, **texts}

    sizes = {"tokens": readings.SEED_TOKENS, "faces": readings.DIE_FACES}
    columns = readings.same_seed_table(session.same_seed, page.words)
    _mount(page, "proof", {**sizes, **session.same_seed}, write, columns)


@st.fragment
def beams(page: Page) -> None:
    """Beam search and greedy from the text of the loop, on demand."""
    session = generation_session(page)

    def search(command: dict) -> None:
        if (width := command.get("width")) in BEAM_WIDTHS:
            data = readings.beams(session.bundle, session.text, width)
            session.beams = {"turn": session.beams["turn"] + 1, **data}

    linked = url_state.count("beams", 0)
    if "ends" not in session.beams and linked in BEAM_WIDTHS:
        session.beams = {"turn": 0, **readings.beams(session.bundle, session.text, linked)}
    texts = float(page.bundle.model.config.vocab_size) ** BEAM_STEPS
    data = {"widths": BEAM_WIDTHS, "steps": BEAM_STEPS, "texts": texts, **session.beams}
    _mount(page, "beams", data, search, readings.beams_table(session.beams, page.words))


def _mount(page: Page, view: str, data: dict, command: Callable[[dict], None], columns: Columns | None) -> None:
    """A view of the component, which gives its commands one at a time."""

    def on_order() -> None:
        command(st.session_state[view].order)

    mount(page, "step_by_step", view, {"view": view, **data}, columns=columns, on_order_change=on_order)
