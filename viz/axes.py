"""What figures have in common, as plain data.

A figure is put together from dicts and made once, at the end: Plotly would check what is there again whenever something
is added, and learners wait for it.
"""

from collections.abc import Sequence

import numpy as np

HOVER_TEXT = "%{customdata}<extra></extra>"
AXIS_PLAIN = {"fixedrange": True, "showgrid": False, "zeroline": False, "showline": False, "ticks": ""}  # an axis
AXIS_HIDDEN = AXIS_PLAIN | {"showticklabels": False}
AXIS_GRID = {"fixedrange": True, "showline": False, "zeroline": False, "ticks": ""}  # one with its grid
QUARTERS = (0, 0.25, 0.5, 0.75, 1)  # of a whole, along an axis
TICKS_PERCENT = {"tickvals": QUARTERS, "ticktext": [f"{100 * share:.0f}\u202f%" for share in QUARTERS]}
LEGEND_ABOVE = {"x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 14}}  # where a legend stands
SCALE_BELOW = {"orientation": "h", "x": 0, "xanchor": "left", "y": 0, "yanchor": "top"}  # a colour scale, below its map
SCALE_BELOW |= {"lenmode": "pixels", "outlinewidth": 0}
LABEL_OFFSET_PX = 15  # px: how far a point's name is from it
TEXT_POSITIONS = {  # where it can stand
    "middle right": (1, 0),
    "middle left": (-1, 0),
    "top center": (0, 1),
    "bottom center": (0, -1),
    "top right": (1, 1),
    "top left": (-1, 1),
    "bottom right": (1, -1),
    "bottom left": (-1, -1),
}


def superscript(n: int) -> str:
    """An exponent, as it is written after a power's base."""
    return str(n).translate(str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"))


def category_rows(names: Sequence[str], standoff: int | None = 7, **more) -> dict:
    """The axis of rows that run down, with their names at the left."""
    ticks = {"tickvals": list(range(len(names))), "ticktext": list(names), "ticklabelstandoff": standoff}
    return AXIS_PLAIN | ticks | {"range": [len(names) - 0.4, -0.6]} | more


def vline(x: float, **line) -> dict:
    """A line from the bottom of a figure to its top, one of its shapes."""
    return {"type": "line", "xref": "x", "x0": x, "x1": x, "yref": "y domain", "y0": 0, "y1": 1, "line": line}


def hline(y: float, **line) -> dict:
    """A line from the left of a figure to its right, one of its shapes."""
    return {"type": "line", "xref": "x domain", "x0": 0, "x1": 1, "yref": "y", "y0": y, "y1": y, "line": line}


def label_sides(at: np.ndarray, named: Sequence[int]) -> list[str]:
    """For each of the points `named`, in this order, the side on which its name is farthest from other points and from
    the names before it. `at` (n, 2) holds all points, px; names are about as wide as they are high."""
    taken, chosen = list(at), []
    for i in named:
        others = np.array([other for j, other in enumerate(taken) if j != i] or [at[i] + 1e6])
        spots = at[i] + LABEL_OFFSET_PX * np.array(list(TEXT_POSITIONS.values()))
        gaps = np.linalg.norm(spots[:, None] - others, axis=-1).min(1)
        best = int(np.minimum(gaps, 2 * LABEL_OFFSET_PX).argmax())  # far enough is far enough: the right side first
        taken.append(spots[best])
        chosen.append(list(TEXT_POSITIONS)[best])
    return chosen
