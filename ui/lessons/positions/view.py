"""The lesson on the page: a bag of words, tables of positions, and dials that turn queries and keys."""

from collections.abc import Iterable
from dataclasses import asdict
from functools import partial

import numpy as np
import streamlit as st
import torch
from markupsafe import Markup

from model.analysis.positions import cosine, learned_table, sinusoidal_table
from model.positions import Learned, Rotary, RotaryPositions, Sinusoidal
from model.trace import Trace
from model.zoo import Bundle
from ui import components
from ui.frame.page import Page
from ui.kit import figures, listing, markup, url_state
from ui.kit.folded import folded
from ui.kit.language import Words
from ui.kit.mounting import mount
from ui.lessons.positions import readings
from ui.lessons.positions.readings import Bag, Place
from viz import positions as charts

SHOWN = 64  # rows of the sinusoidal table that are drawn
EVERY = 4  # of the rows that are compared, one in so many
EYEBROW = Markup('<p class="eyebrow">{}</p>')


# ---- a bag of words


@st.fragment
def show_bag(page: Page, encoder: Bundle) -> None:
    """The sentence in another order, and what MiniLM makes of it with its table of positions and without it."""
    words, text = page.words, page.words.text
    with st.container(horizontal=True, gap="small"):
        for way in ("swap", "shuffle"):
            st.button(text(f"bag-{way}"), key=way, on_click=_next_order, args=(way,))
    bag = readings.bag(encoder, page.text, *readings.linked_order(st.query_params))
    st.html(_orders(bag, words))
    page.read(_bag_reading(bag, words))
    page.note(words.inline("bag-note"))
    folded(text("bag-fold"), "fold-bag", partial(_strips, page, bag))


def _strips(page: Page, bag: Bag) -> None:
    """The sentence vectors of both orders, with the table of positions and without it."""
    words, text = page.words, page.words.text
    numbers = {text("bag-number"): range(1, len(bag.bare[0]) + 1)}
    for name, (before, after) in (("with-table", bag.table), ("without-table", bag.bare)):
        named = {text("as-written"): before, text("rearranged"): after, text("difference"): after - before}
        st.html(EYEBROW.format(words.inline(name)))
        figures.show(charts.strips(named, text("strips-hover")), name, text("strips-alt"), numbers | named)


def _next_order(way: str) -> None:
    """The next order of this way, into the link."""
    now, seed = readings.linked_order(st.query_params)
    st.query_params["order"] = f"{way}-{seed + 1 if now == way else 1}"


def _orders(bag: Bag, words: Words) -> Markup:
    """Both orders as chips, the tokens of moved words outlined."""
    lines = []
    for name, order in (("as-written", range(len(bag.order))), ("rearranged", bag.order)):
        shown = (markup.chip(bag.tokens[i], "selected" if i in bag.moved else "") for i in order)
        chips = Markup(" ").join(shown)
        lines.append((EYEBROW + Markup("<p>{}</p>")).format(words.inline(name), chips))
    return Markup().join(lines)


def _bag_reading(bag: Bag, words: Words) -> Markup:
    """What the two models made of the other order."""
    if all(bag.tokens[i] == bag.tokens[j] for i, j in enumerate(bag.order)):
        return words.inline("bag-no-order")
    values = {
        "cosine": cosine(*bag.table),
        "difference": np.abs(np.subtract(*bag.table)).max(),
        "bare": cosine(*bag.bare),
        "rounding": np.abs(np.subtract(*bag.bare)).max(),
    }
    return words.inline("bag-reading", width=len(bag.bare[0]), **{name: words.number(x) for name, x in values.items()})


# ---- tables of positions


def show_tables(page: Page, encoder: Bundle) -> None:
    """The computed table of 2017 and MiniLM's own, which was trained."""
    page.heading("table-title", page.words("table-text"))
    folded(page.words.text("table-fold"), "fold-tables", partial(_tables, page, encoder))
    listing.show(Learned, Sinusoidal)


def _tables(page: Page, encoder: Bundle) -> None:
    """Both as pictures, how alike their rows are, and any row of the trained one."""
    words, text = page.words, page.words.text
    computed, learned = sinusoidal_table(encoder.model.config), learned_table(encoder.model)
    st.html(EYEBROW.format(words.inline("sinusoidal-name", n=SHOWN)))
    chart = charts.table(computed[:SHOWN], text("position"), text("dimension"), text("cell-hover"))
    columns = {f"{text('dimension')} {n}": numbers[:SHOWN] for n, numbers in enumerate(computed.T)}
    columns = {text("position"): range(SHOWN)} | columns
    figures.show(chart, "sinusoidal", text("sinusoidal-alt", n=SHOWN), columns)
    both = {"similar-sinusoidal": computed, "similar-learned": learned}
    for column, (name, rows) in zip(st.columns(2, gap="large"), both.items(), strict=True):
        with column:
            st.html(EYEBROW.format(words.inline(name)))
            few = rows[::EVERY]
            cosines, places = cosine(few[:, None], few[None]), range(0, len(rows), EVERY)
            chart = charts.similarity(cosines, EVERY, text("row"), text("similar-hover"))
            columns = {f"{text('row')} {n}": column for n, column in zip(places, cosines.T, strict=True)}
            figures.show(chart, name, text("similar-alt"), {text("row"): places} | columns)
    waves = similarity_waves(learned)
    page.note(words.inline("similar-note", **{name: words.number(x) for name, x in waves.items()}))
    _show_row(page, encoder)


def similarity_waves(table: np.ndarray) -> dict[str, float]:
    """How the likeness of two rows (rows, D) goes with their distance, on average: the first distance at which it is
    lower than at both of its neighbours and the first after it at which it is higher, with the mean cosines there."""
    cosines = cosine(table[:, None], table[None])
    means = np.array([cosines.diagonal(distance).mean() for distance in range(len(table))])
    rising = np.diff(means) > 0
    dip = int(rising.argmax())
    peak = dip + int(rising[dip:].argmin())
    return {"dip": dip, "low": means[dip], "peak": peak, "high": means[peak]}


@st.fragment
def _show_row(page: Page, encoder: Bundle) -> None:
    # without bounds: what lies outside them Streamlit refuses in English, with the last answer still below
    row = st.number_input(page.words.text("row-ask"), value=512, step=1, key="row", bind="query-params", width=220)
    st.html(look_up(encoder, row, page.words))


def look_up(encoder: Bundle, row: int, words: Words) -> Markup:
    """Asks the model for one row of its table. Behind the last one the model has nothing to give, and says so."""
    model = encoder.model
    if row < 0:
        return markup.notice(words("row-negative", row=words.number(row)))
    try:
        vector = model.position(torch.tensor([row], device=model.device)).rows[0].cpu().numpy()
    except ValueError as error:
        values = {"row": words.number(row), "last": words.number(model.config.context - 1)}
        return markup.notice(words("row-missing", **values, error=markup.span(str(error), "mono")))
    likeness = cosine(learned_table(model), vector)
    likeness[row] = -1
    near = int(likeness.argmax())
    return words(
        "row-found",
        row=words.number(row),
        width=len(vector),
        first=_listed(vector[:3], words),
        near=words.number(near),
        cosine=words.number(likeness[near]),
    )


def _listed(numbers: Iterable[float], words: Words) -> str:
    return words.separator.join(map(words.number, numbers))


# ---- rotation


def current_place(page: Page, trace: Trace) -> Place:
    """What the component last reported for this prompt; else what the link says."""
    reported = (st.session_state.get("dials") or {}).get("place")
    if reported is not None:
        return readings.fitting_place(reported if reported.get("text") == page.text else {}, page, trace)
    counted = {"layer": "layer", "head": "head", "query": "token", "key": "key"}
    linked = {name: url_state.count(param) for name, param in counted.items()}
    linked |= {name: url_state.count(name, 0) for name in ("shift", "apart")}
    return readings.fitting_place(linked, page, trace)


def show_rotation(page: Page, trace: Trace) -> None:
    """Clock hands for the pairs of dimensions of a query and a key, rotated by their positions."""
    pairs = page.bundle.model.config.head_width // 2
    page.heading("dials-heading", page.words("dials-text", model=page.bundle.card.title, pairs=pairs))
    _dials(page, trace)


@st.fragment
def _dials(page: Page, trace: Trace) -> None:
    """The dials, and folded, what becomes of a score as the distance grows.

    Keys: text (the prompt); tokens (T strings); place (see readings.Place); layers; far: how far a token can be moved;
    check (see readings.check). Arrays: q (H, T, K), k (G, T, K), scores (H, T, T) of the layer, speeds (K/2,).
    """
    words, place = page.words, current_place(page, trace)
    layer, speeds = trace.layers[place.layer], page.bundle.model.position.speeds.cpu().numpy()
    data = {
        **components.pack(q=layer.q, k=layer.k, scores=layer.scores, speeds=speeds),
        "text": page.text,
        "tokens": page.names,
        "place": asdict(place),
        "layers": len(trace.layers),
        "far": readings.FAR,
        "check": readings.check(page, trace, place),
    }
    with st.container(gap="xsmall"):
        mount(page, "positions", "dials", data, reports=("place",))
        page.note(words.inline("dials-caveat"))
        listing.show(RotaryPositions.rotate_pairs, Rotary.forward)

        folded(words.text("falling-title"), "fold-falling", partial(_falling, page, place))
        folded(words.text("twice-title"), "fold-twice", partial(_twice, page, place.key))


def _falling(page: Page, place: Place) -> None:
    """The chosen score at every distance, and its averages."""
    words, text = page.words, page.words.text
    st.html(words("falling-text"))
    distances, scores = readings.scores_by_distance(page, page.trace(readings.KEEP), place)
    page.read(_falling_reading(distances, scores, words))
    named = {text(f"falling-{name}"): values for name, values in scores.items()}
    chart = charts.falling(distances, named, place.distance, words.number, text("distance"), text("score"))
    figures.show(chart, "falling", text("falling-alt"), {text("distance"): distances} | named)
    page.note(words.inline("falling-note"))


def _falling_reading(distances: np.ndarray, scores: dict[str, np.ndarray], words: Words) -> Markup:
    near, far = scores["all"][[1, -1]]
    values = {"near": near, "far": far, "end": distances[-1], "best": distances[scores["head"].argmax()]}
    section = "falling-reading" if near > far else "falling-not"
    return words.inline(section, **{name: words.number(x) for name, x in values.items()})


def _twice(page: Page, token: int) -> None:
    """The same token at two positions: its queries before and after rotation."""
    words, text, twice = page.words, page.words.text, readings.twice(page, token)
    values = {
        "here": twice.here,
        "there": twice.there,
        "difference": twice.difference[0],
        "after": twice.after[0].mean(),
    }
    shown = {name: words.number(x) for name, x in values.items()}
    st.html(words("twice-text", token=markup.chip(page.tokens[twice.here]), **shown))
    named = {text("twice-before"): twice.before.mean(1), text("twice-after"): twice.after.mean(1)}
    chart = charts.layers(named, text("layer-column"), text("twice-cosine"), text("layer-hover"))
    columns = {text("layer"): range(1, len(twice.before) + 1)} | named
    figures.show(chart, "twice", text("twice-alt"), columns)

    start, *at = (f"({_listed((x.real, x.imag), words)})" for x in twice.rotated)
    q, note = markup.span("q", "query"), markup.span(text("hands-both"), "note")
    positions = zip((twice.here, twice.there), at, strict=True)
    lines = (Markup("{}: {}").format(words.inline("hands-at", place=place), pair) for place, pair in positions)
    st.html(markup.arithmetic((Markup("{} = {} {}").format(q, start, note), *lines)))
