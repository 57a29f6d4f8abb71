"""The weights of one head as a chart: the twin of the attention explorer's map."""

import html
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from viz.axes import AXIS_PLAIN, SCALE_BELOW
from viz.theme import MONO, SEQUENTIAL

CELL, MARGIN = 38, 150  # px


def heatmap(
    pattern: np.ndarray, tokens: Sequence[str], mask: np.ndarray, query: str, key: str, weight: str
) -> go.Figure:
    """pattern (T, T), rows are queries and run down; cells that `mask` (T, T) hides stay empty.

    query, key, weight: what rows, columns and colours mean, in the reader's language.
    """
    count = len(tokens)
    positions = list(range(count))
    names = [html.escape(token, quote=False) for token in tokens]  # figures read HTML in their texts
    cells = {
        "type": "heatmap",
        "z": np.where(mask, pattern, np.nan),
        "x": positions,
        "y": positions,
        "customdata": np.stack(np.meshgrid(*[np.array(names, object)] * 2, indexing="ij"), -1),
        "hovertemplate": "<br>".join(
            (f"{query} %{{customdata[0]}}", f"{key} %{{customdata[1]}}", f"{weight} %{{z:.3p}}<extra></extra>")
        ),
        "hoverongaps": False,
        "colorscale": SEQUENTIAL,
        "zmin": 0,
        "zmax": 1,
        "xgap": 2,
        "ygap": 2,
        "colorbar": SCALE_BELOW
        | {
            "title": {"text": weight, "side": "top", "font": {"size": 14}},
            "len": 220,
            "thickness": 10,
            "tickformat": ".0%",
        },
    }
    ticks = {"tickmode": "array", "tickvals": positions, "ticktext": names, "tickfont": {"family": MONO}}
    axis = AXIS_PLAIN | ticks | {"constrain": "domain"}
    columns = {"title": {"text": key, "standoff": 12}, "side": "top", "tickangle": -90, "constraintoward": "left"}
    rows = {"title": query, "autorange": "reversed", "scaleanchor": "x", "constraintoward": "top"}
    layout = {"height": CELL * max(4, count) + MARGIN, "xaxis": axis | columns, "yaxis": axis | rows}
    return go.Figure(cells, layout)
