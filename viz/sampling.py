"""What the settings of sampling leave."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from viz.axes import LEGEND_ABOVE
from viz.theme import GREEN, INK

HEIGHT = 250  # px
STYLES = ((GREEN, "solid", "circle"), (INK, "dash", "square"))


def orders(temperatures: np.ndarray, lines: Mapping[str, np.ndarray], across: str, upwards: str) -> go.Figure:
    """How many tokens are left, (N,) for each order by its name, against the temperatures (N,); upwards logarithmic."""
    drawn = [
        {
            "type": "scatter",
            "name": name,
            "x": temperatures,
            "y": counts,
            "mode": "lines+markers",
            "line": {"color": colour, "width": 2.2, "dash": dash},
            "marker": {"size": 8, "color": colour, "symbol": symbol},
            "hovertemplate": f"{name}<br>%{{x}}: %{{y:,}}<extra></extra>",
        }
        for (name, counts), (colour, dash, symbol) in zip(lines.items(), STYLES, strict=True)
    ]
    most = float(np.log10(max(counts.max() for counts in lines.values())))
    right = {"title": across, "fixedrange": True, "showgrid": False, "zeroline": False, "ticks": "outside"}
    left = {"title": upwards, "fixedrange": True, "type": "log", "griddash": "dot", "tickformat": ","}
    left["tickvals"] = [10**power for power in range(int(max(1.0, most)) + 1)]  # by which its labels are given room
    left["range"] = [-0.15, max(1.0, most) + 0.15]
    look = {"height": HEIGHT, "legend": LEGEND_ABOVE, "hoverlabel": {"align": "left"}}
    return go.Figure(drawn, look | {"xaxis": right, "yaxis": left})
