"""The attention explorer, and the chart, table and code of the head that it shows."""

import streamlit as st
from markupsafe import Markup

from model.analysis.attention import Cell
from model.trace import Trace
from ui.frame.page import Page
from ui.kit import figures, listing
from ui.kit.folded import folded
from ui.kit.mounting import mount
from ui.lessons.attention import readings
from viz.attention import heatmap

CHART = "head-chart"  # the folded part that a button of the component opens


@st.fragment
def explorer(page: Page, trace: Trace, start: Cell) -> None:
    """The component switches heads by itself; it reports one only where its chart and table are asked for."""
    words = page.words
    data = readings.packed(page.bundle, trace, start)
    chosen = mount(page, "attention", "attention", data, on_chart_change=_open).chart
    valid = chosen and chosen["layer"] < len(trace.layers) and chosen["head"] < len(trace.layers[0].pattern)
    layer, head = (chosen["layer"], chosen["head"]) if valid else (start.layer, start.head)
    query, key, score, weight = (words.text(f"col-{name}") for name in ("reader", "read", "score", "weight"))

    def chart() -> None:
        shown, names = trace.layers[layer], {"layer": layer + 1, "head": head + 1}
        st.html(Markup('<p class="eyebrow apart">{}</p>').format(words.inline("head-title", **names)))
        drawn = heatmap(shown.pattern[head], page.names, shown.mask, query, key, weight)
        columns = dict(zip((query, key, score, weight), readings.table(trace, layer, head), strict=True))
        figures.show(drawn, "twin", words.text("twin-alt", **names), columns, name="chart")

    with st.container(gap=None):
        listing.show(*readings.SOURCE)
        folded(words.text("twin"), CHART, chart)


def _open() -> None:
    st.session_state[CHART] = True
