"""Figures of lesson `packing`: what is wasted at every context, and what moving a document does to two models."""

from collections.abc import Callable, Sequence

import numpy as np
import plotly.graph_objects as go

from viz.axes import AXIS_GRID, HOVER_TEXT, LEGEND_ABOVE, TICKS_PERCENT, superscript, vline
from viz.theme import CATEGORICAL, INK, SOFT

DASHES = ("solid", "dot", "dash", "dashdot", "longdash")  # colour is not the only mark
SYMBOLS = ("square", "circle", "diamond", "triangle-up", "cross")
STARTS = tuple(4**power for power in range(7))  # 1 to 4,096
POWERS = range(-7, 1)
MARK = {"color": SOFT, "width": 1, "dash": "dot"}


def wasted(
    contexts: Sequence[int],
    shares: dict[str, np.ndarray],
    here: int,
    titles: tuple[str, str],
    number: Callable[[float], str],
    percent: Callable[[float], str],
) -> go.Figure:
    """The wasted share by context, a line for each method; `here` is the context chosen."""
    lines = [_line(i, name, contexts, values, number, percent) for i, (name, values) in enumerate(shares.items())]
    across = {"tickvals": contexts[::2], "ticktext": [number(n) for n in contexts[::2]]}
    layout = {
        "height": 400,
        "legend": LEGEND_ABOVE,
        "xaxis": AXIS_GRID | across | {"type": "log", "title": titles[0]},
        "yaxis": AXIS_GRID | TICKS_PERCENT | {"range": [-0.03, 1.03], "title": titles[1]},
        "shapes": [vline(here, **MARK)],
    }
    return go.Figure(lines, layout)


def moved(
    starts: np.ndarray,
    changes: dict[str, np.ndarray],
    here: int,
    end: int,
    titles: tuple[str, str, str],
    number: Callable[[float], str],
) -> go.Figure:
    """How much a model's output changes by where its text begins, both axes logarithmic, so that no change is left
    out. `here`: where the text stands; `end`: how many rows the table has, with the third title as its name."""
    seen = {name: values > 0 for name, values in changes.items()}  # not NaN either
    lines = [
        _line(i, name, starts[seen[name]], values[seen[name]], number, number)
        for i, (name, values) in enumerate(changes.items())
    ]
    text = {"text": titles[2], "font": {"size": 13, "color": INK}, "showarrow": False}
    place = {"x": np.log10(end), "xanchor": "right", "xshift": -6, "yref": "paper", "y": 0.5}
    across = {"tickvals": STARTS, "ticktext": [number(n) for n in STARTS], "range": [-0.1, 3.75]}
    raised = [f"10{superscript(power)}" if power else "1" for power in POWERS]
    upwards = {"tickvals": [10.0**power for power in POWERS], "ticktext": raised, "range": [-7, 0.5]}
    layout = {
        "height": 380,
        "legend": LEGEND_ABOVE,
        "xaxis": AXIS_GRID | across | {"type": "log", "title": titles[0]},
        "yaxis": AXIS_GRID | upwards | {"type": "log", "title": titles[1]},
        "shapes": [vline(here, **MARK), vline(end, color=INK, width=1.5)],
        "annotations": [text | place],
    }
    return go.Figure(lines, layout)


def _line(
    i: int,
    name: str,
    x: Sequence[int] | np.ndarray,
    y: np.ndarray,
    before: Callable[[int], str],
    after: Callable[[float], str],
) -> dict:
    return {
        "type": "scatter",
        "x": x,
        "y": y,
        "name": name,
        "mode": "lines+markers",
        "line": {"color": CATEGORICAL[i], "width": 2, "dash": DASHES[i]},
        "marker": {"color": CATEGORICAL[i], "size": 8, "symbol": SYMBOLS[i]},
        "customdata": [f"{name}<br>{before(int(a))} → {after(float(b))}" for a, b in zip(x, y, strict=True)],
        "hovertemplate": HOVER_TEXT,
    }
