"""The matrices of one head at work, the tokens that they tell apart, and scores divided by more or by less."""

import numpy as np
import streamlit as st
from markupsafe import Markup

from model.analysis.attention import Cell
from model.analysis.projections import Direction
from model.layers import Attention, RMSNorm
from model.trace import Trace
from ui.frame.page import Page
from ui.kit import figures, listing, markup, tables, url_state
from ui.kit.folded import folded
from ui.kit.mounting import mount
from ui.lessons.projections import readings
from ui.lessons.projections.readings import OWN, POWERS, Place
from viz import projections as charts


def current_place(trace: Trace, start: Cell, text: str) -> Place:
    """The head that the component last reported for this prompt; else the link's."""
    reported = (st.session_state.get("projections") or {}).get("place")
    if reported is not None:
        return readings.fitting_place(reported if reported.get("text") == text else {}, trace, start)
    return readings.fitting_place({name: url_state.count(name) for name in ("layer", "head")}, trace, start)


@st.fragment
def show_head(page: Page, trace: Trace, start: Cell) -> None:
    """From the residual stream to q, k, v and one score; then what the head's matrices look for."""
    words, place = page.words, current_place(trace, start, page.text)
    config = page.bundle.model.config
    with st.container(gap="xsmall"):
        mount(page, "projections", "projections", readings.packed(page, trace, place, start), reports=("place",))
        shared = "shared" if config.group > 1 else "not-shared"
        page.note(words.inline(shared, heads=config.heads, groups=config.kv_heads, head=place.head + 1))
        page.heading("matrix-title", words("matrix-text"), _shapes(page))
        listing.show(Attention.forward, RMSNorm.forward)
        title = words.text("learned-title", layer=place.layer + 1, head=place.head + 1)
        folded(title, "learned", lambda: _show_directions(page, place))


def _shapes(page: Page) -> Markup:
    """The computation of one head for all tokens, with the shapes of its matrices."""
    config, words = page.bundle.model.config, page.words
    tokens, width, size = (words.number(n) for n in (len(page.ids), config.width, config.head_width))
    bias = Markup(" + b") if config.bias or config.qkv_bias else Markup()

    def size_of(*sizes: str) -> str:
        return "({})".format("\u00a0×\u00a0".join(sizes))

    def step(formula: Markup, *shapes: tuple[str, str]) -> Markup:
        *factors, result = (size_of(*shape) for shape in shapes)
        return formula + " " + markup.span(f"{' '.join(factors)} → {result}", "note")

    def projected(name: str) -> Markup:
        formula = Markup("{} = X W<sub>{}</sub>ᵀ{}").format(name.upper(), name, bias)
        return step(formula, (tokens, width), (width, size), (tokens, size))

    score = step(Markup("Q Kᵀ ÷ √{}").format(config.score_divisor), (tokens, size), (size, tokens), (tokens, tokens))
    softmax = words.inline("matrix-softmax") + ", × V"
    output = step(softmax, (tokens, tokens), (tokens, size), (tokens, size))
    return markup.arithmetic([*map(projected, "qkv"), score, output])


def _show_directions(page: Page, place: Place) -> None:
    words, found = page.words, readings.directions(page, place)
    st.html(words("learned-text", rank=page.bundle.model.config.head_width))
    st.html(_direction_table(page, found.strongest))
    farthest = max(tokens.places[0] for each in found.strongest for end in each.ends for tokens in end)
    page.read(words.inline("learned-reading", farthest=words.number(farthest), chance=words.number(found.chance)))
    page.note(words.inline("learned-caveat"))
    tables.listed(_direction_columns(page, found.strongest), "directions", words.text("learned-table"))


def _direction_table(page: Page, found: list[Direction]) -> Markup:
    """A row for either end of each direction: query tokens, and the key tokens that they go with."""
    words, name = page.words, page.bundle.tokenizer.strings
    rows = [
        (
            words.inline("other-end") if other else words.inline("direction", n=n, p=words.percent(direction.part)),
            markup.chips(name(queries.ids)),
            markup.chips(name(keys.ids)),
        )
        for n, direction in enumerate(found, 1)
        for other, (queries, keys) in enumerate(direction.ends)
    ]
    heads = [words.inline(f"learned-{column}") for column in ("direction", "queries", "keys")]
    return tables.sideways(words.text("learned-table"), tables.grid(heads, rows, first_number=3))


def _direction_columns(page: Page, found: list[Direction]) -> tables.Columns:
    words, name = page.words, page.bundle.tokenizer.strings
    heads = ("direction", "end", "queries", "query-place", "keys", "key-place")
    rows = [
        (n, end, query, query_place, key, key_place)
        for n, direction in enumerate(found, 1)
        for end, (queries, keys) in enumerate(direction.ends, 1)
        for query, query_place, key, key_place in zip(
            name(queries.ids), queries.places, name(keys.ids), keys.places, strict=True
        )
    ]
    return tables.of_rows([words.text(f"learned-{head}") for head in heads], rows)


# ---- the division by √K


def divisor(page: Page, power: float) -> str:
    """K to a power, as the page writes it; the model's own as a root."""
    root = page.bundle.model.config.score_divisor
    return f"√{root}" if power == OWN else page.words.number(int(root**power) if power in (0, 1) else root**power)


@st.fragment
def show_division(page: Page, trace: Trace, cell: Cell) -> None:
    """One query's weights and all heads' largest weights, where scores are divided by another power of K."""
    words, text = page.words, page.words.text
    state = url_state.bind("divide", POWERS, 0, str)
    st.pills(text("divide-by"), POWERS, format_func=lambda power: divisor(page, power), required=True, **state)
    power = st.session_state["divide"]
    saturated = readings.saturations(page, trace)
    then, own = saturated[power], saturated[OWN]
    chips = [markup.chip(name) for name in page.names]
    before, after = readings.row(page, trace, cell, OWN), readings.row(page, trace, cell, power)
    page.read(
        words.inline(
            "divide-reading-own" if power == OWN else "divide-reading",
            divisor=divisor(page, power),
            own=divisor(page, OWN),
            query=chips[cell.query],
            key=chips[int(after.argmax())],
            p=words.percent(after.max()),
            q=words.percent(before[int(after.argmax())]),
            bits=words.number(then.entropy.mean()),
            bits_own=words.number(own.entropy.mean()),
        )
    )
    names = {"layer": cell.layer + 1, "head": cell.head + 1}
    seen = np.flatnonzero(trace.layers[cell.layer].mask[cell.query])
    left, right = st.columns(2, gap="large")
    with left:
        page.note(words.inline("row-title", query=chips[cell.query], **names))
        keys = [page.names[i] for i in seen]
        named = {divisor(page, p): values[seen] for p, values in ((OWN, before), (power, after))}
        chart = charts.rows(keys, named, words.percent)
        figures.show(chart, "divided-row", text("row-alt", **names), {text("key-token"): keys} | named)
    with right:
        page.note(words.inline("largest-title", rows=words.number(len(own.largest))))
        largest = {divisor(page, p): saturated[p].largest for p in (OWN, power)}
        chart, columns = charts.largest(largest, text("largest-axis"), text("largest-rows"), words.number)
        figures.show(chart, "divided-largest", text("largest-alt"), columns)
    _show_cost(page, trace)


def _show_cost(page: Page, trace: Trace) -> None:
    """All divisors beside one another: how decided the softmax is, and what a pass with these scores predicts."""
    words, found = page.words, readings.saturations(page, trace)
    rows = []
    for power, prediction in readings.predictions(page).items():
        likely = int(prediction.probabilities.argmax())
        token = page.bundle.tokenizer.strings([likely])[0]
        rows.append(
            (
                Markup("<b>{}</b>" if power == OWN else "{}").format(divisor(page, power)),
                words.percent(found[power].largest.mean()),
                words.number(found[power].entropy.mean()),
                words.number(found[power].slope.mean()),
                words.number(prediction.bits.mean()),
                markup.chip(token) + " " + words.percent(prediction.probabilities[likely]),
            )
        )
    heads = [
        words.inline(f"cost-{column}") for column in ("divisor", "largest", "entropy", "slope", "bits", "next-token")
    ]
    page.heading("cost-title", words("cost-text"), level=3)
    st.html(tables.sideways(words.text("cost-title"), tables.grid(heads, rows)))
    page.note(words.inline("cost-caveat", own=divisor(page, OWN)))
