"""What the attention explorer draws, and what the live model answers about it."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from model import lens
from model.analysis import attention
from model.analysis.attention import Cell
from model.config import Config
from model.layers import Attention
from model.trace import Trace
from model.zoo import Bundle
from ui import components
from ui.frame import prompt_bar
from ui.kit import token_names, url_state
from ui.kit.content_words import content_words, listed, special

MODELS = (*prompt_bar.DECODERS, "minilm")
LIMIT = 32  # tokens
STEPS = 127  # of colour on either side of zero, of the numbers of a vector
SOURCE = (Attention.forward,)
LINK = dict.fromkeys(("token", "key", "target"), url_state.TOKEN) | {
    "layer": url_state.LAYER,
    "head": url_state.HEAD,
    "mask": url_state.one_of("off"),
    "rows": url_state.one_of("all"),
}
APPENDED = " then"  # any word will do: what counts is that it comes later
ROUNDING = 1e-4  # of a weight: below it, two runs of different length agree


def keep(config: Config) -> set[str]:
    """The fields of a trace that the explorer draws: q and k as they are multiplied, after any rotation."""
    turned = {"q_rot", "k_rot"} if config.position == "rotary" else {"q", "k"}
    return {"mask", "scores", "pattern", "v", "z"} | turned


def table(trace: Trace, layer: int, head: int) -> tuple[list, list, list, list]:
    """Every cell of a head that the mask leaves: query token, key token, attention score, weight."""
    shown = trace.layers[layer]
    queries, keys = np.nonzero(shown.mask)
    names = np.array(token_names.distinct(trace.tokens), dtype=object)
    return (
        list(names[queries]),
        list(names[keys]),
        shown.scores[head][queries, keys].tolist(),
        shown.pattern[head][queries, keys].tolist(),
    )


def packed(bundle: Bundle, trace: Trace, start: Cell) -> dict:
    """The data of the component.

    tokens (T strings); special and pronouns (T bools); targets (T,): for each query the key to begin with; reader: the
    query to begin with; width: K; divisor: q·k is
    divided by its root; rotary; both: whether attention is bidirectional; model: its title.
    Arrays: scores (L, H, T, T) before the mask; mask (T, T); q, z (L, H, T, K) and k, v (L, G, T, K) as `tinted`, with
    their limits q-limit, z-limit (L, H) and k-limit, v-limit (L, G); difference (L, H, T), the largest over all K
    between the weighted values added up and the model's z.
    """
    rotary, added = bundle.model.config.position == "rotary", special(bundle, trace)
    fields = {"q": "q_rot" if rotary else "q", "k": "k_rot" if rotary else "k", "v": "v", "z": "z"}
    vectors = {}
    for name, field in fields.items():
        vectors[name], vectors[f"{name}-limit"] = tinted(trace.stack(field))
    return {
        **components.pack(
            scores=trace.stack("scores"),
            mask=trace.layers[0].mask.astype(np.uint8),
            difference=np.stack([lens.combining_error(layer) for layer in trace.layers]),
            **vectors,
        ),
        "tokens": token_names.distinct(trace.tokens),
        "special": added.tolist(),
        "pronouns": [attention.bare(token) in listed("pronouns") for token in trace.tokens],
        "targets": attention.targets(trace, content_words(trace.tokens), added).tolist(),
        "reader": start.query,
        "width": trace.layers[0].v.shape[-1],
        "divisor": bundle.model.config.score_divisor,
        "rotary": rotary,
        "both": bundle.model.config.mask == "bidirectional",
        "model": bundle.card.title,
    }


def fitting_cell(asked: Mapping[str, int], trace: Trace, start: Cell) -> Cell:
    """What the component reported, of layer, head, query and key; where it does not fit this trace, where it starts."""
    ends = {"layer": len(trace.layers), "head": len(trace.layers[0].pattern)}
    ends |= dict.fromkeys(("query", "key"), len(trace.tokens))
    fits = all(0 <= asked[name] < end for name, end in ends.items() if name in asked)
    return replace(start, **asked) if fits else start


def tinted(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All numbers of the vectors (L, H, T, K) as steps of colour, uint8 with STEPS + 1 for zero, and the largest size
    in each head, (L, H), which is STEPS steps: a strip needs no more, and a number of four bytes would be four times as
    much to send."""
    limits = np.abs(vectors).max((2, 3))
    steps = np.rint(vectors / np.maximum(limits, 1e-30)[..., None, None] * STEPS) + STEPS + 1
    return steps.astype(np.uint8), limits


def products(trace: Trace, cell: Cell) -> dict[str, np.ndarray]:
    """The K numbers of one attention weight, those first that add most to the score: their own places from 1, q and k
    as they are multiplied, q × k, v, weight × v, and z. Needs the fields of `keep`."""
    layer = trace.layers[cell.layer]
    group = cell.head // (len(layer.scores) // len(layer.v))
    fields = layer.arrays()
    q = fields.get("q_rot", fields.get("q"))[cell.head, cell.query]
    k = fields.get("k_rot", fields.get("k"))[group, cell.key]
    product = q.astype(np.float64) * k
    order = np.argsort(-np.abs(product), kind="stable")
    v = layer.v[group, cell.key]
    weighted = layer.pattern[cell.head, cell.query, cell.key] * v
    z = layer.z[cell.head, cell.query]
    numbers = {"number": np.arange(len(q)) + 1, "q": q, "k": k, "q × k": product}
    numbers |= {"v": v, "weight × v": weighted, "z": z}
    return {name: values[order] for name, values in numbers.items()}


def swap(bundle: Bundle, trace: Trace, text: str, cell: Cell) -> attention.Swap | None:
    """The prompt with two content words exchanged, or None where that cannot be done."""
    return attention.swap(bundle.tokenizer, trace, text, cell, content_words(trace.tokens) & ~special(bundle, trace))


def plain(token: str) -> str:
    """A token as it is named in a sentence: without the mark of its space."""
    return token.removeprefix("·") or token
