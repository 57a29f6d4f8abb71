"""The last vector and its final norm, logits and probabilities, the stages of sampling and their order, draws, and the
logit lens."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from babel.numbers import format_decimal
from markupsafe import Markup

from model.sampling import Sampling
from model.trace import Trace
from ui.frame.page import Page
from ui.kit import cache, figures, listing, markup
from ui.kit.folded import folded
from ui.kit.language import Words
from ui.kit.numbers import round_percent
from ui.lessons.next_token import controls, readings
from ui.lessons.next_token.readings import Candidate, Reading
from viz import bars
from viz import lens as lens_figure
from viz import sampling as sampling_figure

TERMS = 3  # of a long sum, written out
LEAST = 1e-4  # probability that is written in a column


def probabilities(page: Page, reading: Reading) -> None:
    """From the last vector to the logits and the probabilities of the next token."""
    words, text = page.words, page.words.text
    values = readings.distribution_values(reading, reading.base, words)
    last = markup.chip(page.names[-1])
    layers = page.bundle.model.config.layers
    page.heading("scores-title", words("vector", layers=layers, token=last), _final_norm(page, reading))
    strip = bars.strips({"x": reading.vector}, text("strip-hover"))
    figures.show(strip, "vector", text("vector-alt", **values), _numbered({"x": reading.vector}, words))
    page.note(words.inline("strip-note", limit=words.number(bars.limit(reading.vector))))
    st.html(words("head", **values))
    page.read(words.inline("reading", **values, token=last))
    st.html(Markup('<p class="eyebrow">{}</p>').format(words.inline("bars-head")))
    chart = bars.bars(_rows(reading, words), reading.with_tail(reading.base), words.percent)
    figures.show(chart, "bars", text("bars-alt"), readings.vocabulary(page.bundle, reading, words))
    st.html(words("entropy", **values))


def _final_norm(page: Page, reading: Reading) -> Markup:
    """What it does to the vector, in words."""
    words, norm, kind = page.words, reading.norm, page.bundle.model.config.norm
    values = {"width": words.number(len(reading.vector)), "after": words.number(float(np.linalg.norm(reading.vector)))}
    if norm is None:
        return words("final-norm-none", **values)
    before = words.number(float(np.linalg.norm(norm.before)))
    return words(f"final-norm-{kind}", **values, scale=words.number(norm.size), before=before)


def sums(page: Page, reading: Reading) -> None:
    """A candidate's logit and probability, written out."""
    _sums(page, reading)
    listing.show(*readings.SOURCE)


@st.fragment
def _sums(page: Page, reading: Reading) -> None:
    words = page.words
    with st.container(gap="xsmall"):
        page.heading("sum-title", words("sum-intro"))
        index = controls.candidate(reading, words)
        candidate = readings.candidate(page.bundle, reading, index)
        normed = {"h": reading.norm.before, "g": reading.norm.weight} if reading.norm else {}
        vectors = normed | {"x": reading.vector, "w": candidate.row, "x × w": candidate.products}
        strips = bars.strips(vectors, words.text("strip-hover"))
        alt = words.text("strips-alt", width=words.number(len(reading.vector)))
        figures.show(strips, "strips", alt, _numbered(vectors, words))
        st.html(_sum_lines(reading, candidate, reading.tokens[index], words))


def _sum_lines(reading: Reading, candidate: Candidate, token: str, words: Words) -> Markup:
    number, percent, base = words.number, words.percent, reading.base
    width, size = len(candidate.row), len(base)
    largest, likeliest = np.argsort(-np.abs(candidate.products))[:TERMS], reading.top[:TERMS]

    def total(terms: list[str], count: int) -> str:
        return " + ".join([*terms, words.text("more", n=number(count - TERMS))])

    def line(equation: Markup, note: str = "") -> Markup:
        return Markup("{} {}").format(equation, markup.span(note, "note"))

    products = total([f"({number(reading.vector[i])} × {number(candidate.row[i])})" for i in largest], width)
    powers = total([number(x) for x in candidate.powers[likeliest]], size)
    shares = total([percent(p) for p in base[likeliest]], size)
    error = abs(float(candidate.products.sum(dtype=np.float64)) - candidate.logit)
    logit = Markup("x · {} = {} ≈ <b>{}</b>").format(markup.sub("w", token), products, number(candidate.logit))
    power = Markup("e<sup>{} − {}</sup>").format(number(candidate.logit), number(candidate.best))
    quotient = Markup("{} ÷ ({}) ≈ {} ÷ {} ≈ <b>{}</b>").format(
        power, powers, number(candidate.power), number(candidate.powers.sum()), percent(candidate.probability)
    )
    whole = Markup("{} ≈ <b>{}</b>").format(shares, percent(base.sum()))
    shapes = Markup("(1, {0}) × ({0}, {1}) = (1, {1})").format(number(width), number(size))
    return markup.arithmetic(
        (
            *_norm_lines(reading, int(largest[0]), words),
            line(logit, words.text("score-difference", difference=number(error))),
            line(quotient),
            line(whole, words.text("sum-difference", difference=number(abs(float(base.sum()) - 1)))),
            line(shapes, words.text("shapes")),
        )
    )


def _norm_lines(reading: Reading, i: int, words: Words) -> list[Markup]:
    """How the final norm makes number i of x; none where there is no such norm."""
    if (norm := reading.norm) is None:
        return []
    number, width = words.number, len(norm.before)
    is_centred = norm.mean != 0 or bool(norm.bias.any())
    squares = float(np.square(norm.before - norm.mean).sum(dtype=np.float64))
    size = Markup("√({} ÷ {}) ≈ <b>{}</b>").format(number(squares), number(width), number(norm.size))
    note = words.text("norm-layer", mean=number(norm.mean)) if is_centred else words.text("norm-rms")
    before = f"({number(float(norm.before[i]))} − {number(norm.mean)})" if is_centred else number(float(norm.before[i]))
    bias = f" + {number(float(norm.bias[i]))}" if is_centred else ""
    steps = f"{before} ÷ {number(norm.size)} × {number(float(norm.weight[i]))}{bias}"
    result = Markup("{} = {} ≈ <b>{}</b>").format(markup.sub("x", str(i + 1)), steps, number(float(norm.result[i])))
    about = words.text("norm-number-layer" if is_centred else "norm-number", n=i + 1, width=number(width))
    return [Markup("{} {}").format(text, markup.span(said, "note")) for text, said in ((size, note), (result, about))]


@st.fragment
def choosing(page: Page, reading: Reading) -> None:
    """The stages of sampling with their dials, and draws from what they leave."""
    words, text = page.words, page.words.text
    with st.container(gap="xsmall"):
        page.heading("choose-title", words("choose"))
        dial, settings = controls.dials(words)
        stages = readings.stages(reading, settings)
        shares, counts = reading.with_tail(stages), [words.number(readings.support_size(stage)) for stage in stages]
        page.read(readings.stages_sentence(reading, stages[-1], words))
        heads = _stage_heads(settings, words)
        rows = _rows(reading, words)
        chart = bars.stages(rows, shares, heads, counts, text("left"), dial, lambda p: hundredths(p, words))
        columns = {head.replace("<br>", " "): share for head, share in zip(heads, shares, strict=True)}
        figures.show(chart, "stages", text("stages-alt"), _token_column(reading, words) | columns)
        values = readings.distribution_values(reading, reading.base, words)
        page.note(words.inline("stages-note", **values, scale=round_percent(bars.scale(shares))))
        _orders(page, reading, settings)
        if {"draws", "seed"} & set(st.query_params):  # a link to draws leads to them
            st.session_state.setdefault("samples", True)
        folded(text("draw-title"), "samples", lambda: _draws(page, reading, stages[-1]))


def _stage_heads(settings: Sampling, words: Words) -> list[str]:
    """What stands above the columns of the stages: the stage, and what its dial is set to."""
    values = (
        format_decimal(settings.temperature, locale=words.lang),
        settings.top_k and format_decimal(settings.top_k, locale=words.lang),
        settings.top_p and round_percent(settings.top_p),
        settings.min_p and round_percent(settings.min_p),
    )
    stages = zip(("stage-temperature", *controls.DIALS[1:]), values, strict=True)
    return [
        words.text("stage-before"),
        *(f"{words.text(name)}<br>{value or words.text('off')}" for name, value in stages),
    ]


def hundredths(p: float, words: Words) -> str:
    """A probability in percent without the sign, short enough for a column: three digits, none for a very small one."""
    return words.number(100 * p) if p == 0 or p >= LEAST else f"<{format_decimal(100 * LEAST, locale=words.lang)}"


def _draws(page: Page, reading: Reading, distribution: np.ndarray) -> None:
    words, text = page.words, page.words.text
    st.html(words("draw"))
    times, seed = controls.draw_controls(words)
    draws = readings.draws(page.bundle, reading, distribution, times, seed)
    count, expected = words.number(draws.counts[0]), words.number(draws.expected[0])
    best = markup.chip(reading.tokens[0])
    page.read(words.inline("draws-reading", best=best, times=words.number(times), count=count, expected=expected))
    rows = [*map(bars.label, reading.tokens), _others(reading, words)]
    chart = bars.draws(rows, draws.counts, draws.expected, words.number)
    columns = {text("times"): draws.counts, text("expected"): draws.expected}
    figures.show(chart, "drawn", text("draws-alt"), _token_column(reading, words) | columns)
    page.note(words.inline("draws-note"))
    st.html(words("drawn", tokens=markup.chips(draws.first)))


def _orders(page: Page, reading: Reading, settings: Sampling) -> None:
    """The same filters before the temperature and after it."""
    words, text = page.words, page.words.text
    key = page.key("orders", settings.temperature, settings.top_p, settings.min_p)
    orders = cache.result(key, lambda: readings.orders(reading, settings))
    page.heading("order-title", words("order"), level=3)
    temperature = settings.temperature if settings.temperature not in (0, 1) else readings.TEMPERATURES[-1]
    left, right = st.columns([9, 11], gap="large")
    with left:
        for t in dict.fromkeys((1.0, temperature)):
            _order_sentence(page, orders, int(np.flatnonzero(orders.temperatures == t)[0]))
    with right:
        lines = {text("order-first"): orders.first, text("order-last"): orders.last}
        chart = sampling_figure.orders(orders.temperatures, lines, text("order-across"), text("order-left"))
        columns = {text("order-across"): orders.temperatures} | lines
        figures.show(chart, "orders", text("order-alt"), columns)


def _order_sentence(page: Page, orders: readings.Orders, i: int) -> None:
    """What both orders leave at one temperature, and the likeliest of the tokens that only one of them leaves."""
    words, first, last = page.words, int(orders.first[i]), int(orders.last[i])
    values = {"t": format_decimal(orders.temperatures[i], locale=words.lang), "first": words.number(first)}
    if first == last:
        page.read(words.inline("order-reading-same", **values))
        return
    page.read(words.inline("order-reading", **values, last=words.number(last)))
    for name, only in (("first", orders.only_first[i]), ("last", orders.only_last[i])):
        if len(only):
            shown = page.bundle.tokenizer.strings(only[: readings.ONLY].tolist())
            more = Markup(" … ({})").format(words.number(len(only))) if len(only) > readings.ONLY else ""
            page.note(words.inline(f"order-only-{name}", tokens=markup.chips(shown) + more))


def logit_lens(page: Page, trace: Trace) -> None:
    """What the model would predict after every layer: over the whole vocabulary, so the result is kept."""
    words = page.words
    levels = cache.result(page.key("levels"), lambda: readings.logit_lens(page.bundle, trace))
    page.heading("lens-title", words("lens"))
    page.read(levels.sentence(words))
    columns = levels.ids, levels.tokens, levels.probabilities, levels.answer, levels.names(words)
    chart = lens_figure.tower(*columns, words.percent)
    figures.show(chart, "lens", words.text("lens-alt"), levels.table(words))
    page.note(words.inline("lens-note", token=markup.chip(levels.tokens[-1])))


def _rows(reading: Reading, words: Words) -> list[str]:
    """What stands beside the bars: the likeliest tokens with their logits, and the number of others."""
    logits = [words.number(logit) for logit in reading.logits[reading.top]]
    return bars.names(reading.tokens, logits, _others(reading, words))


def _others(reading: Reading, words: Words) -> str:
    return words.text("others", n=words.number(len(reading.base) - readings.TOP))


def _numbered(vectors: dict[str, np.ndarray], words: Words) -> dict[str, Sequence]:
    """Vectors (D,) beside one another, their numbers counted from 1."""
    return {words.text("col-number"): range(1, len(next(iter(vectors.values()))) + 1)} | vectors


def _token_column(reading: Reading, words: Words) -> dict[str, list]:
    return {words.text("token"): [*reading.tokens, _others(reading, words)]}
