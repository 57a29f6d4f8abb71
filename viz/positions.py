"""Positions: tables as maps, speeds of rotation, and how a score or a loss follows the distance."""

from collections.abc import Callable, Mapping

import numpy as np
import plotly.graph_objects as go

from viz.axes import AXIS_GRID, AXIS_HIDDEN, AXIS_PLAIN, LEGEND_ABOVE, category_rows, hline, vline
from viz.bars import limit, signed, strip
from viz.theme import GREEN, INK, KEY, RULE, SOFT

TICKS = (0, 1, 4, 16, 64, 256, 1024, 4096)  # of a distance
LETTERS = 26  # on an axis: a telephone is narrow
DECADES = (10, 100, 1_000, 10_000, 100_000, 1_000_000)
SPAN = (0.3, 7)  # of a turn's tokens, as powers of ten
FIRM, FAINT, OWN = (
    {"type": "scatter", "mode": "lines", "line": {"color": colour, "width": width}}
    for colour, width in ((GREEN, 3), (SOFT, 1.2), (KEY, 2))
)
DOTTED = {"color": INK, "width": 1, "dash": "dot"}


def strips(vectors: Mapping[str, np.ndarray], hover: str) -> go.Figure:
    """Vectors (D,) by name, a strip each, all on one scale."""
    end = limit(np.stack(list(vectors.values())))
    drawn = [strip(row, vector, end, hover) for row, vector in enumerate(vectors.values())]
    names = category_rows(list(vectors), range=[len(vectors) - 0.5, -0.5])
    return go.Figure(drawn, {"height": 36 * len(vectors) + 14, "xaxis": AXIS_HIDDEN, "yaxis": names})


def table(rows: np.ndarray, position: str, dimension: str, hover: str) -> go.Figure:
    """A table of positions (N, D): a row for each position, from the top down; numbers from −1 to 1."""
    axes = {
        "xaxis": AXIS_PLAIN | {"title": dimension},
        "yaxis": AXIS_PLAIN | {"title": position, "autorange": "reversed"},
    }
    return go.Figure(signed(rows, 1, hover), axes | {"height": 310})


def similarity(cosines: np.ndarray, step: int, row: str, hover: str) -> go.Figure:
    """The cosine (N, N) of every row of a table with every other; one row in `step` was taken."""
    place = np.arange(len(cosines)) * step
    ticks = {"tickvals": np.linspace(0, len(cosines) * step, 5).tolist()}
    axis = AXIS_PLAIN | ticks | {"title": row, "constrain": "domain"}
    layout = {"height": 380, "xaxis": axis, "yaxis": axis | {"autorange": "reversed", "scaleanchor": "x"}}
    return go.Figure(signed(cosines, 1, hover) | {"x": place, "y": place}, layout)


def wavelengths(
    waves: Mapping[str, np.ndarray],
    levels: Mapping[str, int],
    names: Callable[[int], str],
    pair: str,
    tokens: str,
    hover: str,
) -> go.Figure:
    """Tokens for one turn of each pair (K/2,): the first named is firm, the others faint; with levels to compare."""
    lines = [
        look | _numbered(name, wave, hover) for (name, wave), look in zip(waves.items(), (FIRM, FAINT), strict=False)
    ]
    # the curves rise: high up there is none above a level at the left, and far down none below it at the right
    left, right = {"x": 0, "xanchor": "left", "yanchor": "bottom"}, {"x": 1, "xanchor": "right", "yanchor": "top"}
    named = [
        {"text": name, "y": np.log10(level), "xref": "paper", "showarrow": False}
        | (left if np.log10(level) > sum(SPAN) / 2 else right)
        for name, level in levels.items()
    ]
    ticks = {"tickvals": DECADES, "ticktext": [names(ten) for ten in DECADES]}
    layout = {
        "height": 340,
        "legend": LEGEND_ABOVE,
        "xaxis": AXIS_GRID | {"title": pair, "showgrid": False, "tickvals": [1, 8, 16, 24, len(lines[-1]["x"])]},
        "yaxis": AXIS_GRID | ticks | {"title": tokens, "type": "log", "range": SPAN},
        "shapes": [hline(level, **DOTTED) for level in levels.values()],
        "annotations": named,
    }
    return go.Figure(lines, layout)


def losses(
    known: Mapping[float, float],
    chosen: float,
    names: Callable[[float], str],
    x: str,
    y: str,
    marks: Mapping[str, float],
) -> go.Figure:
    """A loss for each value of a setting, on a logarithmic axis; the chosen one is a larger dot, marks are lines."""
    at = sorted(known)
    loss = [known[value] for value in at]
    texts = [names(value) for value in at]
    size = [13 if value == chosen else 7 for value in at]
    line = {
        "type": "scatter",
        "x": at,
        "y": loss,
        "mode": "lines+markers",
        "line": {"color": GREEN, "width": 2},
        "marker": {"color": GREEN, "size": size, "opacity": 1, "line": {"width": 0}},
        "customdata": texts,
        "hovertemplate": "%{customdata}: %{y:.3f}<extra></extra>",
    }
    low, high = np.log10([0.5 * at[0], 2 * at[-1]])
    left, right = {"xanchor": "left", "xshift": 5}, {"xanchor": "right", "xshift": -5}
    named = [
        {"x": np.log10(mark), "y": 1.02, "yref": "paper", "text": name, "showarrow": False}
        | (left if np.log10(mark) < (low + high) / 2 else right)
        for name, mark in marks.items()
    ]
    every = next(n for n in (1, 2, 4, 8, 16) if len("".join(texts[::n])) <= LETTERS)
    ticks = {"tickvals": at[::every], "ticktext": texts[::every], "tickangle": 0}
    layout = {
        "height": 320,
        "showlegend": False,
        "xaxis": AXIS_GRID | ticks | {"title": x, "type": "log", "showgrid": False, "range": [low, high]},
        "yaxis": AXIS_GRID | {"title": y, "rangemode": "tozero", "range": [0, 1.15 * max(loss)]},
        "shapes": [vline(mark, **DOTTED) for mark in marks.values()],
        "annotations": named,
    }
    return go.Figure(line, layout)


def falling(
    distances: np.ndarray, scores: Mapping[str, np.ndarray], here: int, names: Callable[[int], str], x: str, y: str
) -> go.Figure:
    """Scores (N,) by name at distances (N,), drawn at log(1 + distance) so that 0 has a place. `here` is marked."""
    place = {"x": np.log1p(distances), "customdata": distances}
    hover = "%{customdata}: %{y:.2f}<extra></extra>"
    lines = [
        look | place | {"y": values, "name": name, "hovertemplate": hover}
        for (name, values), look in zip(scores.items(), (FAINT, OWN, FIRM), strict=True)
    ]
    ticks = {"tickvals": np.log1p(TICKS).tolist(), "ticktext": [names(tick) for tick in TICKS]}
    axes = {"xaxis": AXIS_GRID | ticks | {"title": x, "showgrid": False}, "yaxis": AXIS_GRID | {"title": y}}
    shapes = [vline(np.log1p(here), **DOTTED), hline(0, color=RULE, width=1)]
    return go.Figure(lines, axes | {"height": 360, "legend": LEGEND_ABOVE, "shapes": shapes})


def layers(curves: Mapping[str, np.ndarray], x: str, y: str, hover: str) -> go.Figure:
    """Cosines (L,) by name, layer by layer: the first firm, the second faint."""
    lines = [
        look | _numbered(name, values, hover)
        for (name, values), look in zip(curves.items(), (FIRM, FAINT), strict=True)
    ]
    ticks = {"tickvals": [1, *range(5, len(lines[-1]["x"]) + 1, 5)], "ticklabelstandoff": 6}
    across = AXIS_GRID | ticks | {"title": x, "showgrid": False}
    upwards = AXIS_GRID | {"title": y, "range": [0, 1.04]}
    return go.Figure(lines, {"height": 260, "legend": LEGEND_ABOVE, "xaxis": across, "yaxis": upwards})


def _numbered(name: str, values: np.ndarray, hover: str) -> dict:
    """What a line shows: values (N,) at 1, 2, …"""
    place = np.arange(1, len(values) + 1)
    return {"x": place, "y": values, "name": name, "hovertemplate": f"{hover}<extra></extra>"}
