"""Figures of lesson `mlp`: which tokens fire a neuron, the shapes of activations, what is lost without an MLP."""

from collections.abc import Callable, Sequence

import numpy as np
import plotly.graph_objects as go

from viz.axes import AXIS_GRID, AXIS_PLAIN, HOVER_TEXT, LEGEND_ABOVE, category_rows, hline, vline
from viz.bars import label, limit, signed
from viz.theme import CATEGORICAL, INK, MONO, RULE, SOFT

DASHES = ("solid", "dash", "dot")


def firing(
    activations: np.ndarray, rows: Sequence[str], tokens: Sequence[str], at: int, number: Callable[[float], str]
) -> go.Figure:
    """Activations (n, T), a row for each neuron; `at`: the token that the neurons were chosen for, outlined."""
    said = [
        [f"{row} · {label(token)}<br>{number(float(a))}" for token, a in zip(tokens, line, strict=True)]
        for row, line in zip(rows, activations, strict=True)
    ]
    map_ = signed(activations, max(limit(activations), 1e-9), "%{customdata}")
    drawn = map_ | {"customdata": said, "xgap": 2, "ygap": 2}
    outline = {"type": "rect", "x0": at - 0.5, "x1": at + 0.5, "y0": -0.5, "y1": len(rows) - 0.5}
    across = {"tickvals": list(range(len(tokens))), "ticktext": list(map(label, tokens)), "tickangle": -45}
    layout = {
        "height": 28 * len(rows) + 96,
        "xaxis": AXIS_PLAIN | across | {"tickfont": {"family": MONO, "size": 13}},
        "yaxis": category_rows(rows, tickfont={"family": MONO, "size": 13}),
        "shapes": [outline | {"line": {"color": INK, "width": 1.6}}],
    }
    return go.Figure([drawn], layout)


def shapes(x: np.ndarray, curves: dict[str, np.ndarray], at: tuple[float, float], here: str) -> go.Figure:
    """Activation functions over x, by name; the first is the model's own, with the mark `here` at a point of it."""
    drawn = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": x,
            "y": y,
            "line": {"color": CATEGORICAL[i], "width": 3.2 if not i else 1.8, "dash": DASHES[i]},
            "hovertemplate": f"{name}(%{{x:.2f}}) = %{{y:.2f}}<extra></extra>",
        }
        for i, (name, y) in enumerate(curves.items())
    ]
    mark = {
        "type": "scatter",
        "mode": "markers",
        "name": here,
        "x": [at[0]],
        "y": [at[1]],
        "marker": {"size": 11, "color": INK, "symbol": "diamond"},
        "hovertemplate": f"{here}<br>%{{x:.3g}} → %{{y:.3g}}<extra></extra>",
    }
    zero = {"color": RULE, "width": 1}
    layout = {
        "height": 300,
        "legend": LEGEND_ABOVE,
        "xaxis": AXIS_GRID,
        "yaxis": AXIS_GRID,
        "shapes": [hline(0, **zero), vline(0, **zero)],
    }
    return go.Figure([*drawn, mark], layout)


def silenced(costs: dict[str, Sequence[float]], titles: tuple[str, str], number: Callable[[float], str]) -> go.Figure:
    """By part, what silencing it costs in each of the layers, (L,): a bar for each. titles: of the axes."""
    count = len(next(iter(costs.values())))
    place = np.arange(1, count + 1)
    drawn = [
        {
            "type": "bar",
            "name": name,
            "x": place,
            "y": values,
            "marker": {"color": CATEGORICAL[i]},
            "customdata": [f"{titles[0]} {n} · {name}<br>{number(y)}" for n, y in zip(place, values, strict=True)],
            "hovertemplate": HOVER_TEXT,
        }
        for i, (name, values) in enumerate(costs.items())
    ]
    ticks = [n for n in place.tolist() if n in (1, count) or (n % 5 == 0 and count - n > 1)]
    layout = {
        "height": 300,
        "barmode": "group",
        "bargap": 0.25,
        "bargroupgap": 0,
        "legend": LEGEND_ABOVE,
        "xaxis": AXIS_PLAIN | {"tickvals": ticks, "title": titles[0]},
        "yaxis": AXIS_GRID | {"zeroline": True, "zerolinecolor": SOFT, "title": titles[1]},
    }
    return go.Figure(drawn, layout)
