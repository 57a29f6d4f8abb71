"""Figures of lesson 11: what is wasted at every context, and what moving a document does to two models."""

from collections.abc import Callable, Sequence

import numpy as np
import plotly.graph_objects as go

from viz.theme import CATEGORICAL, INK, SOFT

AXIS = {"fixedrange": True, "showline": False, "zeroline": False, "ticks": ""}
DASHES = ("solid", "dot", "dash", "dashdot", "longdash")  # colour is not the only mark
SYMBOLS = ("square", "circle", "diamond", "triangle-up", "cross")
SHARES = (0, 0.25, 0.5, 0.75, 1)
STARTS = tuple(4**power for power in range(7))  # 1 to 4,096
POWERS = range(-7, 1)
RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def wasted(
    contexts: Sequence[int],
    shares: dict[str, np.ndarray],
    here: int,
    titles: tuple[str, str],
    number: Callable[[float], str],
    percent: Callable[[float], str],
) -> go.Figure:
    """The wasted share by context, a line for each method; `here` is the context chosen."""
    figure = go.Figure()
    for i, (name, values) in enumerate(shares.items()):
        _line(figure, i, name, contexts, values, number, percent)
    _mark(figure, here)
    ticks = {"tickvals": contexts[::2], "ticktext": [number(n) for n in contexts[::2]]}
    figure.update_xaxes(**AXIS, **ticks, type="log", title_text=titles[0])
    ticks = {"tickvals": SHARES, "ticktext": [f"{100 * p:.0f}\u202f%" for p in SHARES]}
    figure.update_yaxes(**AXIS, **ticks, range=[-0.03, 1.03], title_text=titles[1])
    return figure.update_layout(height=400, legend={"y": -0.22, "font": {"size": 14}})


def moved(
    starts: np.ndarray,
    changes: dict[str, np.ndarray],
    here: int,
    end: int,
    titles: tuple[str, str, str],
    number: Callable[[float], str],
) -> go.Figure:
    """How much a model's output changes by where its text begins, both axes logarithmic, so that no change is left
    out. `here`: where the text stands; `end`: how many rows the table has, with the third title as its name."""
    figure = go.Figure()
    for i, (name, values) in enumerate(changes.items()):
        seen = values > 0  # not NaN either
        _line(figure, i, name, starts[seen], values[seen], number, number)
    _mark(figure, here)
    figure.add_vline(x=end, line={"color": INK, "width": 1.5})
    text = {"text": titles[2], "font": {"size": 13, "color": INK}, "showarrow": False}
    figure.add_annotation(text, x=np.log10(end), xanchor="right", xshift=-6, yref="paper", y=0.5)
    ticks = {"tickvals": STARTS, "ticktext": [number(n) for n in STARTS]}
    figure.update_xaxes(**AXIS, **ticks, type="log", title_text=titles[0], range=[-0.1, 3.75])
    raised = [f"10{str(power).translate(RAISED)}" if power else "1" for power in POWERS]
    ticks = {"tickvals": [10.0**power for power in POWERS], "ticktext": raised}
    figure.update_yaxes(**AXIS, **ticks, type="log", title_text=titles[1], range=[-7, 0.5])
    return figure.update_layout(height=380, legend={"y": -0.24, "font": {"size": 14}})


def _line(figure: go.Figure, i: int, name: str, x, y, before: Callable[[int], str], after: Callable[[float], str]):
    figure.add_scatter(
        x=x,
        y=y,
        name=name,
        mode="lines+markers",
        line={"color": CATEGORICAL[i], "width": 2, "dash": DASHES[i]},
        marker={"color": CATEGORICAL[i], "size": 8, "symbol": SYMBOLS[i]},
        customdata=[f"{name}<br>{before(int(a))} → {after(float(b))}" for a, b in zip(x, y, strict=True)],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _mark(figure: go.Figure, here: float) -> None:
    figure.add_vline(x=here, line={"color": SOFT, "width": 1, "dash": "dot"})
