"""How much room the names at the axes of a figure need.

Plotly finds that out by drawing: it sets a figure, measures, and sets it again. A figure that has the room from the
beginning is set once, in half the time. The estimate need not be exact: Plotly adds what is missing.
"""

import re
from functools import cache, lru_cache
from html import unescape
from pathlib import Path

import plotly.graph_objects as go
from PIL import ImageFont

from viz.theme import EDGE, MONO, NAME

_FONTS = Path(__file__).parents[1] / "static/fonts"
_LINE = 17  # pixels, of a line of names
_NUMBER = 24  # the width of numbers that Plotly chooses by itself
_LEGEND = 39  # the height of one that stands above, in one line
_TITLE = {"left": 14, "right": 14, "bottom": 22, "top": 22}


def with_label_margins(figure: go.Figure) -> go.Figure:
    """The same figure, with room for the names at its axes."""
    layout = figure.layout.to_plotly_json()
    own = layout.get("margin", {})
    figure.layout.margin = own | {side: max(need, own.get(side, EDGE)) for side, need in margins(layout).items()}
    return figure


def margins(layout: dict) -> dict[str, int]:
    """Pixels by side ("l", "r", "t", "b"), for a layout as plain data; only sides where something is written."""
    axes = {name: axis for name, axis in layout.items() if name in ("xaxis", "yaxis", "yaxis2")}
    if any("scaleanchor" in axis for axis in axes.values()):  # such a figure is narrower than its frame
        return {}
    found: dict[str, int] = {}
    for name, axis in axes.items():
        if axis.get("showticklabels", True):
            side = axis.get("side", "bottom" if name[0] == "x" else "left")
            ticks = 8 if axis.get("ticks") else 0
            title = _TITLE[side] if axis.get("title", {}).get("text") else 0
            need = EDGE + _depth(name, axis) + (axis.get("ticklabelstandoff") or 0) + ticks + title
            found[side[0]] = max(need, found.get(side[0], 0))
    if layout.get("legend", {}).get("y", 0) > 1:
        found["t"] = found.get("t", EDGE) + _LEGEND
    return found


def _depth(name: str, axis: dict) -> int:
    """Pixels that the names take up, away from the axis."""
    upright = name[0] == "x" and abs(axis.get("tickangle") or 0) != 90
    names = axis["ticktext"] if "ticktext" in axis else [f"{place:,g}" for place in axis.get("tickvals", ())]
    if upright:
        return _LINE * max((text.count("<br>") + 1 for text in names), default=1)
    font = axis.get("tickfont", {})
    widths = [width(text, font.get("size", NAME), font.get("family") == MONO) for text in names]
    return round(max(widths)) + 4 if widths else _NUMBER


@lru_cache(maxsize=2_000)
def width(text: str, size: float, mono: bool = False) -> float:
    """Pixels of the longest line of a text, tags left out, in the type of the figures."""
    lines = unescape(re.sub(r"<(?!br>)[^>]*>", "", text)).split("<br>")
    return max(map(_font(mono).getlength, lines)) * size / 100


@cache
def _font(mono: bool) -> ImageFont.FreeTypeFont:
    name = "jetbrains-mono-latin-wght-normal" if mono else "inter-latin-opsz-normal"
    return ImageFont.truetype(_FONTS / f"{name}.woff2", 100)
