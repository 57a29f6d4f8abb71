"""How a logit builds up layer by layer."""

from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go

from viz.axes import AXIS_PLAIN, HOVER_TEXT, LEGEND_ABOVE
from viz.theme import CATEGORICAL, INK, PAPER, SOFT


def growth(
    heads: np.ndarray,
    mlps: np.ndarray,
    rest: float,
    names: tuple[str, str, str],
    layer: str,
    number: Callable[[float], str],
) -> go.Figure:
    """heads (L, H), mlps (L,): what each layer's heads together and its MLP added to a logit that began with `rest`.

    names: of the heads, the MLPs and the running sum; layer: the axis.
    """
    count = len(mlps)
    place = np.arange(1, count + 1)
    sums = heads.sum(1)
    running = rest + np.cumsum(sums + mlps)
    bars = [  # in hues that are neither those of keys and values nor those of a sign
        {
            "type": "bar",
            "name": name,
            "x": place,
            "y": values,
            "marker": {"color": colour},
            "customdata": [f"{layer} {n} · {name} {number(x)}" for n, x in zip(place, values, strict=True)],
            "hovertemplate": HOVER_TEXT,
        }
        for name, values, colour in ((names[0], sums, CATEGORICAL[2]), (names[1], mlps, CATEGORICAL[7]))
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
