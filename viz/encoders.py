"""The plane of lesson `encoders`: sentences as numbered points, the query among them."""

import html
import textwrap
from collections.abc import Callable, Sequence

import numpy as np
import plotly.graph_objects as go

from viz.axes import AXIS_HIDDEN, HOVER_TEXT, label_sides
from viz.theme import INK, MONO, PAPER, QUERY, SOFT

AXIS = AXIS_HIDDEN | {"zeroline": True}
DOT, WIDTH = 11, 320  # px: a point, a figure on a telephone


def plane(
    places: np.ndarray,
    texts: Sequence[str],
    query: str | None,
    cosines: np.ndarray | None,
    number: Callable[[float], str],
) -> go.Figure:
    """places (n, 2), or (n + 1, 2) with the query last; cosines (n,) with the query. The nearest sentences, by all
    numbers and not by the plane, are filled."""
    count = len(texts)
    near = np.zeros(count, bool)
    if cosines is not None:
        near[np.argsort(-cosines, kind="stable")[:3]] = True
    said = [f"{i + 1} {wrapped(text)}" for i, text in enumerate(texts)]
    if cosines is not None:
        said = [f"{text}<br>{number(float(c))}" for text, c in zip(said, cosines, strict=True)]
    reach = 1.12 * float(np.abs(places).max()) or 1.0
    common = {"type": "scatter", "hovertemplate": HOVER_TEXT, "cliponaxis": False}
    sentences = {
        "x": places[:count, 0],
        "y": places[:count, 1],
        "mode": "markers+text",
        "text": [f"<b>{i + 1}</b>" if near[i] else str(i + 1) for i in range(count)],
        "textposition": label_sides(places * WIDTH / (2 * reach), range(count)),
        "textfont": {"family": MONO, "size": 14, "color": INK},
        "marker": {
            "size": DOT,
            "color": [INK if one else PAPER for one in near],
            "opacity": 1,
            "line": {"color": [INK if one else SOFT for one in near], "width": 1.6},
        },
        "customdata": said,
    }
    drawn = [common | sentences]
    if query is not None:
        mark = {"size": DOT + 8, "symbol": "diamond", "color": QUERY, "opacity": 1}
        place = {"x": places[count:, 0], "y": places[count:, 1], "mode": "markers"}
        drawn.append(common | place | {"marker": mark, "customdata": [wrapped(query)]})
    axis = AXIS | {"range": [-reach, reach]}
    upwards = axis | {"scaleanchor": "x", "constrain": "domain"}
    return go.Figure(drawn, {"height": 460, "showlegend": False, "xaxis": axis, "yaxis": upwards})


def wrapped(text: str) -> str:
    """In lines that a telephone has room for; figures read HTML in their texts."""
    return "<br>".join(html.escape(line, quote=False) for line in textwrap.wrap(text, 38))
