"""Bytes on one device, against the number of devices or the length of the text; both axes logarithmic."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from viz.axes import vline
from viz.theme import CATEGORICAL, INK, PAPER, RULE, SOFT

LOOKS = (  # with the scores, without them, what is sent
    {"color": CATEGORICAL[1], "dash": "solid"},
    {"color": CATEGORICAL[0], "dash": "solid"},
    {"color": CATEGORICAL[2], "dash": "dash"},
)


def curves(
    x: Sequence[int],
    lines: Mapping[str, np.ndarray],
    *,
    at: int,
    ticks: Mapping[int, str],
    size: Callable[[float], str],
) -> go.Figure:
    """lines: bytes at each x by name, NaN where there are none. `at`: the x that is marked. `size`: bytes as shown."""
    sizes = [2.5 if place != at else 10 for place in x]
    drawn = [
        {
            "type": "scatter",
            "name": name,
            "x": np.asarray(x),
            "y": values,
            "mode": "lines+markers",
            "line": look | {"width": 2.5},
            "marker": {"size": sizes, "color": PAPER, "line": {"color": look["color"], "width": 2.5}},
            "customdata": ["" if np.isnan(value) else size(value) for value in values],
            "hovertemplate": "%{x:,d}: %{customdata}<extra>" + name + "</extra>",
        }
        for (name, values), look in zip(lines.items(), LOOKS, strict=True)
    ]
    known = np.concatenate([values[~np.isnan(values)] for values in lines.values()])
    low, high = np.log10([known.min(), known.max()])
    powers = range(int(np.floor(low)), int(np.ceil(high)) + 1)
    axis = {"type": "log", "fixedrange": True, "zeroline": False}
    across = {"showgrid": False, "tickvals": list(ticks), "ticktext": list(ticks.values()), "ticks": "outside"}
    upwards = {
        "gridcolor": RULE,
        "tickvals": [10.0**power for power in powers],
        "ticktext": [size(10.0**power) for power in powers],
        "range": [low - 0.4, high + 0.4],
    }
    look = {"height": 360, "font": {"color": INK}, "legend": {"x": 0, "y": 1.02, "yanchor": "bottom"}}
    mark = vline(at, color=SOFT, width=1.2, dash="dot")
    return go.Figure(drawn, look | {"xaxis": axis | across, "yaxis": axis | upwards, "shapes": [mark]})
