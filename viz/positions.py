"""Positions: tables as maps, speeds of rotation, and how a score or a loss follows the distance."""

from collections.abc import Callable, Mapping

import numpy as np
import plotly.graph_objects as go

from viz.distribution import BARE, limit
from viz.theme import DIVERGING, GREEN, INK, KEY, RULE, SOFT

GRID = {"fixedrange": True, "zeroline": False, "showline": False, "ticks": ""}
TICKS = (0, 1, 4, 16, 64, 256, 1024, 4096)  # of a distance
LETTERS = 26  # on an axis: a telephone is narrow
DECADES = (10, 100, 1_000, 10_000, 100_000, 1_000_000)
FIRM = {"mode": "lines", "line": {"color": GREEN, "width": 3}}
FAINT = {"mode": "lines", "line": {"color": SOFT, "width": 1.2}}


def strips(vectors: Mapping[str, np.ndarray], hover: str) -> go.Figure:
    """Vectors (D,) by name, a strip each, all on one scale: blue below zero, orange above."""
    end = limit(np.stack(list(vectors.values())))
    figure = go.Figure()
    for row, vector in enumerate(vectors.values()):
        figure.add_heatmap(z=vector[None], x=np.arange(1, len(vector) + 1), y=[row], **_map(end, hover), ygap=3)
    names = {"tickvals": list(range(len(vectors))), "ticktext": list(vectors), "ticklabelstandoff": 7}
    figure.update_yaxes(**BARE, **names, range=[len(vectors) - 0.5, -0.5])
    return figure.update_xaxes(**BARE, showticklabels=False).update_layout(height=36 * len(vectors) + 14)


def table(rows: np.ndarray, position: str, dimension: str, hover: str) -> go.Figure:
    """A table of positions (N, D): a row for each position, from the top down; numbers from −1 to 1."""
    figure = go.Figure(go.Heatmap(z=rows, **_map(1, hover)))
    figure.update_xaxes(**BARE, title=dimension)
    return figure.update_yaxes(**BARE, title=position, autorange="reversed").update_layout(height=310, margin={"b": 24})


def similarity(cosines: np.ndarray, step: int, row: str, hover: str) -> go.Figure:
    """The cosine (N, N) of every row of a table with every other; one row in `step` was taken."""
    place = np.arange(len(cosines)) * step
    figure = go.Figure(go.Heatmap(z=cosines, x=place, y=place, **_map(1, hover)))
    ticks = {"tickvals": np.linspace(0, len(cosines) * step, 5).tolist()}
    figure.update_xaxes(**BARE, **ticks, title=row, constrain="domain")
    figure.update_yaxes(**BARE, **ticks, title=row, autorange="reversed", scaleanchor="x", constrain="domain")
    return figure.update_layout(height=380)


def wavelengths(
    waves: Mapping[str, np.ndarray],
    levels: Mapping[str, int],
    names: Callable[[int], str],
    pair: str,
    tokens: str,
    hover: str,
) -> go.Figure:
    """Tokens for one turn of each pair (K/2,): the first named is firm, the others faint; with levels to compare."""
    figure = go.Figure()
    for (name, wave), look in zip(waves.items(), (FIRM, FAINT), strict=False):
        place = np.arange(1, len(wave) + 1)
        figure.add_scatter(x=place, y=wave, name=name, hovertemplate=f"{hover}<extra></extra>", **look)
    for name, level in levels.items():
        figure.add_hline(level, line={"color": INK, "width": 1, "dash": "dot"})
        text = {"text": name, "showarrow": False, "xanchor": "right", "yshift": -10}  # no curve is down there
        figure.add_annotation(x=1, xref="paper", y=np.log10(level), **text)
    figure.update_xaxes(**GRID, title=pair, showgrid=False, tickvals=[1, 8, 16, 24, len(place)])
    ticks = {"tickvals": DECADES, "ticktext": [names(ten) for ten in DECADES]}
    figure.update_yaxes(**GRID, **ticks, title=tokens, type="log", range=[0.3, 7])
    return figure.update_layout(height=340, legend={"y": -0.25})


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
    figure = go.Figure(
        go.Scatter(
            x=at,
            y=loss,
            mode="lines+markers",
            line={"color": GREEN, "width": 2},
            marker={"color": GREEN, "size": size, "opacity": 1, "line": {"width": 0}},
            customdata=texts,
            hovertemplate="%{customdata}: %{y:.3f}<extra></extra>",
        )
    )
    low, high = np.log10([0.5 * at[0], 2 * at[-1]])
    for name, mark in marks.items():
        figure.add_vline(mark, line={"color": INK, "width": 1, "dash": "dot"})
        side = (
            {"xanchor": "left", "xshift": 5}
            if np.log10(mark) < (low + high) / 2
            else {"xanchor": "right", "xshift": -5}
        )
        figure.add_annotation(x=np.log10(mark), y=1.02, yref="paper", text=name, showarrow=False, **side)
    every = next(n for n in (1, 2, 4, 8, 16) if len("".join(texts[::n])) <= LETTERS)
    ticks = {"tickvals": at[::every], "ticktext": texts[::every], "tickangle": 0}
    figure.update_xaxes(**GRID, **ticks, title=x, type="log", showgrid=False, range=[low, high])
    figure.update_yaxes(**GRID, title=y, rangemode="tozero", range=[0, 1.15 * max(loss)])
    return figure.update_layout(height=320, showlegend=False)


def falling(
    distances: np.ndarray, scores: Mapping[str, np.ndarray], here: int, names: Callable[[int], str], x: str, y: str
) -> go.Figure:
    """Scores (N,) by name at distances (N,), drawn at log(1 + distance) so that 0 has a place. `here` is marked."""
    figure = go.Figure()
    for (name, values), look in zip(
        scores.items(), (FAINT, {"mode": "lines", "line": {"color": KEY, "width": 2}}, FIRM), strict=True
    ):
        figure.add_scatter(
            x=np.log1p(distances),
            y=values,
            name=name,
            customdata=distances,
            hovertemplate="%{customdata}: %{y:.2f}<extra></extra>",
            **look,
        )
    figure.add_vline(np.log1p(here), line={"color": INK, "width": 1, "dash": "dot"})
    figure.add_hline(0, line={"color": RULE, "width": 1})
    figure.update_xaxes(
        **GRID, title=x, showgrid=False, tickvals=np.log1p(TICKS).tolist(), ticktext=[names(tick) for tick in TICKS]
    )
    return figure.update_yaxes(**GRID, title=y).update_layout(height=360, legend={"y": -0.25})


def layers(curves: Mapping[str, np.ndarray], x: str, y: str, hover: str) -> go.Figure:
    """Cosines (L,) by name, layer by layer: the first firm, the second faint."""
    figure = go.Figure()
    for (name, values), look in zip(curves.items(), (FIRM, FAINT), strict=True):
        place = np.arange(1, len(values) + 1)
        figure.add_scatter(x=place, y=values, name=name, hovertemplate=f"{hover}<extra></extra>", **look)
    figure.update_xaxes(**GRID, title=x, showgrid=False, tickvals=[1, *range(5, len(place) + 1, 5)])
    return figure.update_yaxes(**GRID, title=y, range=[0, 1.04]).update_layout(height=260, legend={"y": -0.35})


def _map(end: float, hover: str) -> dict:
    """The look of a heatmap of signed numbers, centred on zero."""
    return {
        "zmin": -end,
        "zmax": end,
        "colorscale": DIVERGING,
        "showscale": False,
        "hovertemplate": f"{hover}<extra></extra>",
    }
