"""The attention explorer, and the chart, table and code of the head that it shows."""

from functools import partial

import streamlit as st
from markupsafe import Markup

from model.analysis.attention import Cell
from model.trace import Trace
from ui.frame.page import Page
from ui.kit import figures, listing, markup, tables
from ui.kit.folded import folded
from ui.kit.mounting import mount
from ui.lessons.attention import readings
from viz.attention import heatmap

CHART, PRODUCTS = "head-chart", "products"  # the folded parts that buttons of the component open


@st.fragment
def explorer(page: Page, trace: Trace, start: Cell) -> None:
    """The component switches heads by itself; it reports one only where its chart and table are asked for."""
    words = page.words
    data = readings.packed(page.bundle, trace, start)
    opened = {"on_chart_change": partial(_open, CHART), "on_products_change": partial(_open, PRODUCTS)}
    reported = mount(page, "attention", "attention", data, **opened)
    cell = readings.fitting_cell(reported.products or {}, trace, start)
    charted = readings.fitting_cell(reported.chart or {}, trace, start)
    layer, head = charted.layer, charted.head
    query, key, score, weight = (words.text(f"col-{name}") for name in ("reader", "read", "score", "weight"))

    def chart() -> None:
        shown, names = trace.layers[layer], {"layer": layer + 1, "head": head + 1}
        st.html(Markup('<p class="eyebrow apart">{}</p>').format(words.inline("head-title", **names)))
        drawn = heatmap(shown.pattern[head], page.names, shown.mask, query, key, weight)
        columns = dict(zip((query, key, score, weight), readings.table(trace, layer, head), strict=True))
        figures.show(drawn, "twin", words.text("twin-alt", **names), columns, name="chart")

    with st.container(gap=None):
        listing.show(*readings.SOURCE)
        folded(words.text("products-title"), PRODUCTS, lambda: _products(page, trace, cell))
        folded(words.text("twin"), CHART, chart)


def _products(page: Page, trace: Trace, cell: Cell) -> None:
    """All K products of one score, the largest first."""
    words, columns = page.words, readings.products(trace, cell)
    own = trace.layers[cell.layer].scores[cell.head, cell.query, cell.key]
    count = len(columns["q × k"])
    total = float(columns["q × k"].sum())
    divisor = page.bundle.model.config.score_divisor
    names = {"layer": cell.layer + 1, "head": cell.head + 1, "width": count, "divisor": divisor}
    tokens = {"query": markup.chip(page.names[cell.query]), "key": markup.chip(page.names[cell.key])}
    numbers = {"sum": total, "score": total / divisor**0.5, "own": own}
    shown = {name: words.number(x) for name, x in numbers.items()}
    st.html(words("products-of", **names, **tokens, **shown))
    first = {words.text("col-number"): columns.pop("number")}
    rows = zip(*first.values(), *columns.values(), strict=True)
    cells = [tuple(map(words.number, row)) for row in rows]
    heads = [words.text("col-wv") if name == "weight × v" else name for name in columns]
    st.html(tables.sideways(words.text("products-title"), tables.grid([*first, *heads], cells)))


def _open(part: str) -> None:
    st.session_state[part] = True
