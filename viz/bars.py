"""A distribution over the vocabulary as bars: the likeliest tokens, and all the others in one bar, the tail.

Of n + 1 numbers the last is the tail's: it belongs to all tokens that have no bar of their own. Rows run down.
"""

import html
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go

from viz.axes import AXIS_HIDDEN, HOVER_TEXT, category_rows
from viz.theme import DIVERGING, GREEN, INK, MONO, PAPER, SOFT

GAP = 0.13  # between two columns, of a column's width
LONGEST = 11  # characters of a token beside its bar: a telephone is narrow
OUTLINE = {"color": PAPER, "line": {"color": INK, "width": 1.2}}
WORDS = {"type": "scatter", "mode": "text", "textposition": "middle right", "hoverinfo": "skip", "cliponaxis": False}


def label(token: str, most: int = LONGEST) -> str:
    """A token in a figure, literally: figures read HTML in their texts, but know no `&quot;`."""
    return html.escape(token if len(token) <= most else token[: most - 1] + "…", quote=False)


def names(tokens: Sequence[str], scores: Sequence[str], rest: str) -> list[str]:
    """What stands beside the bars: each token with its score, and what the tail is called."""
    width = max(map(len, scores))
    return [f"{label(token)} {score:\u00a0>{width}}" for token, score in zip(tokens, scores, strict=True)] + [rest]


def limit(vector: np.ndarray) -> float:
    """Where the colours of a strip end: a few numbers of a stream are so large that all others would look pale."""
    return float(np.quantile(np.abs(vector), 0.95))


def signed(z: np.ndarray, end: float, hover: str) -> dict:
    """A heatmap of signed numbers, centred on zero: blue below, orange above."""
    return {
        "type": "heatmap",
        "z": z,
        "zmin": -end,
        "zmax": end,
        "colorscale": DIVERGING,
        "showscale": False,
        "hovertemplate": f"{hover}<extra></extra>",
    }


def strip(row: int, vector: np.ndarray, end: float, hover: str) -> dict:
    """A vector (D,), one number a line."""
    return signed(vector[None], end, hover) | {"x": np.arange(1, len(vector) + 1), "y": [row], "ygap": 3}


def strips(vectors: dict[str, np.ndarray], hover: str) -> go.Figure:
    """Vectors (D,) by name, a strip each, one number a line."""
    drawn = [strip(row, vector, limit(vector), hover) for row, vector in enumerate(vectors.values())]
    return go.Figure(drawn, _layout(list(vectors), 40))


def bars(rows: Sequence[str], shares: np.ndarray, percent: Callable[[float], str]) -> go.Figure:
    """Shares (n + 1,) of the whole."""
    place = np.arange(len(shares))
    filling = filling_of(place == place[-1]) | {"opacity": [1, *[0.55] * (len(shares) - 2), 1]}
    texts = list(map(percent, shares))
    beside = {"text": texts, "textposition": "outside", "textfont": {"size": 14}, "cliponaxis": False}
    drawn = _bars(shares, place, 0.66, texts, marker=filling, **beside)
    return go.Figure(drawn, _layout(rows, 23, [0, 1.28 * max(shares)]))


def stages(
    rows: Sequence[str],
    shares: np.ndarray,
    heads: Sequence[str],
    left: Sequence[str],
    below: str,
    chosen: int,
    hundredths: Callable[[float], str],
) -> go.Figure:
    """The same candidates after each of S stages, shares (S, n + 1): a column each, all on one scale (see `scale`).

    What a stage removed stays as a hollow bar, as long as it was. heads and left stand above and below the columns,
    `below` beside the latter; the head of the chosen column is bold. A telephone has room for five letters a column, so
    shares are written without their %.
    """
    places = np.indices(shares.shape)
    stage, row = places[0], places[1]
    length = shares.copy()
    for before, now in pairwise(length):
        now[:] = np.where(now > 0, now, before)
    end, last = scale(length), len(rows) - 1
    kept, tail, start = shares > 0, row == last, stage * (1 + GAP) * end
    texts = np.vectorize(hundredths, otypes=[object])(shares)
    hollow = {"color": PAPER, "line": {"color": SOFT, "width": 1}}
    drawn = [
        _bars(length[c], row[c] + 0.2, 0.3, texts[c], base=start[c], name=name, marker=filling)
        for c, name, filling in ((kept, "kept", filling_of(tail[kept])), (~kept, "removed", hollow))
    ]
    columns, head = start[:, 0], [f"<b>{text}</b>" if i == chosen else text for i, text in enumerate(heads)]
    drawn += [
        WORDS | {"x": x, "y": y, "text": text, "textfont": {"size": 12, "color": colour}}
        for x, y, text, colour in (
            (start[kept], row[kept] - 0.2, texts[kept], INK),
            (start[~kept], row[~kept] - 0.2, texts[~kept], SOFT),
            (columns, np.full(len(columns), -1.1), head, INK),
            (columns, np.full(len(columns), last + 1), left, INK),
        )
    ]
    names = [*rows[:-1], *(name.replace(" ", "<br>", 1) for name in (rows[-1], below))]
    layout = _layout(names, 32, [-0.01 * end, columns[-1] + end], 12)
    layout["yaxis"]["range"] = [last + 1.4, -1.8]
    return go.Figure(drawn, layout)


def draws(rows: Sequence[str], counts: np.ndarray, expected: np.ndarray, number: Callable[[int], str]) -> go.Figure:
    """How often each came out, counts (n + 1,), in the outline of what the probabilities promise."""
    place, texts = np.arange(len(counts)), list(map(number, counts))
    longest = np.maximum(counts, expected)
    drawn = [
        _bars(expected, place, 0.76, texts, name="expected", marker=OUTLINE),
        _bars(counts, place, 0.44, texts, name="drawn", marker=filling_of(place == place[-1])),
        WORDS | {"x": longest, "y": place, "text": [f" {text}" for text in texts]},
    ]
    return go.Figure(drawn, _layout(rows, 23, [0, 1.2 * longest.max()]))


def scale(shares: np.ndarray) -> float:
    """The end of an axis that holds these shares: few steps, so that it seldom jumps while a dial is turned."""
    return next(end for end in (0.25, 0.5, 1) if end >= shares.max() or end == 1)


def _bars(lengths: np.ndarray, places: np.ndarray, width: float, hover: Sequence[str], **options) -> dict:
    """Lying bars. One of no length is left out: its outline would still be a line."""
    lengths = np.where(np.asarray(lengths) > 0, lengths, np.nan)
    text = {"customdata": hover, "hovertemplate": HOVER_TEXT, "constraintext": "none"}
    return {"type": "bar", "x": lengths, "y": places, "width": width, "orientation": "h"} | text | options


def filling_of(tail: np.ndarray) -> dict:
    """Green bars; where `tail` is true they are hatched."""
    pattern = {"shape": np.where(tail, "/", "").tolist(), "size": 6, "solidity": 0.25, "fillmode": "replace"}
    return {"color": GREEN, "pattern": pattern, "line": {"color": GREEN, "width": np.where(tail, 1, 0).tolist()}}


def _layout(names: Sequence[str], height: int, reach: list[float] | None = None, size: int = 13) -> dict:
    """A line of `height` pixels for each row, with its name at the left. reach: of the bars' axis."""
    axes = {
        "xaxis": AXIS_HIDDEN | {"range": reach},
        "yaxis": category_rows(names, tickfont={"family": MONO, "size": size}),
    }
    look = {"barmode": "overlay", "barcornerradius": 2, "showlegend": False}
    return {"height": height * len(names) + 16} | axes | look
