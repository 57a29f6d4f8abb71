"""The one look of the figures. Colours are those of .streamlit/config.toml.

Figure functions use the names below, which are the light theme's; `apply_theme` puts the dark theme's in their
place. To import this gives every figure the look.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas  # noqa: F401 - Plotly looks into it as soon as it is named, also while another thread still imports it
import plotly.graph_objects as go
import plotly.io

_CONFIG = Path(__file__).parents[1] / ".streamlit/config.toml"
_THEME = tomllib.loads(_CONFIG.read_text(encoding="utf-8"))["theme"]
_LIGHT, _DARK = _THEME["light"], _THEME["dark"]

PAPER, SECOND, INK = _LIGHT["backgroundColor"], _LIGHT["secondaryBackgroundColor"], _LIGHT["textColor"]
SOFT, RULE = _LIGHT["grayTextColor"], _LIGHT["borderColor"]
QUERY = GREEN = _LIGHT["primaryColor"]
KEY, VALUE, RED = _LIGHT["blueColor"], _LIGHT["orangeColor"], _LIGHT["redColor"]
CATEGORICAL = tuple(_LIGHT["chartCategoricalColors"])
SEQUENTIAL = [[i / 9, colour] for i, colour in enumerate(_LIGHT["chartSequentialColors"])]  # 0 to 1
DIVERGING = [[i / 9, colour] for i, colour in enumerate(_LIGHT["chartDivergingColors"])]  # centred on zero
SANS, MONO = _THEME["font"], _THEME["codeFont"]

EDGE, NAME = 8, 13  # pixels: around a figure; the type of the names at its axes

_CLEAR = "rgba(0,0,0,0)"
_AXIS = {
    "automargin": True,
    "ticklabeloverflow": "allow",  # there is room: to look whether a name sticks out takes as long as to write it
    "gridcolor": RULE,
    "linecolor": RULE,
    "zerolinecolor": RULE,
    "tickfont": {"size": NAME},
    "title": {"font": {"size": 14}},
}
# The look of every figure from the moment it is made: to put it in later would make Plotly check all values again.
plotly.io.templates["vetro"] = go.layout.Template(
    layout={
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
        "font": {"family": SANS, "size": 14, "color": INK},
        "xaxis": _AXIS
        | {"title": _AXIS["title"] | {"standoff": 6}}  # near its names, away from what follows
        | {"autotickangles": [0, -90]},  # upright where the names are long: slanted they lie over one another
        "yaxis": _AXIS,
        "margin": dict.fromkeys("lrtb", EDGE),
        "hoverlabel": {"bgcolor": SECOND, "bordercolor": RULE, "font": {"color": INK, "family": SANS}},
        "legend": {"orientation": "h", "y": -0.2},
        "colorway": CATEGORICAL,
        "colorscale": {"sequential": SEQUENTIAL, "diverging": DIVERGING},
    }
)
plotly.io.templates.default = "vetro"


def apply_theme(figure: go.Figure, mode: str) -> go.Figure:
    """The same figure, going out in the look of `mode`, "light" or "dark"."""
    if mode == "dark":  # a new figure of these values would be checked anew, which takes longer than to make the page
        figure.to_dict = lambda: _recoloured(type(figure).to_dict(figure), _SWAP)
    return figure


def _swap() -> Iterator[tuple[str, str]]:
    """Every colour of the light theme with the dark theme's in its place."""
    for name, light in _LIGHT.items():
        yield from zip(light, _DARK[name], strict=True) if isinstance(light, list) else [(light, _DARK[name])]


_SWAP = dict(_swap())


def other_colours(mode: str) -> dict[str, str]:
    """The colours of `mode`, "light" or "dark", each with the other theme's in its place."""
    return {dark: light for light, dark in _SWAP.items()} if mode == "dark" else _SWAP


def _recoloured(value: Any, swap: dict[str, str]):
    if isinstance(value, dict):
        return {name: _recoloured(item, swap) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_recoloured(item, swap) for item in value]
    if isinstance(value, np.ndarray) and value.dtype.kind in "UO":
        return [_recoloured(item, swap) for item in value.tolist()]
    return swap.get(value, value) if isinstance(value, str) else value
