"""The switchboard of lesson `blocks`: the course of two trainings, and all models by what they reached."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from viz.axes import AXIS_PLAIN, HOVER_TEXT, category_rows, vline
from viz.theme import GREEN, INK, MONO, PAPER, RULE, SOFT, VALUE

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


def ranking(
    names: Sequence[str],
    bits: np.ndarray,
    base: int,
    chosen: int | None,
    noise: float,
    axis: str,
    number: Callable[[float], str],
) -> go.Figure:
    """A dot for each model, the best on top, its number at the right; a line at the base, and round it a band within
    which models count as equal."""
    level, place = bits[base], np.arange(len(names))
    line = vline(level, color=SOFT, width=1.2, dash="dot")
    edges = {"x0": level - noise, "x1": level + noise, "line": {"width": 0}}
    band = line | edges | {"type": "rect", "fillcolor": SOFT, "opacity": 0.16, "layer": "below"}
    stalks = {
        "type": "bar",
        "base": level,
        "x": bits - level,
        "y": place,
        "width": 0.06,
        "orientation": "h",
        "marker": {"color": RULE},
        "hoverinfo": "skip",
    }
    strong = (place == base) | (place == chosen)
    dots = {
        "type": "scatter",
        "x": bits,
        "y": place,
        "yaxis": "y2",
        "mode": "markers",
        "marker": {
            "size": 13,
            "color": [PAPER if row == base else VALUE if row == chosen else GREEN for row in place],
            "line": {"width": 2.4, "color": [INK if row in (base, chosen) else GREEN for row in place]},
        },
        "customdata": [f"{name}: {number(float(x))}" for name, x in zip(names, bits, strict=True)],
        "hovertemplate": HOVER_TEXT,
        "cliponaxis": False,
    }
    spread = max(np.ptp(bits), 4 * noise)
    reach = [bits.min() - 0.08 * spread, bits.max() + 0.08 * spread]

    def rows(texts: Iterable[str], **more) -> dict:
        shown = [f"<b>{text}</b>" if bold else text for text, bold in zip(texts, strong, strict=True)]
        return category_rows(shown, 8, **more)

    numbers = {"overlaying": "y", "side": "right", "tickfont": {"family": MONO}}
    layout = {
        "height": 34 * len(names) + 70,
        "showlegend": False,
        "shapes": [band, line],
        "xaxis": AXIS_PLAIN | {"showgrid": True, "title": axis, "nticks": 4, "range": reach},
        "yaxis": rows(names),
        "yaxis2": rows((number(float(x)) for x in bits), **numbers),
    }
    return go.Figure([dots, stalks], layout)
