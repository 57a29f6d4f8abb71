"""The logit lens as a tower: what the model would predict after every layer, the embedding at the bottom."""

from collections.abc import Callable, Sequence

import numpy as np
import plotly.graph_objects as go

from viz.axes import AXIS_PLAIN, HOVER_TEXT, TICKS_PERCENT
from viz.bars import label
from viz.theme import GREEN, INK, MONO, PAPER, RULE


def tower(
    ids: np.ndarray,
    tokens: Sequence[str],
    shares: np.ndarray,
    chances: np.ndarray,
    levels: Sequence[str],
    percent: Callable[[float], str],
) -> go.Figure:
    """ids, tokens, shares (L + 1,): the likeliest at each level; chances (L + 1,): of the last level's token.

    A token that stays the likeliest over several levels is written once, where it takes over.
    """
    place, top = np.arange(len(ids)), len(ids) - 1
    taken = [level for level in range(len(ids)) if not level or ids[level] != ids[level - 1]]

    def hover(names: Sequence[str], values: np.ndarray) -> list[str]:
        return [f"{level} · {label(name)} {percent(x)}" for level, name, x in zip(levels, names, values, strict=True)]

    bars = {
        "type": "bar",
        "name": "likeliest",
        "x": shares,
        "y": place,
        "orientation": "h",
        "width": 0.62,
        "marker": {"color": np.where(ids == ids[-1], GREEN, RULE).tolist()},
        "customdata": hover(tokens, shares),
        "hovertemplate": HOVER_TEXT,
    }
    line = {
        "type": "scatter",
        "name": "answer",
        "x": chances,
        "y": place,
        "yaxis": "y2",
        "mode": "lines+markers",
        "line": {"color": INK, "width": 1.6},
        "marker": {"size": 6, "color": PAPER, "line": {"color": INK, "width": 1.6}},
        "cliponaxis": False,
        "customdata": hover([tokens[-1]] * len(ids), chances),
        "hovertemplate": HOVER_TEXT,
    }
    step = 5 if top > 12 else 1
    named = [
        level for level in range(len(ids)) if level in (0, top) or (level % step == 0 and top - level >= step // 2)
    ]
    sides = AXIS_PLAIN | {"ticklabelstandoff": 10, "range": [-0.7, top + 0.7]}
    words = {"tickvals": taken, "ticktext": [label(tokens[i]) for i in taken], "tickfont": {"family": MONO}}
    # beside long tokens the figure is narrow: every second share is written
    halves = TICKS_PERCENT | {
        "ticktext": [text if i % 2 == 0 else "" for i, text in enumerate(TICKS_PERCENT["ticktext"])]
    }
    layout = {
        "height": 13 * len(ids) + 60,
        "xaxis": AXIS_PLAIN | halves | {"showgrid": True, "side": "top", "range": [0, 1]},
        "yaxis": sides | {"tickvals": named, "ticktext": [levels[i] for i in named]},
        "yaxis2": sides | words | {"overlaying": "y", "side": "right", "automargin": True},
        "barcornerradius": 2,
        "showlegend": False,
    }
    return go.Figure([bars, line], layout)
