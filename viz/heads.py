"""How a score builds up layer by layer, and how long a token takes under each way of sharing keys and values."""

from collections.abc import Callable, Sequence

import numpy as np
import plotly.graph_objects as go

from viz.axes import AXIS_PLAIN, HOVER_TEXT, LEGEND_ABOVE, category_rows
from viz.theme import CATEGORICAL, INK, MONO, PAPER, SOFT


def growth(
    heads: np.ndarray,
    mlps: np.ndarray,
    rest: float,
    names: tuple[str, str, str],
    layer: str,
    number: Callable[[float], str],
) -> go.Figure:
    """heads (L, H), mlps (L,): what each layer's heads together and its MLP added to a score that began with `rest`.

    names: of the heads, the MLPs and the running sum; layer: the axis.
    """
    count = len(mlps)
    place = np.arange(1, count + 1)
    sums = heads.sum(1)
    running = rest + np.cumsum(sums + mlps)
    bars = [
        {
            "type": "bar",
            "name": name,
            "x": place,
            "y": values,
            "marker": {"color": colour},
            "customdata": [f"{layer} {n} · {name} {number(x)}" for n, x in zip(place, values, strict=True)],
            "hovertemplate": HOVER_TEXT,
        }
        for name, values, colour in ((names[0], sums, CATEGORICAL[0]), (names[1], mlps, CATEGORICAL[1]))
    ]
    line = {
        "type": "scatter",
        "name": names[2],
        "x": [0, *place],
        "y": [rest, *running],
        "mode": "lines+markers",
        "line": {"color": INK, "width": 1.6},
        "marker": {"size": 5, "color": PAPER, "line": {"color": INK, "width": 1.4}},
        "customdata": [f"{layer} {n} · {names[2]} {number(x)}" for n, x in enumerate([rest, *running])],
        "hovertemplate": HOVER_TEXT,
    }
    ticks = [n for n in place if n in (1, count) or (n % 5 == 0 and count - n > 1)]
    layout = {
        "height": 320,
        "barmode": "relative",
        "bargap": 0.25,
        "barcornerradius": 2,
        "xaxis": AXIS_PLAIN | {"tickvals": ticks, "title": layer, "range": [-0.6, count + 0.8]},
        "yaxis": {"fixedrange": True, "zeroline": True, "zerolinecolor": SOFT, "zerolinewidth": 1},
        "legend": LEGEND_ABOVE,
    }
    return go.Figure([*bars, line], layout)


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
