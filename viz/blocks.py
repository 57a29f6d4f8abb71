"""Lesson `blocks`: a block wired from its configuration, and the size of the stream through the layers.

A drawing is a column of slots, the same for every model, so that two models stand level with one another: what a model
has not leaves its slot empty, and what stands elsewhere stands in another slot.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from model.config import Config
from viz.axes import HOVER_TEXT, LEGEND_ABOVE
from viz.theme import CATEGORICAL, INK, PAPER

# From the bottom up. Each branch leaves the stream below its first slot and is added at "…_add".
SLOTS = (
    *("embedding", "segment", "position", "embed_norm"),
    *("attn_before", "attention", "attn_add", "attn_after"),
    *("cross_before", "cross", "cross_add", "cross_after"),
    *("mlp_before", "mlp", "mlp_add", "mlp_after"),
    *("final_norm", "head"),
)


@dataclass(frozen=True)
class Part:
    """place: "stream", the stream itself runs through it; "branch", a copy does, and what comes out is added; "added",
    it has no input from the stream."""

    name: str
    slot: str
    place: str


def wired(config: Config) -> tuple[Part, ...]:
    """The parts of a model from the bottom up."""
    parts = [Part("embedding", "embedding", "stream")]
    if config.segments:
        parts.append(Part("segment", "segment", "added"))
    if config.position in ("learned", "sinusoidal"):
        parts.append(Part("position", "position", "added"))
    if config.embed_norm:
        parts.append(Part("embed_norm", "embed_norm", "stream"))
    parts += [*_branch("attn", "attention", config), *_branch("mlp", "mlp", config)]
    if config.norm_place != "post":
        parts.append(Part("final_norm", "final_norm", "stream"))
    return (*parts, Part("head", "head", "stream"))


def cross_attention(config: Config) -> tuple[Part, ...]:
    """What a decoder of an encoder–decoder has besides, with its norm where this model has its norms."""
    return tuple(_branch("cross", "cross", config))


def _branch(branch: str, part: str, config: Config) -> list[Part]:
    norm, inner = f"{branch}_norm", Part(part, part, "branch")
    if config.norm_place != "post":
        return [Part(norm, f"{branch}_before", "branch"), inner]
    return [inner, Part(norm, f"{branch}_after", "stream")]


def inside(config: Config) -> dict[str, tuple[tuple[str, ...], ...]]:
    """What attention and MLP are made of, in rows from the bottom up; parts of a row stand side by side."""
    turned = (("rotation",),) if config.position == "rotary" else ()
    if config.experts:
        mlp = (("router",), ("experts",))
    else:
        mlp = (("gate", "up") if config.mlp == "gated" else ("up",), ("activation",), ("down",))
    return {"attention": (("q", "k", "v"), *turned, ("scores",), ("output",)), "mlp": mlp}


def sharing(config: Config) -> str:
    """How query heads share keys and values."""
    return {config.heads: "multi", 1: "one"}.get(config.kv_heads, "grouped")


def designs(config: Config) -> dict[str, tuple]:
    """What makes each part what it is, sizes and biases apart: two models differ in a part where these differ."""
    norm, reads = (config.norm,), (config.mask, config.window is not None)
    inner = (config.mlp, config.activation)
    return {
        "embedding": (),
        "segment": (bool(config.segments),),
        "position": (config.position,),
        "rotation": (config.position,),
        "embed_norm": (config.embed_norm, norm) if config.embed_norm else (False,),
        "attn_norm": (norm, config.norm_place),
        "attention": (sharing(config), reads),
        "mlp_norm": (norm, config.norm_place),
        "mlp": (*inner, bool(config.experts)),
        "final_norm": (config.norm_place != "post", norm),
        "head": (config.head,),
        "residual": (),
        "q": (),
        "k": (sharing(config),),
        "v": (sharing(config),),
        "scores": reads,
        "output": (),
        "gate": (config.mlp, bool(config.experts)),
        "up": (bool(config.experts),),
        "activation": (config.activation, bool(config.experts)),
        "down": (bool(config.experts),),
        "router": (bool(config.experts),),
        "experts": (bool(config.experts),),
    }


def streams(
    sizes: Mapping[str, np.ndarray], layer: str, size: str, first: str, number: Callable[[float], str]
) -> go.Figure:
    """sizes: by model, the root mean square of the stream (L + 1, T), before the first layer and after each. The first
    token is dashed, the mean of the others drawn through. Logarithmic: sizes differ by a thousand times."""
    drawn = []
    depth = max(len(one) for one in sizes.values()) - 1
    for i, (model, one) in enumerate(sizes.items()):
        colour = CATEGORICAL[i]
        lines = {(first, "dash"): one[:, 0]}
        if one.shape[1] > 1:
            lines[("", "solid")] = one[:, 1:].mean(1)
        for (which, dash), line in lines.items():
            name = f"{model}, {which}" if which else model
            course = {
                "type": "scatter",
                "x": np.arange(len(line)),
                "y": line,
                "name": name,
                "mode": "lines+markers",
                "line": {"color": colour, "width": 2.6 if dash == "solid" else 1.8, "dash": dash},
                "marker": {"size": 5, "color": PAPER, "line": {"color": colour, "width": 1.6}},
                "customdata": [f"{name} · {layer} {n}: {number(float(x))}" for n, x in enumerate(line)],
                "hovertemplate": HOVER_TEXT,
            }
            drawn.append(course)
    every = np.concatenate([one.ravel() for one in sizes.values()])
    low, high = np.log10([every.min(), every.max()])
    powers = 10.0 ** np.arange(np.floor(low), np.ceil(high) + 1)
    axis = {"fixedrange": True, "zeroline": False}
    across = axis | {"showgrid": False, "title": layer, "range": [-0.5, depth + 0.7]}
    upwards = axis | {"type": "log", "title": size, "tickvals": powers, "tickformat": ",~r"}
    upwards["range"] = [low - 0.2, high + 0.25]
    look = {"height": 400, "font": {"color": INK}, "legend": LEGEND_ABOVE}
    return go.Figure(drawn, look | {"xaxis": across, "yaxis": upwards})
