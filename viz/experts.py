"""Figures of lesson `experts`: how busy experts are, what their choice tells, what changing it costs."""

from collections.abc import Callable, Sequence

import numpy as np
import plotly.graph_objects as go

from viz.axes import AXIS_HIDDEN, AXIS_PLAIN, HOVER_TEXT, LEGEND_ABOVE, category_rows, hline
from viz.bars import WORDS
from viz.theme import CATEGORICAL, GREEN, INK, MONO, PAPER, RED, RULE, SOFT

FITS = 0.045  # share of the width that leaves room for the number of an expert
TINT = 0.32  # of a colour behind ink


def loads(
    layers: Sequence[str],
    shares: dict[str, np.ndarray],
    expert: str,
    percent: Callable[[float], str],
) -> go.Figure:
    """Shares (L, E) by name, each layer a bar from 0 to 1, cut into the experts' parts; one set of bars below another.

    expert: "expert {n}". A part is tinted, with its own colour as a line below it and its number in it.
    """
    drawn = []
    many, height = len(shares), 0.74 / len(shares)
    for s, (name, rows) in enumerate(shares.items()):
        count = rows.shape[1]
        place = np.repeat(np.arange(len(rows)) + (s - (many - 1) / 2) * (height + 0.04), count)
        left, width = (np.cumsum(rows, axis=1) - rows).ravel(), rows.ravel()
        gapped = width - np.minimum(0.003, width / 2)  # a gap between two parts
        colours = list(CATEGORICAL[:count]) * len(rows)
        bar = {"type": "bar", "orientation": "h", "base": left, "x": gapped, "showlegend": False}
        said = [
            f"{layer} · {name}<br>{expert.format(n=e + 1)}: {percent(float(p))}"
            for layer, row in zip(layers, rows, strict=True)
            for e, p in enumerate(row)
        ]
        part = {"y": place, "width": height, "marker": {"color": colours, "opacity": TINT}, "name": name}
        line = {"y": place + height / 2 - 0.03, "width": 0.06, "marker": {"color": colours}, "hoverinfo": "skip"}
        numbers = {
            "type": "scatter",
            "x": left + width / 2,
            "y": place - 0.02,
            "mode": "text",
            "text": [str(i % count + 1) if p >= FITS else "" for i, p in enumerate(width)],
            "textfont": {"size": 13, "color": INK},
            "hoverinfo": "skip",
            "showlegend": False,
        }
        drawn += [bar | part | {"customdata": said, "hovertemplate": HOVER_TEXT}, bar | line, numbers]
    count = next(iter(shares.values())).shape[1]
    dotted = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "line": {"color": SOFT, "width": 1, "dash": "dot"}}
    layout = {
        "height": 66 * len(layers) + 20,
        "barmode": "overlay",
        "barcornerradius": 0,
        "xaxis": AXIS_HIDDEN | {"range": [0, 1]},
        "yaxis": category_rows(layers, 8, range=[len(layers) - 0.5, -0.5]),
        "shapes": [dotted | {"x0": i / count, "x1": i / count, "opacity": 0.55} for i in range(1, count)],
    }
    return go.Figure(drawn, layout)


def busiest(
    curves: dict[str, tuple[np.ndarray, np.ndarray]],
    even: float,
    titles: tuple[str, str],
    level: str,
    layer: str,
    percent: Callable[[float], str],
) -> go.Figure:
    """By model, steps (S,) and the busiest expert's share in each layer (S, L): a thin line for each layer, a heavy one
    for their mean. level: what the dotted line at `even` is called; layer: "layer {n}"."""
    drawn = []
    for (name, (steps, shares)), colour, dash in zip(curves.items(), (GREEN, RED), ("solid", "dash"), strict=True):
        thin = {"line": {"color": colour, "width": 1}, "opacity": 0.45, "showlegend": False}
        heavy = {"line": {"color": colour, "width": 3.2, "dash": dash}, "name": name}
        looks = [(f"{name}, {layer.format(n=n + 1)}", row, thin) for n, row in enumerate(shares.T)]
        drawn += [
            {
                "type": "scatter",
                "x": steps,
                "y": row,
                "mode": "lines",
                "customdata": [f"{said}<br>{step}: {percent(float(p))}" for step, p in zip(steps, row, strict=True)],
                "hovertemplate": HOVER_TEXT,
            }
            | look
            for said, row, look in (*looks, (name, shares.mean(1), heavy))
        ]
    text = {"text": level, "showarrow": False, "font": {"size": 13, "color": SOFT}}
    top = max(float(shares.max()) for _, shares in curves.values())
    ticks = [tick for tick in (0, 0.125, 0.25, 0.375, 0.5, 0.75, 1) if tick <= top + 0.05]
    shown = {"tickvals": ticks, "ticktext": [percent(tick) for tick in ticks], "range": [0, 1.08 * top]}
    layout = {
        "height": 360,
        "legend": LEGEND_ABOVE,
        "xaxis": {"fixedrange": True, "showgrid": False, "zeroline": False, "title": titles[0]},
        "yaxis": {"fixedrange": True, "zeroline": False, "showline": False, "title": titles[1]} | shown,
        "shapes": [hline(even, color=SOFT, width=1.2, dash="dot")],
        "annotations": [text | {"x": 1, "xref": "paper", "xanchor": "right", "y": even, "yanchor": "top"}],
    }
    return go.Figure(drawn, layout)


def information(
    rows: dict[str, tuple[Sequence[float], Sequence[float]]],
    layers: Sequence[str],
    names: tuple[str, str],
    bits: str,
    number: Callable[[float], str],
) -> go.Figure:
    """By kind of label, bits in each of L layers, measured and with shuffled labels: a panel for each kind, all on one
    scale, the layers running down. A bar is what was measured, a mark what shuffled labels give."""
    drawn, heads, ticks = [], [], []
    count, head = len(layers), 1.3
    for i, (kind, (measured, shuffled)) in enumerate(rows.items()):
        place = i * (count + head) + np.arange(count)
        said = [
            f"{layer} · {kind}<br>{names[0]}: {number(a)}<br>{names[1]}: {number(b)}"
            for layer, a, b in zip(layers, measured, shuffled, strict=True)
        ]
        common = {"y": place, "showlegend": not i, "customdata": said, "hovertemplate": HOVER_TEXT}
        bars = {"type": "bar", "orientation": "h", "width": 0.62, "marker": {"color": GREEN}}
        mark = {"symbol": "line-ns", "size": 17, "line": {"width": 3, "color": RED}}
        texts = {"text": [f"  {number(a)}" for a in measured], "textfont": {"family": MONO, "size": 13, "color": INK}}
        drawn += [
            common | bars | {"x": measured, "name": names[0]},
            common | {"type": "scatter", "mode": "markers", "marker": mark, "x": shuffled, "name": names[1]},
            WORDS | texts | {"x": np.maximum(measured, shuffled), "y": place, "showlegend": False},
        ]
        title = {"text": f"<b>{kind}</b>", "showarrow": False, "font": {"size": 15, "color": INK}}
        heads.append(title | {"x": 0, "xanchor": "left", "y": place[0] - 0.92})
        ticks += place.tolist()
    most = max(max(measured) for measured, _ in rows.values())
    across = {"fixedrange": True, "zeroline": True, "zerolinecolor": SOFT, "showline": False}
    down = {"tickvals": ticks, "ticktext": [*layers] * len(rows), "ticklabelstandoff": 6}
    layout = {
        "height": 26 * (ticks[-1] + 3) + 60,
        "barcornerradius": 2,
        "legend": LEGEND_ABOVE | {"y": 1.01},
        "xaxis": across | {"title": bits, "range": [0, 1.2 * most]},
        "yaxis": AXIS_PLAIN | down | {"range": [ticks[-1] + 0.6, -1.5]},
        "annotations": heads,
    }
    return go.Figure(drawn, layout)


def guesses(names: Sequence[str], shares: Sequence[float], percent: Callable[[float], str]) -> go.Figure:
    """How often a guess is right, by clue: the first and the last are what the others lie between."""
    ends = np.isin(np.arange(len(names)), (0, len(names) - 1))
    bars = {
        "type": "bar",
        "x": shares,
        "y": np.arange(len(names)),
        "orientation": "h",
        "width": 0.66,
        "marker": {
            "color": [PAPER if end else GREEN for end in ends],
            "line": {"color": [SOFT if end else GREEN for end in ends], "width": 1.4},
        },
        "text": [f" {percent(p)}" for p in shares],
        "textposition": "outside",
        "textfont": {"family": MONO, "size": 13, "color": INK},
        "cliponaxis": False,
        "customdata": [f"{name}: {percent(p)}" for name, p in zip(names, shares, strict=True)],
        "hovertemplate": HOVER_TEXT,
    }
    axes = {"xaxis": AXIS_HIDDEN | {"range": [0, 1.45 * max(shares)]}, "yaxis": category_rows(names, 8)}
    return go.Figure(bars, axes | {"height": 36 * len(names) + 20, "barcornerradius": 2, "showlegend": False})


def counts(losses: Sequence[float], trained: int, unit: str, axis: str, number: Callable[[float], str]) -> go.Figure:
    """The loss with 1, 2, … active experts; the number it was trained with is filled."""
    place = np.arange(1, len(losses) + 1)
    own = place == trained
    line = {
        "type": "scatter",
        "x": place,
        "y": losses,
        "mode": "lines+markers+text",
        "line": {"color": GREEN, "width": 2},
        "marker": {
            "size": [15 if o else 10 for o in own],
            "opacity": 1,
            "color": [GREEN if o else PAPER for o in own],
            "line": {"color": GREEN, "width": 2},
        },
        "text": [f"<b>{number(x)}</b>" if o else number(x) for x, o in zip(losses, own, strict=True)],
        "textposition": "top center",
        "textfont": {"size": 13, "color": INK},
        "customdata": [f"{axis}: {n}<br>{number(x)} {unit}" for n, x in zip(place, losses, strict=True)],
        "hovertemplate": HOVER_TEXT,
        "cliponaxis": False,
    }
    low, high = min(losses), max(losses)
    room = max(high - low, 0.05)
    across = AXIS_PLAIN | {"tickvals": place, "title": axis, "range": [0.6, len(losses) + 0.4]}
    upwards = {"fixedrange": True, "showline": False, "zeroline": False, "gridcolor": RULE, "title": unit}
    upwards["range"] = [low - 0.25 * room, high + 0.35 * room]
    return go.Figure(line, {"height": 280, "showlegend": False, "xaxis": across, "yaxis": upwards})


def parameters(
    models: dict[str, dict[str, int]],
    names: dict[str, str],
    rows: tuple[str, str],
    number: Callable[[int], str],
    percent: Callable[[float], str],
) -> go.Figure:
    """Of each model two bars: all its numbers, cut into parts, and those that one token uses. models: by title, the
    parts, the last of which lies idle; rows: "{model}: in all" and "used by one token"."""
    place = [2.5 * m + r for m in range(len(models)) for r in range(2)]
    labels = [row.format(model=model) for model in models for row in rows]
    counts = np.array([list(parts.values()) for parts in models.values() for _ in rows])
    shares = counts / counts.sum(1, keepdims=True)
    shares[1::2, -1] = 0  # one token does not use what lies idle
    lefts = np.cumsum(shares, axis=1) - shares
    colours = (CATEGORICAL[7], CATEGORICAL[0], CATEGORICAL[3], CATEGORICAL[2], CATEGORICAL[2])
    drawn = []
    for i, (name, colour) in enumerate(zip(names.values(), colours, strict=True)):
        idle = i == len(names) - 1
        hatched = {"shape": "/", "fgcolor": colour, "bgcolor": PAPER, "size": 7, "solidity": 0.25}
        said = zip([model for model in models for _ in rows], counts[:, i], shares[:, i], strict=True)
        parts = {
            "type": "bar",
            "x": shares[:, i],
            "y": place,
            "base": lefts[:, i],
            "orientation": "h",
            "width": 0.8,
            "name": name,
            "marker": {"color": colour, "pattern": hatched if idle else None, "line": {"color": PAPER, "width": 1}},
            "customdata": [f"{model}<br>{name}: {number(int(count))}, {percent(p)}" for model, count, p in said],
            "hovertemplate": HOVER_TEXT,
        }
        drawn.append(parts)
    used = shares.sum(1)[1::2]
    texts = {"text": [f" {percent(p)}" for p in used], "textfont": {"family": MONO, "size": 13, "color": INK}}
    clipped = {"showlegend": False, "cliponaxis": True}  # where nothing is idle there is no room for it
    drawn.append(WORDS | texts | clipped | {"x": used, "y": place[1::2]})
    layout = {
        "height": 44 * len(place) + 110,
        "barmode": "overlay",
        "barcornerradius": 2,
        "legend": {"y": -0.06, "yanchor": "top", "x": 0, "font": {"size": 13}, "traceorder": "normal"},
        "xaxis": AXIS_HIDDEN | {"range": [0, 1.01]},
        "yaxis": category_rows(labels, 8, tickvals=place, range=[place[-1] + 0.6, -0.6]),
    }
    return go.Figure(drawn, layout)
