"""Figures of lesson `sparse`: what patterns cost as a text grows, what they do to the next token and to the loss."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import plotly.graph_objects as go

from viz.axes import (
    AXIS_GRID,
    AXIS_HIDDEN,
    HOVER_TEXT,
    LEGEND_ABOVE,
    TICKS_PERCENT,
    category_rows,
    hline,
    label_sides,
    superscript,
)
from viz.bars import OUTLINE, WORDS, filling_of, label
from viz.theme import CATEGORICAL, GREEN, INK, MONO, PAPER, SOFT

DASHES = ("solid", "dot", "7px,7px", "dash", "dashdot", "longdash", "4px,2px,1px,2px")  # colour is not the only mark
SYMBOLS = ("diamond", "circle", "star", "square", "triangle-up", "cross")
TELEPHONE = 190, 150  # px: where the marks are


def curves(
    lengths: np.ndarray,
    scores: dict[str, np.ndarray],
    chosen: str,
    here: tuple[int, float],
    titles: tuple[str, str],
    number: Callable[[float], str],
) -> go.Figure:
    """Scores by length, both axes logarithmic; the curve called `chosen` is drawn heavily, with a mark at `here`, the
    reader's own text as (tokens, scores)."""
    drawn = [
        {
            "type": "scatter",
            "x": lengths,
            "y": values,
            "name": f"<b>{name}</b>" if name == chosen else name,
            "mode": "lines",
            "line": {"color": GREEN, "width": 4, "dash": "solid"}
            if name == chosen
            else {"color": CATEGORICAL[i], "width": 1.8, "dash": DASHES[i]},
            "zorder": int(name == chosen),
            "customdata": [
                f"{name}<br>{number(int(n))} → {number(float(y))}" for n, y in zip(lengths, values, strict=True)
            ],
            "hovertemplate": HOVER_TEXT,
        }
        for i, (name, values) in enumerate(scores.items())
    ]
    mark = {
        "type": "scatter",
        "x": [here[0]],
        "y": [here[1]],
        "mode": "markers",
        "marker": {"color": PAPER, "size": 11, "line": {"color": GREEN, "width": 3}},
        "showlegend": False,
        "zorder": 2,
        "customdata": [f"{chosen}<br>{number(here[0])} → {number(float(here[1]))}"],
        "hovertemplate": HOVER_TEXT,
    }
    axis = AXIS_GRID | {"type": "log"}
    across = _powers(range(2, 7)) | {"range": [1.1, 6.12], "title": titles[0]}
    axes = {"xaxis": axis | across, "yaxis": axis | _powers(range(2, 13, 2)) | {"title": titles[1]}}
    return go.Figure([*drawn, mark], axes | {"height": 400, "legend": LEGEND_ABOVE})


def _powers(of_ten: Iterable[int]) -> dict:
    """Where they stand on an axis, and how they are written: written out they do not fit on a telephone."""
    raised = [f"10{superscript(power)}" for power in of_ten]
    return {"tickvals": [10.0**power for power in of_ten], "ticktext": raised}


def pair(rows: Sequence[str], shares: np.ndarray, names: tuple[str, str], percent: Callable[[float], str]) -> go.Figure:
    """Two distributions over the same rows, shares (2, n + 1), the last row the tail: for each token the first as an
    outline and, below it, the second filled."""
    place, tail = np.arange(len(rows)), np.arange(len(rows)) == len(rows) - 1
    drawn = []
    for side, values, name, look in zip((-0.19, 0.19), shares, names, (OUTLINE, filling_of(tail)), strict=True):
        bars = {
            "type": "bar",
            "width": 0.32,
            "orientation": "h",
            "name": name,
            "marker": look,
            "customdata": [f"{name}<br>{label(row)} {percent(p)}" for row, p in zip(rows, values, strict=True)],
            "hovertemplate": HOVER_TEXT,
        }
        texts = {"text": [f" {percent(p)}" for p in values], "showlegend": False, "textfont": {"size": 12.5}}
        drawn += [{"x": values, "y": place + side} | trace for trace in (bars, WORDS | texts)]
    layout = {
        "height": 42 * len(rows) + 50,
        "barmode": "overlay",
        "barcornerradius": 2,
        "legend": LEGEND_ABOVE,
        "xaxis": AXIS_HIDDEN | {"range": [0, 1.4 * shares.max()]},
        "yaxis": category_rows([*map(label, rows[:-1]), rows[-1]], tickfont={"family": MONO, "size": 13}),
    }
    return go.Figure(drawn, layout)


def damage(
    points: dict[str, list[tuple[float, float, str]]],
    titles: tuple[str, str],
    number: Callable[[float], str],
    percent: Callable[[float], str],
) -> go.Figure:
    """Bits per byte against the share of the scores that are computed. points: by pattern, (share, bits, size); the
    first pattern hides nothing, and its level is drawn through."""
    marks = np.array([mark[:2] for series in points.values() for mark in series])
    extent = np.maximum(np.ptp(marks, axis=0), 1e-9)
    sides = iter(label_sides(marks / extent * TELEPHONE, range(len(marks))))
    drawn = []
    for i, (name, series) in enumerate(points.items()):
        shares, bits, sizes = zip(*series, strict=True)
        course = {
            "type": "scatter",
            "x": shares,
            "y": bits,
            "name": name,
            "mode": "lines+markers+text",
            "line": {"color": CATEGORICAL[i], "width": 1.8},
            "marker": {"color": CATEGORICAL[i], "size": 10, "symbol": SYMBOLS[i]},
            "text": sizes,
            "textposition": [next(sides) for _ in series],
            "textfont": {"size": 13, "color": INK},
            "cliponaxis": False,
            "customdata": [f"{name} {size}<br>{percent(x)} → {number(y)}" for x, y, size in series],
            "hovertemplate": HOVER_TEXT,
        }
        drawn.append(course)
    across = AXIS_GRID | TICKS_PERCENT | {"range": [-0.01, 1.06], "title": titles[0]}
    axes = {"xaxis": across, "yaxis": AXIS_GRID | {"tickformat": ".1f", "title": titles[1]}}
    level = hline(next(iter(points.values()))[0][1], color=SOFT, width=1, dash="dot")
    return go.Figure(drawn, axes | {"height": 400, "legend": LEGEND_ABOVE, "shapes": [level]})
