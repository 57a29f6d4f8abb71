"""Figures of lesson `sharing`: what heads that share a key attend to, and how long a token takes under each way of
sharing keys and values."""

import html
from collections.abc import Callable, Sequence

import numpy as np
import plotly.graph_objects as go

from viz.axes import AXIS_PLAIN, HOVER_TEXT, SCALE_BELOW, category_rows
from viz.theme import CATEGORICAL, INK, MONO, SEQUENTIAL

GAP = 0.3  # of a row, between groups of heads
CROWDED = 16  # columns: of more, not all are named
SCALE = SCALE_BELOW | {"len": 200, "thickness": 9, "tickvals": [0, 1], "ticktext": ["0", "100\u202f%"]}


def by_group(
    weights: np.ndarray, groups: int, tokens: Sequence[str], rows: Sequence[str], percent: Callable[[float], str]
) -> go.Figure:
    """The attention weights of one query token: a row for each head, a column for each key token; heads that share a
    key and a value stand together. weights: (H, T); rows: the names of the heads."""
    heads, count = weights.shape
    each = heads // groups
    down = [i + GAP * (i // each) for i in range(heads)]
    names = [html.escape(token, quote=False) for token in tokens]  # figures read HTML in their texts
    cells = []
    for g in range(groups):  # a trace for each group: in one, cells would fill the gaps between groups
        own = range(g * each, (g + 1) * each)
        cells.append({
            "type": "heatmap",
            "z": weights[own.start : own.stop],
            "x": list(range(count)),
            "y": [down[i] for i in own],
            "customdata": [
                [f"{rows[i]} · {name} {percent(x)}" for name, x in zip(names, weights[i], strict=True)] for i in own
            ],
            "hovertemplate": HOVER_TEXT,
            "colorscale": SEQUENTIAL,
            "zmin": 0,
            "zmax": 1,
            "showscale": not g,
            "colorbar": SCALE,
            "xgap": 2,
            "ygap": 2,
        })  # fmt: skip
    step = -(-count // CROWDED)
    font = {"family": MONO, "size": 13 if step == 1 else 12}
    across = {"tickvals": list(range(0, count, step)), "ticktext": names[::step], "tickfont": font, "side": "top"}
    axis = AXIS_PLAIN | {"tickvals": down, "ticktext": list(rows), "range": [down[-1] + 0.6, -0.6]}
    layout = {"height": 30 * heads + 150, "xaxis": AXIS_PLAIN | across | {"tickangle": -90}, "yaxis": axis}
    return go.Figure(cells, layout)


def times(
    seconds: Sequence[Sequence[float]], names: Sequence[str], unit: str, number: Callable[[float], str]
) -> go.Figure:
    """seconds: those of every run for each of the ways, whose names run down. A dot is a run, a mark the median."""
    drawn = []
    for row, runs in enumerate(seconds):
        median = float(np.median(runs)) * 1e3
        dots = {
            "x": [1e3 * s for s in runs],
            "y": [row] * len(runs),
            "mode": "markers",
            "marker": {"size": 9, "color": CATEGORICAL[0], "opacity": 0.45},
            "customdata": [f"{names[row]} · {number(1e3 * s)} {unit}" for s in runs],
        }
        mark = {
            "x": [median],
            "y": [row],
            "mode": "markers+text",
            "marker": {"symbol": "line-ns", "size": 26, "line": {"width": 3, "color": INK}},
            "text": [f"<b>{number(median)}</b>"],
            "textposition": "top center",
            "textfont": {"family": MONO, "size": 13, "color": INK},
            "customdata": [f"{names[row]} · {number(median)} {unit}"],
        }
        drawn += [{"type": "scatter", "hovertemplate": HOVER_TEXT} | trace for trace in (dots, mark)]
    across = AXIS_PLAIN | {"title": unit, "rangemode": "tozero", "showgrid": True}
    down = category_rows(names, None, range=[len(names) - 0.5, -0.7])
    return go.Figure(drawn, {"height": 86 * len(names) + 60, "showlegend": False, "xaxis": across, "yaxis": down})
