"""The weights of one head as a chart: the twin of the attention explorer's map."""

import html
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from viz.axes import BARE
from viz.theme import MONO, SEQUENTIAL

CELL, MARGIN = 38, 150  # px


def heatmap(
    pattern: np.ndarray, tokens: Sequence[str], mask: np.ndarray, reader: str, read: str, share: str
) -> go.Figure:
    """pattern (T, T), rows are queries and run down; cells that `mask` (T, T) hides stay empty.

    reader, read, share: what rows, columns and colours mean, in the reader's language.
    """
    count = len(tokens)
    places = list(range(count))
    names = [html.escape(token, quote=False) for token in tokens]  # figures read HTML in their texts
    cells = {
        "type": "heatmap",
        "z": np.where(mask, pattern, np.nan),
        "x": places,
        "y": places,
        "customdata": np.stack(np.meshgrid(*[np.array(names, object)] * 2, indexing="ij"), -1),
        "hovertemplate": "<br>".join(
            (f"{reader} %{{customdata[0]}}", f"{read} %{{customdata[1]}}", f"{share} %{{z:.3p}}<extra></extra>")
        ),
        "hoverongaps": False,
        "colorscale": SEQUENTIAL,
        "zmin": 0,
        "zmax": 1,
        "xgap": 2,
        "ygap": 2,
        "colorbar": {
            "title": {"text": share, "side": "top", "font": {"size": 14}},
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 0,
            "yanchor": "top",
            "lenmode": "pixels",
            "len": 220,
            "thickness": 10,
            "outlinewidth": 0,
            "tickformat": ".0%",
        },
    }
    ticks = {"tickmode": "array", "tickvals": places, "ticktext": names, "tickfont": {"family": MONO}}
    axis = BARE | ticks | {"constrain": "domain"}
    columns = {"title": {"text": read, "standoff": 12}, "side": "top", "tickangle": -90, "constraintoward": "left"}
    rows = {"title": reader, "autorange": "reversed", "scaleanchor": "x", "constraintoward": "top"}
    layout = {"height": CELL * max(4, count) + MARGIN, "xaxis": axis | columns, "yaxis": axis | rows}
    return go.Figure(cells, layout)
