"""Figures of lesson `projections`: attention weights where the scores are divided by more or by less."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from viz.axes import AXIS_GRID, AXIS_HIDDEN, HOVER_TEXT, LEGEND_ABOVE, TICKS_PERCENT, category_rows
from viz.bars import WORDS, label
from viz.theme import GREEN, MONO, SOFT

TOLD = 0.001  # a weight below it has no number beside its bar
BINS = np.linspace(0, 1, 11)  # of a weight
HOLLOW = {"color": "rgba(0,0,0,0)", "line": {"color": SOFT, "width": 1.5}}
FULL = {"color": GREEN}


def rows(keys: Sequence[str], weights: Mapping[str, np.ndarray], percent: Callable[[float], str]) -> go.Figure:
    """The attention weights (n,) of one query on n keys by what the scores are divided by: the first named are hollow
    bars, the last filled ones with their numbers, as far as they can be seen. Rows run down."""
    place = np.arange(len(keys))
    drawn = [
        {
            "type": "bar",
            "orientation": "h",
            "x": values,
            "y": place,
            "name": f"÷ {name}",
            "marker": HOLLOW if hollow else FULL,
            "width": 0.8 if hollow else 0.5,
            "customdata": [f"÷ {name}: {percent(value)}" for value in values],
            "hovertemplate": HOVER_TEXT,
        }
        for name, values, hollow in _with_looks(weights)
    ]
    last = list(weights.values())[-1]
    seen = np.flatnonzero(last >= TOLD)
    drawn.append(
        WORDS
        | {"x": np.max(list(weights.values()), 0)[seen], "y": seen, "text": [f" {percent(last[i])}" for i in seen]}
        | {"showlegend": False}
    )
    names = [label(key) for key in keys]
    layout = {
        "height": 30 * len(keys) + 60,
        "barmode": "overlay",
        "legend": LEGEND_ABOVE,
        "xaxis": AXIS_HIDDEN | {"range": [0, 1.12]},
        "yaxis": category_rows(names, tickfont={"family": MONO}),
    }
    return go.Figure(drawn, layout)


def largest(
    weights: Mapping[str, np.ndarray], across: str, upward: str, number: Callable[[int], str]
) -> tuple[go.Figure, dict[str, list]]:
    """How many rows of attention weights have which largest weight, (N,) by what the scores are divided by, in tenths:
    the first named is hollow, the last filled. With the numbers as columns."""
    low = [f"{round(100 * edge)}–{round(100 * BINS[i + 1])}\u202f%" for i, edge in enumerate(BINS[:-1])]
    counts = {name: np.histogram(values, BINS)[0] for name, values in weights.items()}
    drawn = [
        {
            "type": "bar",
            "x": (BINS[:-1] + BINS[1:]) / 2,
            "y": values,
            "name": f"÷ {name}",
            "marker": HOLLOW if hollow else FULL,
            "width": 0.09 if hollow else 0.06,
            "customdata": [f"÷ {name}<br>{tenth}: {number(int(n))}" for tenth, n in zip(low, values, strict=True)],
            "hovertemplate": HOVER_TEXT,
        }
        for name, values, hollow in _with_looks(counts)
    ]
    layout = {
        "height": 300,
        "barmode": "overlay",
        "legend": LEGEND_ABOVE,
        "xaxis": AXIS_GRID | TICKS_PERCENT | {"title": across, "range": [0, 1], "showgrid": False},
        "yaxis": AXIS_GRID | {"title": upward},
    }
    return go.Figure(drawn, layout), {across: low} | {f"÷ {name}": values.tolist() for name, values in counts.items()}


def _with_looks(values: Mapping[str, np.ndarray]) -> list[tuple[str, np.ndarray, bool]]:
    """Names and numbers, and whether they are drawn hollow: the model's own, where something else stands beside it."""
    last = len(values) - 1
    return [(name, numbers, i < last) for i, (name, numbers) in enumerate(values.items())]
