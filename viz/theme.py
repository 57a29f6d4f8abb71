"""The one look of the figures. Colours are those of .streamlit/config.toml.

Figure functions use the names below, which are the light theme's; `dress` puts the dark theme's in their place.
"""

import tomllib
from pathlib import Path

import plotly.graph_objects as go

_THEME = tomllib.loads((Path(__file__).parents[1] / ".streamlit/config.toml").read_text(encoding="utf-8"))["theme"]
_LIGHT, _DARK = _THEME["light"], _THEME["dark"]

PAPER, SECOND, INK = _LIGHT["backgroundColor"], _LIGHT["secondaryBackgroundColor"], _LIGHT["textColor"]
SOFT, RULE = _LIGHT["grayTextColor"], _LIGHT["borderColor"]
QUERY = GREEN = _LIGHT["primaryColor"]
KEY, VALUE, RED = _LIGHT["blueColor"], _LIGHT["orangeColor"], _LIGHT["redColor"]
CATEGORICAL = tuple(_LIGHT["chartCategoricalColors"])
SEQUENTIAL = [[i / 9, colour] for i, colour in enumerate(_LIGHT["chartSequentialColors"])]  # 0 to 1
DIVERGING = [[i / 9, colour] for i, colour in enumerate(_LIGHT["chartDivergingColors"])]  # centred on zero
SANS, SERIF, MONO = _THEME["font"], _THEME["headingFont"], _THEME["codeFont"]


def dress(figure: go.Figure, mode: str) -> go.Figure:
    """A copy of the figure in the look of `mode`, "light" or "dark"."""
    figure = go.Figure(figure)
    figure.update_layout(_template())
    return go.Figure(_recoloured(figure.to_dict(), _swap(mode)), skip_invalid=False) if mode == "dark" else figure


def _template() -> dict:
    axis = {"automargin": True, "gridcolor": RULE, "linecolor": RULE, "zerolinecolor": RULE, "tickfont": {"size": 13}, "title": {"font": {"size": 14}}}
    layout = go.Layout(
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", colorway=CATEGORICAL,
        font={"family": SANS, "size": 14, "color": INK}, xaxis=axis, yaxis=axis,
        margin={"l": 8, "r": 8, "t": 8, "b": 8}, hoverlabel={"bgcolor": SECOND, "bordercolor": RULE, "font": {"color": INK, "family": SANS}},
        colorscale={"sequential": SEQUENTIAL, "diverging": DIVERGING}, legend={"orientation": "h", "y": -0.2},
    )
    return {"template": go.layout.Template(layout=layout)}


def _swap(mode: str) -> dict[str, str]:
    swap = {}
    for name, colour in _LIGHT.items():
        pairs = zip(colour, _DARK[name]) if isinstance(colour, list) else [(colour, _DARK[name])]
        swap.update(pairs)
    return swap


def _recoloured(value, swap: dict[str, str]):
    if isinstance(value, dict):
        return {name: _recoloured(item, swap) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_recoloured(item, swap) for item in value]
    return swap.get(value, value) if isinstance(value, str) else value


def pairs(names: dict[str, str]) -> dict[str, tuple[str, str]]:
    """The light and the dark colour of each theme setting in `names`, under its new name."""
    return {new: (_LIGHT[setting], _DARK[setting]) for new, setting in names.items()}
