"""Figures of lesson 7: what patterns cost as a text grows, what they do to the next token and to the loss."""

from collections.abc import Callable, Sequence

import numpy as np
import plotly.graph_objects as go

from viz.distribution import BARE, HOVER, OUTLINE, WORDS, filling_of, label
from viz.theme import CATEGORICAL, GREEN, INK, MONO, PAPER, SOFT

LABELLED = (100, 1_000, 10_000, 100_000, 1_000_000)
DASHES = ("solid", "dot", "dash", "dashdot", "longdash", "4px,2px,1px,2px")  # colour is not the only mark
SYMBOLS = ("diamond", "circle", "square", "triangle-up", "cross")
BESIDE = ("top center", "bottom left", "top right", "bottom center", "top right")  # where curves come close
AXIS = {"fixedrange": True, "showline": False, "zeroline": False, "ticks": ""}


def curves(
    lengths: np.ndarray,
    scores: dict[str, np.ndarray],
    chosen: str,
    here: tuple[int, float],
    titles: tuple[str, str],
    number: Callable[[float], str],
) -> go.Figure:
    """Scores by length, both axes logarithmic; the curve called `chosen` is drawn heavily, with a mark at `here`, the
    reader's own text as (tokens, scores)."""
    figure = go.Figure()
    for i, (name, values) in enumerate(scores.items()):
        own = name == chosen
        figure.add_scatter(
            x=lengths,
            y=values,
            name=f"<b>{name}</b>" if own else name,
            mode="lines",
            line={
                "color": GREEN if own else CATEGORICAL[i],
                "width": 4 if own else 1.8,
                "dash": "solid" if own else DASHES[i],
            },
            zorder=int(own),
            customdata=[
                f"{name}<br>{number(int(n))} → {number(float(y))}" for n, y in zip(lengths, values, strict=True)
            ],
            hovertemplate=HOVER,
        )
    mark = {"color": PAPER, "size": 11, "line": {"color": GREEN, "width": 3}}
    figure.add_scatter(
        x=[here[0]],
        y=[here[1]],
        mode="markers",
        marker=mark,
        showlegend=False,
        zorder=2,
        customdata=[f"{chosen}<br>{number(here[0])} → {number(float(here[1]))}"],
        hovertemplate=HOVER,
    )
    powers = range(2, 13, 2)
    raised = [f"10{str(power).translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))}" for power in powers]
    ticks = {"tickvals": LABELLED, "ticktext": [number(n) for n in LABELLED]}
    figure.update_xaxes(**AXIS, **ticks, type="log", title_text=titles[0], range=[1.1, 6.12])
    figure.update_yaxes(
        **AXIS, type="log", tickvals=[10.0**power for power in powers], ticktext=raised, title_text=titles[1]
    )
    return figure.update_layout(height=440, legend={"y": -0.22, "font": {"size": 14}})


def pair(rows: Sequence[str], shares: np.ndarray, names: tuple[str, str], percent: Callable[[float], str]) -> go.Figure:
    """Two distributions over the same rows, shares (2, n + 1), the last row the tail: for each token the first as an
    outline and, below it, the second filled."""
    place, tail = np.arange(len(rows)), np.arange(len(rows)) == len(rows) - 1
    figure = go.Figure()
    for side, values, name, look in zip((-0.19, 0.19), shares, names, (OUTLINE, filling_of(tail)), strict=True):
        figure.add_bar(
            x=values,
            y=place + side,
            width=0.32,
            orientation="h",
            name=name,
            marker=look,
            customdata=[f"{name}<br>{label(row)} {percent(p)}" for row, p in zip(rows, values, strict=True)],
            hovertemplate=HOVER,
        )
        texts = [f" {percent(p)}" for p in values]
        figure.add_scatter(x=values, y=place + side, text=texts, showlegend=False, textfont={"size": 12.5}, **WORDS)
    ticks = {"tickvals": place, "ticktext": [*map(label, rows[:-1]), rows[-1]], "ticklabelstandoff": 7}
    figure.update_yaxes(**BARE, **ticks, tickfont={"family": MONO, "size": 13}, range=[len(rows) - 0.4, -0.6])
    figure.update_xaxes(**BARE, showticklabels=False, range=[0, 1.4 * shares.max()])
    legend = {"y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": 14}}
    return figure.update_layout(height=42 * len(rows) + 50, barmode="overlay", barcornerradius=2, legend=legend)


def damage(
    points: dict[str, list[tuple[float, float, str]]],
    titles: tuple[str, str],
    number: Callable[[float], str],
    percent: Callable[[float], str],
) -> go.Figure:
    """Bits per byte against the share of the scores that are computed. points: by pattern, (share, bits, size); the
    first pattern hides nothing, and its level is drawn through."""
    figure = go.Figure()
    for i, (name, found) in enumerate(points.items()):
        shares, bits, sizes = zip(*found, strict=True)
        colour = CATEGORICAL[i]
        figure.add_scatter(
            x=shares,
            y=bits,
            name=name,
            mode="lines+markers+text",
            line={"color": colour, "width": 1.8},
            marker={"color": colour, "size": 10, "symbol": SYMBOLS[i]},
            text=sizes,
            textposition=BESIDE[i],
            textfont={"size": 13, "color": INK},
            cliponaxis=False,
            customdata=[f"{name} {size}<br>{percent(x)} → {number(y)}" for x, y, size in found],
            hovertemplate=HOVER,
        )
    level = next(iter(points.values()))[0][1]
    figure.add_hline(y=level, line={"color": SOFT, "width": 1, "dash": "dot"})
    ticks = (0, 0.25, 0.5, 0.75, 1)
    shown = {"tickvals": ticks, "ticktext": [f"{100 * tick:.0f}\u202f%" for tick in ticks], "range": [-0.01, 1.06]}
    figure.update_xaxes(**AXIS, **shown, title_text=titles[0])
    figure.update_yaxes(**AXIS, tickformat=".1f", title_text=titles[1])
    return figure.update_layout(height=400, legend={"y": -0.22, "font": {"size": 14}})
