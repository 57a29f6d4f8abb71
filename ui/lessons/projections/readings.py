"""What the lesson reads off a trace and off the weights of one head."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from model.analysis import projections
from model.analysis.attention import Cell
from model.analysis.losses import Predictions
from model.analysis.projections import Directions, Saturation
from model.edits import ScaleScores
from model.trace import Trace
from ui import components
from ui.frame.page import Page
from ui.kit import cache, url_state

LIMIT = 32  # tokens
KEEP = frozenset(
    {"resid_pre", "attn_in", "q", "k", "v", "q_norm", "k_norm", "q_rot", "k_rot", "mask", "scores", "pattern", "final"}
)
POWERS = (0, 0.25, 0.5, 0.75, 1)  # of K, by which q·k is divided: 0 leaves it as it is, ½ is the model's
OWN = 0.5
DIRECTIONS, TOP = 3, 6  # directions of a head that are shown, and tokens at each of their ends
LINK = {
    "layer": url_state.LAYER,
    "head": url_state.HEAD,
    "token": url_state.TOKEN,
    "key": url_state.TOKEN,
    "matrix": url_state.one_of("q", "k", "v"),
    "row": url_state.integer_between(lambda page: page.bundle.model.config.head_width),
    "column": url_state.integer_between(lambda page: page.bundle.model.config.width),
    "stage": url_state.one_of("plain", "normed", "rotated"),
    "order": url_state.one_of("place"),
    "divide": url_state.one_of(*(str(power) for power in POWERS)),
}


@dataclass(frozen=True)
class Place:
    """A head, from 0."""

    layer: int
    head: int


def fitting_place(asked: Mapping[str, object], trace: Trace, start: Cell) -> Place:
    """The head that is asked for, as far as there is such a one; else the one to start with."""
    layer, head = asked.get("layer"), asked.get("head")
    fits = isinstance(layer, int) and 0 <= layer < len(trace.layers)
    layer = layer if fits else start.layer
    fits = isinstance(head, int) and 0 <= head < len(trace.layers[0].q)
    return Place(layer, head if fits else start.head)


def packed(page: Page, trace: Trace, place: Place, start: Cell) -> dict:
    """The data of the component, for one head.

    text, tokens (T strings); layer, head; layers, heads: how many there are; query, key: the tokens to begin with;
    divisor: q·k is divided by its root; norm: "rms", "layer", or "none" where attention reads the residual stream
    itself; stages: names of what q and k are before they are multiplied, the last one of those that are; groups: query
    heads for each key/value head; slices: for "q", "k", "v" the first row of the head's part and the rows of the whole
    matrix.
    Arrays: x and read (T, D), the residual stream and what attention reads of it; wq, wk, wv (K, D) and, where there
    are biases, bq, bk, bv (K,); v (T, K); q-<stage>, k-<stage> (T, K); scores, pattern (T, T); mask (T, T).
    """
    model, layer = page.bundle.model, trace.layers[place.layer]
    config, group = model.config, place.head // model.config.group
    parts = projections.head_projections(model, place.layer, place.head)
    arrays = {"x": layer.resid_pre, "read": layer.attn_in, "v": layer.v[group]}
    arrays |= {f"w{name}": part.weight for name, part in parts.items()}
    arrays |= {f"b{name}": part.bias for name, part in parts.items() if part.bias is not None}
    stages = projections.score_stages(layer)
    for stage, (q, k) in stages.items():
        arrays |= {f"q-{stage}": q[place.head], f"k-{stage}": k[group]}
    arrays |= {"scores": layer.scores[place.head], "pattern": layer.pattern[place.head]}
    return {
        **components.pack(**arrays, mask=layer.mask.astype(np.uint8)),
        "text": page.text,
        "tokens": page.names,
        "layer": place.layer,
        "head": place.head,
        "layers": config.layers,
        "heads": config.heads,
        "query": start.query,
        "key": start.key,
        "divisor": config.score_divisor,
        "norm": config.norm if config.norm_place != "post" else "none",
        "stages": list(stages),
        "groups": config.group,
        "slices": {name: [part.first, part.rows] for name, part in parts.items()},
    }


def directions(page: Page, place: Place) -> Directions:
    """The strongest directions of a head; they belong to the model, not to the prompt."""
    model = page.bundle.model
    key = cache.Key("directions", page.bundle.card.name, settings=(place.layer, place.head, DIRECTIONS, TOP))
    return cache.result(key, lambda: projections.directions(model, place.layer, place.head, DIRECTIONS, TOP))


# ---- the division


def factor(page: Page, power: float) -> float:
    """By what the model's own scores are multiplied so that q·k is divided by K to this power."""
    return page.bundle.model.config.score_divisor ** (OWN - power)


def row(page: Page, trace: Trace, cell: Cell, power: float) -> np.ndarray:
    """The weights (T,) of a query in a head, where q·k is divided by K to this power."""
    layer = trace.layers[cell.layer]
    return projections.weights(layer.scores[cell.head], layer.mask, factor(page, power))[cell.query]


def saturations(page: Page, trace: Trace) -> dict[float, Saturation]:
    """For every power: how decided the softmax is in all heads, from the scores of the model's own pass."""
    return {
        power: projections.saturation(
            [projections.weights(layer.scores, layer.mask, factor(page, power)) for layer in trace.layers],
            [layer.mask for layer in trace.layers],
        )
        for power in POWERS
    }


def predictions(page: Page) -> dict[float, Predictions]:
    """For every power: what the model predicts in a pass in which all its scores are divided so."""
    model, layers = page.bundle.model, range(page.bundle.model.config.layers)

    def compute() -> dict[float, Predictions]:
        edits = {p: () if p == OWN else tuple(ScaleScores(layer, factor(page, p)) for layer in layers) for p in POWERS}
        return {p: Predictions.of(model, page.trace({"final"}, made, kept=False)) for p, made in edits.items()}

    return cache.result(page.key("divided"), compute)
