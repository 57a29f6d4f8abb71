"""Charts in the look of the page."""

from typing import TYPE_CHECKING

import streamlit as st

from ui import components
from ui.kit import language, numbers, tables

if TYPE_CHECKING:
    import plotly.graph_objects as go


def mode() -> str:
    """ "light" or "dark", as the browser shows the page."""
    return st.context.theme.type or "light"


def show(chart: "go.Figure", key: str, alt: str, columns: tables.Columns, *, name: str = "") -> None:
    """A chart, and its numbers as a table. `alt` is what a screen reader says of it; `name` that of its files, where
    the key would be none."""
    from viz import label_space, theme  # and Plotly and pandas: the front door has no chart, and need not wait for them

    chart = label_space.with_label_margins(theme.apply_theme(chart, mode()))
    chart.layout.separators = numbers.separators(language.code())
    data = {"figure": chart.to_json(validate=False), "height": chart.layout.height, "alt": alt}
    data["colours"] = theme.other_colours(mode())  # for a switch of theme, and for paper, which is light
    components.component("chart")(key=key, data=data | {"file": tables.file_name(name or key)})
    tables.twin(columns, key, name)
