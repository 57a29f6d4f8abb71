"""Before and after: two distributions side by side, what moved most, where the streams parted, which heads matter."""

from collections.abc import Callable, Sequence
from itertools import chain

import numpy as np
import plotly.graph_objects as go

from viz.axes import AXIS_GRID, AXIS_HIDDEN, AXIS_PLAIN, HOVER_TEXT, category_rows, label_sides, vline
from viz.bars import OUTLINE, WORDS, filling_of, label, scale
from viz.theme import DIVERGING, GREEN, INK, MONO, RULE, SEQUENTIAL, SOFT

ROW = 30  # px
CROWDED = 16  # columns: of more, not all are named
LONGEST = 15  # characters of a name beside its bar
TELEPHONE = 160 / 2, 270  # px: where the dots are; a name is about twice as wide as it is high
NAMED = 6  # heads of the largest values, by either measure
ROOM = np.array([0.26, 0.1])  # around them, of their extent: a name stands beside the outermost
GAP = 0.9  # between the two columns, of a column's width: room for a number
ROUNDING = 1e-6  # of a stream's length: experts that compute their tokens together differ by less in two passes


def sides(
    rows: Sequence[str], shares: np.ndarray, names: tuple[str, str], percent: Callable[[float], str]
) -> go.Figure:
    """Two distributions over the same rows, shares (2, n + 1), the last row the tail: before as outlines at the left,
    after as filled bars at the right, on one scale."""
    place, end = np.arange(len(rows)), scale(shares)
    looks = OUTLINE, filling_of(place == place[-1])
    drawn = []
    for side, (values, name, look) in enumerate(zip(shares, names, looks, strict=True)):
        start = side * (1 + GAP) * end
        bars = {
            "type": "bar",
            "x": np.where(values > 0, values, np.nan),
            "y": place,
            "base": start,
            "width": 0.62,
            "orientation": "h",
            "name": name,
            "marker": look,
            "customdata": [f"{name}<br>{row} {percent(p)}" for row, p in zip(_literal(rows), values, strict=True)],
            "hovertemplate": HOVER_TEXT,
        }
        numbers = {"text": [f" {percent(p)}" for p in values], "textfont": {"size": 12.5}}
        head = {"x": [start], "y": [-1], "text": [f"<b>{name}</b>"], "textfont": {"size": 14}}
        drawn += [bars, WORDS | {"x": start + values, "y": place} | numbers, WORDS | head]
    axes = {"xaxis": AXIS_HIDDEN | {"range": [-0.01 * end, (2 + 2 * GAP) * end]}, "yaxis": _rows(rows, over=1)}
    look = {"barmode": "overlay", "barcornerradius": 2, "showlegend": False}
    return go.Figure(drawn, axes | look | {"height": ROW * (len(rows) + 1) + 16})


def movers(tokens: Sequence[str], moved: np.ndarray, points: Callable[[float], str]) -> go.Figure:
    """By how much the shares of n tokens moved, -1 to 1: less to the left, more to the right."""
    place, furthest = np.arange(len(tokens)), max(float(np.abs(moved).max(initial=0)), 1e-9)
    colours = [DIVERGING[7][1] if x > 0 else DIVERGING[2][1] for x in moved]
    texts = list(map(points, moved))
    bars = {
        "type": "bar",
        "x": moved,
        "y": place,
        "width": 0.62,
        "orientation": "h",
        "marker": {"color": colours},
        "customdata": [f"{token} {text}" for token, text in zip(_literal(tokens), texts, strict=True)],
        "hovertemplate": HOVER_TEXT,
    }
    numbers = []
    for sign, side in ((1, "middle right"), (-1, "middle left")):
        chosen = np.sign(moved) == sign
        text = [f" {text} " for text, own in zip(texts, chosen, strict=True) if own]
        style = WORDS | {"textposition": side, "textfont": {"size": 13}}
        numbers.append(style | {"x": moved[chosen], "y": place[chosen], "text": text})
    axes = {"xaxis": AXIS_HIDDEN | {"range": [-1.75 * furthest, 1.75 * furthest]}, "yaxis": _rows(tokens)}
    look = {"barcornerradius": 2, "showlegend": False, "shapes": [vline(0, color=SOFT, width=1)]}
    return go.Figure([bars, *numbers], axes | look | {"height": ROW * len(tokens) + 16})


def parted(
    distances: np.ndarray, tokens: Sequence[str], levels: Sequence[str], layer: str, percent: Callable[[float], str]
) -> go.Figure:
    """distances (levels, T) of the streams before and after, as shares of their length: the embedding at the bottom.
    Where nothing moved the cell is empty. levels: their names; layer: the axis."""
    seen = np.where(distances > ROUNDING, distances, np.nan)
    height, count = distances.shape
    names, most = _literal(tokens), max(float(distances.max()), 1e-9)
    said = [
        [f"{level} · {name}<br>{percent(x)}" for name, x in zip(names, row, strict=True)]
        for level, row in zip(levels, distances, strict=True)
    ]
    cells = {
        "type": "heatmap",
        "z": seen,
        "x": np.arange(count),
        "y": np.arange(height),
        "customdata": np.array(said, object),  # of a list Plotly would check every item
        "hovertemplate": HOVER_TEXT,
        "hoverongaps": False,
        "colorscale": SEQUENTIAL,
        "zmin": 0,
        "zmax": most,
        "xgap": 1,
        "ygap": 1,
        "colorbar": {
            "tickvals": [0, most],
            "ticktext": ["0", percent(most)],
            "orientation": "h",
            "thickness": 9,
            "outlinewidth": 0,
            "len": 0.4,
            "x": 0,
            "xanchor": "left",
            "y": 1.01,
            "yanchor": "bottom",
            "ticklabelposition": "outside top",
        },
    }
    corners = {"x0": -0.5, "x1": count - 0.5, "y0": -0.5, "y1": height - 0.5}
    frame = {"type": "rect", "line": {"color": RULE, "width": 1}, "layer": "below"} | corners
    step = 5 if height > 13 else 1
    told = [n for n in range(height) if n in (0, height - 1) or (n % step == 0 and height - 1 - n >= step / 2)]
    step = -(-count // CROWDED)
    font = {"family": MONO, "size": 13 if step == 1 else 12}
    layout = {
        "height": max(220, 13 * height) + 100,
        "xaxis": AXIS_PLAIN | {"tickvals": np.arange(0, count, step), "ticktext": names[::step], "tickfont": font},
        "yaxis": AXIS_PLAIN | {"tickvals": told, "ticktext": [levels[n] for n in told], "title": layer},
        "shapes": [frame],
    }
    return go.Figure(cells, layout)


def compared(
    direct: np.ndarray, bits: np.ndarray, names: Sequence[str], titles: tuple[str, str], number: Callable[[float], str]
) -> go.Figure:
    """A dot for each head that was tried: its direct effect to the right, what silencing it cost upwards. Those that
    cost most are named, and those with the largest direct effects."""
    largest = (np.argsort(-np.abs(values), kind="stable")[:NAMED].tolist() for values in (bits, direct))
    named = list(dict.fromkeys(chain(*largest)))
    places = np.stack([direct, bits], 1)
    low, high = places.min(0), places.max(0)
    extent = np.where(high > low, high - low, 1)  # one head, or none that matters: still an axis
    ranges = np.stack([low - ROOM * extent, high + ROOM * extent], 1).tolist()
    sides = np.full(len(names), "top center", object)
    zero = np.outer(np.linspace(0, 1, 40), high - low)  # names stand across no axis
    axes = np.concatenate([(low + zero) * (1, 0), (low + zero) * (0, 1)])
    sides[named] = label_sides(np.concatenate([places, axes]) / extent * TELEPHONE, named)
    dots = {
        "type": "scatter",
        "x": direct,
        "y": bits,
        "mode": "markers+text",
        "marker": {"color": GREEN, "size": 10, "opacity": 0.75},
        "text": [name if i in named else "" for i, name in enumerate(names)],
        "textposition": sides,
        "textfont": {"family": MONO, "size": 13, "color": INK},
        "cliponaxis": False,
        "customdata": [
            f"{name}<br>{titles[0]} {number(x)}<br>{titles[1]} {number(y)}"
            for name, x, y in zip(names, direct.tolist(), bits.tolist(), strict=True)
        ],
        "hovertemplate": HOVER_TEXT,
    }
    axis = AXIS_GRID | {"zeroline": True, "zerolinecolor": SOFT}
    xaxis, yaxis = (axis | {"title": title, "range": ends} for title, ends in zip(titles, ranges, strict=True))
    return go.Figure(dots, {"height": 380, "showlegend": False, "xaxis": xaxis, "yaxis": yaxis})


def _rows(rows: Sequence[str], over: int = 0) -> dict:
    """The axis of the rows, with room for `over` more above them."""
    return category_rows(_literal(rows), tickfont={"family": MONO, "size": 13}, range=[len(rows) - 0.4, -0.6 - over])


def _literal(rows: Sequence[str]) -> list[str]:
    """Names as they are: figures read HTML in their texts. Short ones."""
    return [label(row, LONGEST) for row in rows]
