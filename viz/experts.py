"""Figures of lesson 12: how busy experts are, what their choice tells, what changing it costs."""

from collections.abc import Callable, Sequence

import numpy as np
import plotly.graph_objects as go

from viz.theme import CATEGORICAL, GREEN, INK, MONO, PAPER, RED, RULE, SOFT

HOVER = "%{customdata}<extra></extra>"
BARE = {"fixedrange": True, "showgrid": False, "zeroline": False, "showline": False, "ticks": ""}
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
    figure = go.Figure()
    many, height = len(shares), 0.74 / len(shares)
    for s, (name, rows) in enumerate(shares.items()):
        count = rows.shape[1]
        place = np.repeat(np.arange(len(rows)) + (s - (many - 1) / 2) * (height + 0.04), count)
        left, width = (np.cumsum(rows, axis=1) - rows).ravel(), rows.ravel()
        drawn = width - np.minimum(0.003, width / 2)  # a gap between two parts
        colours = list(CATEGORICAL[:count]) * len(rows)
        common = {"orientation": "h", "base": left, "x": drawn, "showlegend": False}
        said = [
            f"{layer} · {name}<br>{expert.format(n=e + 1)}: {percent(float(p))}"
            for layer, row in zip(layers, rows, strict=True)
            for e, p in enumerate(row)
        ]
        figure.add_bar(
            **common,
            y=place,
            width=height,
            marker={"color": colours, "opacity": TINT},
            customdata=said,
            hovertemplate=HOVER,
            name=name,
        )
        line = {"y": place + height / 2 - 0.03, "width": 0.06, "marker": {"color": colours}}
        figure.add_bar(**common, **line, hoverinfo="skip")
        figure.add_scatter(
            x=left + width / 2,
            y=place - 0.02,
            mode="text",
            text=[str(i % count + 1) if p >= FITS else "" for i, p in enumerate(width)],
            textfont={"size": 13, "color": INK},
            hoverinfo="skip",
            showlegend=False,
        )
    count = next(iter(shares.values())).shape[1]
    dotted = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "line": {"color": SOFT, "width": 1, "dash": "dot"}}
    figure.update_layout(shapes=[dotted | {"x0": i / count, "x1": i / count, "opacity": 0.55} for i in range(1, count)])
    figure.update_xaxes(**BARE, showticklabels=False, range=[0, 1])
    ticks = {"tickvals": list(range(len(layers))), "ticktext": list(layers), "ticklabelstandoff": 8}
    figure.update_yaxes(**BARE, **ticks, range=[len(layers) - 0.5, -0.5])
    return figure.update_layout(height=66 * len(layers) + 20, barmode="overlay", barcornerradius=0)


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
    figure = go.Figure()
    for (name, (steps, shares)), colour, dash in zip(curves.items(), (GREEN, RED), ("solid", "dash"), strict=True):
        for n, row in enumerate(shares.T):
            figure.add_scatter(
                x=steps,
                y=row,
                mode="lines",
                line={"color": colour, "width": 1},
                opacity=0.45,
                showlegend=False,
                customdata=[
                    f"{name}, {layer.format(n=n + 1)}<br>{step}: {percent(float(p))}"
                    for step, p in zip(steps, row, strict=True)
                ],
                hovertemplate=HOVER,
            )
        mean = shares.mean(1)
        figure.add_scatter(
            x=steps,
            y=mean,
            name=name,
            mode="lines",
            line={"color": colour, "width": 3.2, "dash": dash},
            customdata=[f"{name}<br>{step}: {percent(float(p))}" for step, p in zip(steps, mean, strict=True)],
            hovertemplate=HOVER,
        )
    figure.add_hline(y=even, line={"color": SOFT, "width": 1.2, "dash": "dot"})
    figure.add_annotation(
        x=1,
        xref="paper",
        xanchor="right",
        y=even,
        yanchor="top",
        text=level,
        showarrow=False,
        font={"size": 13, "color": SOFT},
    )
    top = max(float(shares.max()) for _, shares in curves.values())
    ticks = [tick for tick in (0, 0.125, 0.25, 0.375, 0.5, 0.75, 1) if tick <= top + 0.05]
    shown = {"tickvals": ticks, "ticktext": [percent(tick) for tick in ticks], "range": [0, 1.08 * top]}
    figure.update_xaxes(fixedrange=True, showgrid=False, zeroline=False, title_text=titles[0])
    figure.update_yaxes(fixedrange=True, zeroline=False, showline=False, title_text=titles[1], **shown)
    return figure.update_layout(height=360, legend={"y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": 14}})


def information(
    rows: dict[str, tuple[Sequence[float], Sequence[float]]],
    layers: Sequence[str],
    names: tuple[str, str],
    bits: str,
    number: Callable[[float], str],
) -> go.Figure:
    """By kind of label, bits in each of L layers, measured and with shuffled labels: a panel for each kind, all on one
    scale, the layers running down. A bar is what was measured, a mark what shuffled labels give."""
    figure = go.Figure()
    count, head = len(layers), 1.3
    ticks, texts = [], []
    for i, (kind, (measured, shuffled)) in enumerate(rows.items()):
        place = i * (count + head) + np.arange(count)
        said = [
            f"{layer} · {kind}<br>{names[0]}: {number(a)}<br>{names[1]}: {number(b)}"
            for layer, a, b in zip(layers, measured, shuffled, strict=True)
        ]
        figure.add_bar(
            x=measured,
            y=place,
            orientation="h",
            width=0.62,
            marker={"color": GREEN},
            name=names[0],
            showlegend=not i,
            customdata=said,
            hovertemplate=HOVER,
        )
        figure.add_scatter(
            x=shuffled,
            y=place,
            mode="markers",
            marker={"symbol": "line-ns", "size": 17, "line": {"width": 3, "color": RED}},
            name=names[1],
            showlegend=not i,
            customdata=said,
            hovertemplate=HOVER,
        )
        figure.add_scatter(
            x=np.maximum(measured, shuffled),
            y=place,
            mode="text",
            text=[f"  {number(a)}" for a in measured],
            textposition="middle right",
            textfont={"family": MONO, "size": 13, "color": INK},
            hoverinfo="skip",
            showlegend=False,
            cliponaxis=False,
        )
        figure.add_annotation(
            x=0,
            xanchor="left",
            y=place[0] - 0.92,
            text=f"<b>{kind}</b>",
            showarrow=False,
            font={"size": 15, "color": INK},
        )
        ticks += place.tolist()
        texts += list(layers)
    most = max(max(measured) for measured, _ in rows.values())
    figure.update_xaxes(
        fixedrange=True, zeroline=True, zerolinecolor=SOFT, showline=False, title_text=bits, range=[0, 1.2 * most]
    )
    figure.update_yaxes(**BARE, tickvals=ticks, ticktext=texts, range=[ticks[-1] + 0.6, -1.5], ticklabelstandoff=6)
    legend = {"y": 1.01, "yanchor": "bottom", "x": 0, "font": {"size": 14}}
    return figure.update_layout(height=26 * (ticks[-1] + 3) + 60, barcornerradius=2, legend=legend)


def guesses(names: Sequence[str], shares: Sequence[float], percent: Callable[[float], str]) -> go.Figure:
    """How often a guess is right, by clue: the first and the last are what the others lie between."""
    ends = np.isin(np.arange(len(names)), (0, len(names) - 1))
    figure = go.Figure()
    figure.add_bar(
        x=shares,
        y=np.arange(len(names)),
        orientation="h",
        width=0.66,
        marker={
            "color": [PAPER if end else GREEN for end in ends],
            "line": {"color": [SOFT if end else GREEN for end in ends], "width": 1.4},
        },
        text=[f" {percent(p)}" for p in shares],
        textposition="outside",
        textfont={"family": MONO, "size": 13, "color": INK},
        cliponaxis=False,
        customdata=[f"{name}: {percent(p)}" for name, p in zip(names, shares, strict=True)],
        hovertemplate=HOVER,
    )
    figure.update_xaxes(**BARE, showticklabels=False, range=[0, 1.45 * max(shares)])
    figure.update_yaxes(
        **BARE,
        tickvals=list(range(len(names))),
        ticktext=list(names),
        range=[len(names) - 0.4, -0.6],
        ticklabelstandoff=8,
    )
    return figure.update_layout(height=36 * len(names) + 20, barcornerradius=2, showlegend=False)


def counts(losses: Sequence[float], trained: int, unit: str, axis: str, number: Callable[[float], str]) -> go.Figure:
    """The loss with 1, 2, … active experts; the number it was trained with is filled."""
    place = np.arange(1, len(losses) + 1)
    own = place == trained
    figure = go.Figure()
    figure.add_scatter(
        x=place,
        y=losses,
        mode="lines+markers+text",
        line={"color": GREEN, "width": 2},
        marker={
            "size": [15 if o else 10 for o in own],
            "opacity": 1,
            "color": [GREEN if o else PAPER for o in own],
            "line": {"color": GREEN, "width": 2},
        },
        text=[f"<b>{number(x)}</b>" if o else number(x) for x, o in zip(losses, own, strict=True)],
        textposition="top center",
        textfont={"size": 13, "color": INK},
        customdata=[f"{axis}: {n}<br>{number(x)} {unit}" for n, x in zip(place, losses, strict=True)],
        hovertemplate=HOVER,
        cliponaxis=False,
    )
    low, high = min(losses), max(losses)
    room = max(high - low, 0.05)
    figure.update_xaxes(**BARE, tickvals=place, title_text=axis, range=[0.6, len(losses) + 0.4])
    figure.update_yaxes(
        fixedrange=True,
        showline=False,
        zeroline=False,
        title_text=unit,
        range=[low - 0.25 * room, high + 0.35 * room],
        gridcolor=RULE,
    )
    return figure.update_layout(height=280, showlegend=False)


def parameters(
    models: dict[str, dict[str, int]],
    names: dict[str, str],
    rows: tuple[str, str],
    number: Callable[[int], str],
    percent: Callable[[float], str],
) -> go.Figure:
    """Of each model two bars: all its numbers, cut into parts, and those that one token uses. models: by title, the
    parts, the last of which lies idle; rows: "{model}: in all" and "used by one token"."""
    figure = go.Figure()
    place = [2.5 * m + r for m in range(len(models)) for r in range(2)]
    labels = [row.format(model=model) for model in models for row in rows]
    counts = np.array([list(parts.values()) for parts in models.values() for _ in rows])
    shares = counts / counts.sum(1, keepdims=True)
    shares[1::2, -1] = 0  # one token does not use what lies idle
    lefts = np.cumsum(shares, axis=1) - shares
    colours = (CATEGORICAL[7], CATEGORICAL[0], CATEGORICAL[3], CATEGORICAL[2], CATEGORICAL[2])
    for i, (name, colour) in enumerate(zip(names.values(), colours, strict=True)):
        idle = i == len(names) - 1
        hatched = {"shape": "/", "fgcolor": colour, "bgcolor": PAPER, "size": 7, "solidity": 0.25}
        said = zip([model for model in models for _ in rows], counts[:, i], shares[:, i], strict=True)
        figure.add_bar(
            x=shares[:, i],
            y=place,
            base=lefts[:, i],
            orientation="h",
            width=0.8,
            name=name,
            marker={"color": colour, "pattern": hatched if idle else None, "line": {"color": PAPER, "width": 1}},
            customdata=[f"{model}<br>{name}: {number(int(count))}, {percent(share)}" for model, count, share in said],
            hovertemplate=HOVER,
        )
    used = shares.sum(1)[1::2]
    figure.add_scatter(
        x=used,
        y=place[1::2],
        mode="text",
        text=[f" {percent(share)}" for share in used],
        textposition="middle right",
        textfont={"family": MONO, "size": 13, "color": INK},
        hoverinfo="skip",
        showlegend=False,
    )
    figure.update_xaxes(**BARE, showticklabels=False, range=[0, 1.01])
    figure.update_yaxes(**BARE, tickvals=place, ticktext=labels, range=[place[-1] + 0.6, -0.6], ticklabelstandoff=8)
    legend = {"y": -0.06, "yanchor": "top", "x": 0, "font": {"size": 13}, "traceorder": "normal"}
    return figure.update_layout(height=44 * len(place) + 110, barmode="overlay", barcornerradius=2, legend=legend)
