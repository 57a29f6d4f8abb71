"""Times against length, and what a cache weighs. Times are in milliseconds, sizes in the unit of their caller."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from viz.axes import AXIS_HIDDEN, LEGEND_ABOVE, category_rows
from viz.theme import GREEN, INK, SOFT

STYLES = {"with": (GREEN, "solid"), "without": (INK, "solid"), "gru": (SOFT, "dash")}
HEIGHT, ROW = 340, 46  # px


@dataclass(frozen=True)
class Line:
    """One way of doing it, at N lengths."""

    style: str  # of STYLES
    name: str
    times: np.ndarray  # (N,) medians
    spread: np.ndarray | None = None  # (2, N): the fastest and the slowest


def times(lengths: Sequence[int], lines: Sequence[Line], unit: str, across: str) -> go.Figure:
    """A line for each way, its name at its end; the thin bars reach from the fastest run to the slowest."""
    drawn = []
    marked = len(lengths) < 20  # a sum over every length is a line without dots
    for line in lines:
        colour, dash = STYLES[line.style]
        course = {
            "type": "scatter",
            "name": line.name,
            "x": list(lengths),
            "y": line.times,
            "mode": "lines+markers" if marked else "lines",
            "line": {"color": colour, "width": 2.2, "dash": dash},
            "marker": {"size": 7, "color": colour},
            "hovertemplate": f"{line.name}<br>%{{x}}: %{{y:.3~r}} {unit}<extra></extra>",
        }
        if line.spread is not None:
            low, high = line.times - line.spread[0], line.spread[1] - line.times
            course["error_y"] = {
                "type": "data",
                "symmetric": False,
                "array": high,
                "arrayminus": low,
                "thickness": 1.2,
                "width": 3,
                "color": colour,
            }
        drawn.append(course)
    top = 1.12 * max(float(np.max(line.times if line.spread is None else line.spread[1])) for line in lines)
    right = {"title": across, "fixedrange": True, "showgrid": False, "zeroline": False, "ticks": "outside"}
    right["range"] = [0, 1.03 * max(lengths)]
    upwards = {"title": unit, "fixedrange": True, "range": [0, top], "griddash": "dot", "tickformat": ",~r"}
    look = {"height": HEIGHT, "legend": LEGEND_ABOVE, "hoverlabel": {"align": "left"}}
    return go.Figure(drawn, look | {"xaxis": right, "yaxis": upwards})


def sizes(names: Sequence[str], amounts: Sequence[float], texts: Sequence[str], chosen: int, other: int) -> go.Figure:
    """Lying bars on one scale. `chosen` is what the model has, the bar `other` is of another kind: hatched."""
    places = list(range(len(names)))
    lines = [name.replace(", ", "<br>") for name in names]  # a telephone has room for half a name
    shown = [f"<b>{name}</b>" if place == chosen else name for place, name in zip(places, lines, strict=True)]
    hatched = [place == other for place in places]
    shapes = ["/" if hatch else "" for hatch in hatched]
    pattern = {"shape": shapes, "size": 6, "solidity": 0.25, "fillmode": "replace"}
    bars = {
        "type": "bar",
        "x": list(amounts),
        "y": places,
        "orientation": "h",
        "width": 0.6,
        "text": [f" {text} " for text in texts],
        "textposition": "outside",
        "textfont": {"size": 14},
        "cliponaxis": False,
        "hoverinfo": "skip",
        "marker": {
            "color": [SOFT if hatch else GREEN for hatch in hatched],
            "opacity": [1 if place in (chosen, other) else 0.5 for place in places],
            "pattern": pattern,
            "line": {"color": SOFT, "width": [int(hatch) for hatch in hatched]},
        },
    }
    axes = {"xaxis": AXIS_HIDDEN | {"range": [0, 1.9 * max(amounts)]}, "yaxis": category_rows(shown, 8)}
    return go.Figure(bars, axes | {"height": ROW * len(names) + 16, "barcornerradius": 2, "showlegend": False})
