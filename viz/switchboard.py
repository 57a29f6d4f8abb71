"""The switchboard: the course of two trainings, all models against their base, and some over the learning rate."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from viz.axes import AXIS_GRID, AXIS_PLAIN, HOVER_TEXT, LEGEND_ABOVE, category_rows, vline
from viz.theme import CATEGORICAL, GREEN, INK, MONO, PAPER, SOFT, VALUE

LOOKS = ({"color": SOFT, "width": 2.2, "dash": "dot"}, {"color": GREEN, "width": 2.6, "dash": "solid"})


def losses(
    courses: Mapping[str, tuple[np.ndarray, np.ndarray]], step: str, loss: str, number: Callable[[float], str]
) -> go.Figure:
    """courses: by name the steps and the losses, the base first. Each name stands at the end of its line, the higher
    line's above it."""
    lines, names = [], []
    last = [values[-1] for _, values in courses.values()]
    for (name, (steps, values)), look in zip(courses.items(), LOOKS, strict=True):
        hovers = [f"{name} · {step} {number(int(x))}: {number(float(y))}" for x, y in zip(steps, values, strict=True)]
        course = {"type": "scatter", "x": steps, "y": values, "name": name, "mode": "lines", "line": look}
        lines.append(course | {"customdata": hovers, "hovertemplate": HOVER_TEXT})
        above = values[-1] == max(last) and (name != next(iter(courses)) or last[0] != last[-1])
        text = {
            "x": steps[-1],
            # clear of the line where there is little room
            "y": values[len(values) * 3 // 5 :].max() if above else values.min(),
            "text": f"<b>{name}</b> {number(float(values[-1]))}",
            "showarrow": False,
            "xanchor": "right",
            "yshift": 18 if above else -18,
            "font": {"size": 14, "color": look["color"] if look["color"] != SOFT else INK},
        }
        names.append(text)
    every = np.concatenate([values for _, values in courses.values()])
    spread = every.max() - every.min()
    reach = [every.min() - 0.12 * spread, every.max() + 0.05 * spread]
    upwards = {"fixedrange": True, "zeroline": False, "title": loss, "range": reach}
    axes = {"xaxis": AXIS_PLAIN | {"title": step}, "yaxis": upwards}
    return go.Figure(lines, axes | {"height": 330, "showlegend": False, "annotations": names})


def differences(
    names: Sequence[str],
    values: Sequence[np.ndarray],
    margins: Sequence[float],
    base: str,
    axis: str,
    signed: Callable[[float], str],
) -> go.Figure:
    """How many more bits per byte each model needs than the base. values: of each, one for every seed (n,); margins:
    how far from 0 their mean may lie by chance. A faint dot for each seed, a strong one for the mean with a standard
    deviation on either side, the mean at the right; the line is the base, the band what may be chance."""
    place, means = np.arange(len(names)), np.array([seeds.mean() for seeds in values])
    told_apart = np.abs(means) > np.array(margins)
    bands = [
        {
            **{"type": "rect", "xref": "x", "yref": "y", "x0": -margin, "x1": margin, "y0": row - 0.5, "y1": row + 0.5},
            **{"line": {"width": 0}, "fillcolor": SOFT, "opacity": 0.16, "layer": "below"},
        }
        for row, margin in enumerate(margins)
    ]
    every, rows = np.concatenate(values), np.repeat(place, [len(seeds) for seeds in values])
    seeds = {
        "type": "scatter",
        "x": every,
        "y": rows,
        "mode": "markers",
        "marker": {"size": 8, "color": SOFT, "opacity": 0.55},
        "customdata": [f"{names[int(row)]}: {signed(float(x))}" for row, x in zip(rows, every, strict=True)],
        "hovertemplate": HOVER_TEXT,
        "cliponaxis": False,
    }
    spreads = [float(seeds.std(ddof=1)) if len(seeds) > 1 else 0.0 for seeds in values]
    colours = [VALUE if apart else INK for apart in told_apart]
    dots = seeds | {
        "x": means,
        "y": place,
        "yaxis": "y2",
        "error_x": {"type": "data", "array": spreads, "color": INK, "thickness": 1.6, "width": 5},
        "marker": {"size": 12, "symbol": "diamond", "color": colours, "line": {"width": 1.4, "color": PAPER}},
        "customdata": [f"{name}: {signed(float(x))}" for name, x in zip(names, means, strict=True)],
    }
    low, high = min(every.min(), -max(margins)), max(every.max(), max(margins))
    reach = [low - 0.06 * (high - low), high + 0.06 * (high - low)]
    numbers = {"overlaying": "y", "side": "right", "tickfont": {"family": MONO}}
    strong = [f"<b>{name}</b>" if apart else name for name, apart in zip(names, told_apart, strict=True)]
    mark = {"x": 0, "y": -0.95, "text": base, "showarrow": False}  # above the first row
    rows_down = {"range": [len(names) - 0.4, -1.3]}
    layout = {
        "height": 34 * (len(names) + 1) + 70,
        "showlegend": False,
        "shapes": [*bands, vline(0, color=SOFT, width=1.2, dash="dot")],
        "annotations": [mark | {"font": {"size": 14, "color": INK}}],
        "xaxis": AXIS_PLAIN | {"showgrid": True, "title": axis, "nticks": 4, "tickangle": 0, "range": reach},
        "yaxis": category_rows(strong, 8, **rows_down),
        "yaxis2": category_rows([signed(float(x)) for x in means], 8, **numbers, **rows_down),
    }
    return go.Figure([seeds, dots], layout)


def by_rate(
    courses: Mapping[str, Mapping[str, Sequence[float]]], rate: str, axis: str, bits: Callable[[float], str]
) -> go.Figure:
    """courses: by model, for each learning rate as it is written, the bits per byte of every seed, the lowest rate
    first. A faint dot for each seed, a line through the means."""
    lines = []
    for i, (name, course) in enumerate(courses.items()):
        colour, rates = CATEGORICAL[i], list(course)
        means = [float(np.mean(seeds)) for seeds in course.values()]
        points = [(x, float(y)) for x, seeds in course.items() for y in seeds]
        dots = {
            "type": "scatter",
            "x": [x for x, _ in points],
            "y": [y for _, y in points],
            "mode": "markers",
            "marker": {"size": 8, "color": colour, "opacity": 0.45},
            "customdata": [f"{name} · {rate} {x}: {bits(y)}" for x, y in points],
            "hovertemplate": HOVER_TEXT,
            "showlegend": False,
        }
        line = dots | {
            "x": rates,
            "y": means,
            "name": name,
            "mode": "lines+markers",
            "line": {"color": colour, "width": 2.4},
            "marker": {"size": 11, "symbol": "diamond", "color": colour},
            "customdata": [f"{name} · {rate} {x}: {bits(y)}" for x, y in zip(rates, means, strict=True)],
            "showlegend": True,
        }
        lines += [line, dots]
    across = AXIS_PLAIN | {"type": "category", "title": rate}
    upwards = AXIS_GRID | {"title": axis, "nticks": 5}
    layout = {"height": 360, "legend": LEGEND_ABOVE, "xaxis": across, "yaxis": upwards}
    return go.Figure(lines, layout)
