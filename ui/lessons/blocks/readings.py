"""What is read from a model's pass over the prompt. The pass itself, many times as large, is not kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from model import lens
from model.analysis.streams import Sum, norm_terms, rms, whole_sum, without_residual
from model.sampling import softmax
from model.trace import Trace
from model.transformer import Transformer
from model.zoo import Bundle
from ui.kit import cache
from ui.lessons.blocks.parts import present

KEEP = frozenset(
    {"resid_pre", "resid_mid", "resid_post", "attn_in", "attn_out", "mlp_in", "mlp_out", "q", "k", "v", "q_rot"}
    | {"pattern", "pre", "gate", "router_probs", "embed", "pos_embed", "final"}
)


@dataclass(frozen=True)
class Reading:
    """at: the last token of the reader's own. sizes (L + 1, T): how large the stream is, before the first layer and
    after each. numbers: for every part, (the section of content/ that names a reading, one number or one a layer (L,)).
    through: of the middle layer, the number that attention changes most at that token, on its way. residual: of a model
    with its norms before each part, what the residual connection does."""

    tokens: tuple[str, ...]
    at: int
    sizes: np.ndarray
    numbers: dict[str, list[tuple[str, np.ndarray | float]]]
    through: dict[str, float]
    residual: "Residual | None"


@dataclass(frozen=True)
class Residual:
    """sum: one number through all layers. layer: where the connection was cut. whole, cut: the likeliest next token and
    its probability, as the model is and with the cut; left: the probability of the first of the two, with the cut."""

    sum: Sum
    layer: int
    whole: tuple[str, float]
    cut: tuple[str, float]
    left: float


def read(bundle: Bundle, ids: Sequence[int], at: int) -> Reading:
    """The model reads the T tokens, and what the lesson shows of the pass is read off."""
    model, trace = bundle.model, cache.trace(bundle, ids, KEEP, kept=False)
    sizes = rms(np.stack([*(layer.resid_pre for layer in trace.layers), trace.layers[-1].resid_post]))
    numbers = {name: list(_numbers(name, model, trace, at)) for name in present(model.config)}
    return Reading(trace.tokens, at, sizes, numbers, vars(norm_terms(model, trace, at)), _residual(bundle, trace, at))


def _residual(bundle: Bundle, trace: Trace, at: int) -> Residual | None:
    model, layer = bundle.model, bundle.model.config.layers // 2
    if model.config.norm_place != "pre" or not model.config.head:
        return None
    changed = without_residual(model, trace, layer)
    whole, cut = (softmax(lens.next_logits(model, x, at)) for x in (trace, changed))
    best = [int(whole.argmax()), int(cut.argmax())]
    names = bundle.tokenizer.strings(best)
    pairs = [(name, float(x[i])) for name, x, i in zip(names, (whole, cut), best, strict=True)]
    return Residual(whole_sum(trace, at), layer, *pairs, left=float(cut[best[0]]))


def _numbers(name: str, model: Transformer, trace: Trace, at: int) -> Iterator[tuple[str, np.ndarray | float]]:
    """(section of content/ that names the reading, one number, or one for each layer (L,))."""
    layers, config = trace.layers, model.config
    pre = config.norm_place != "post"

    def by_layer(field: str) -> np.ndarray:
        return np.array([rms(getattr(layer, field)[..., at, :]).mean() for layer in layers])

    match name:
        case "embedding":
            yield "size-is", rms(trace.embed[at])
        case "position" if config.position == "rotary":
            moved = [
                np.linalg.norm(layer.q_rot[:, at] - layer.q[:, at], axis=-1) / np.linalg.norm(layer.q[:, at], axis=-1)
                for layer in layers
            ]
            yield "share-turned", np.mean(moved, axis=1)
        case "position":
            yield "size-added", rms(trace.pos_embed[at])
        case "embed_norm":
            yield "size-after", rms(layers[0].resid_pre[at])
        case "attn_norm" | "mlp_norm":
            stream, out = ("resid_pre", "attn_out") if name == "attn_norm" else ("resid_mid", "mlp_out")
            after = ("attn_in", "mlp_in") if pre else ("resid_mid", "resid_post")
            added = [getattr(layer, stream)[at] + (0 if pre else getattr(layer, out)[at]) for layer in layers]
            yield "size-before", rms(np.stack(added))
            yield "size-after", by_layer(after[name == "mlp_norm"])
        case "attention" | "output":
            yield "size-added", by_layer("attn_out")
        case "mlp" | "down" | "experts":
            yield "size-added", by_layer("mlp_out")
        case "residual":
            yield "size-stream", by_layer("resid_post")
        case "q" | "k" | "v":
            yield "size-is", by_layer(name)
        case "scores":
            yield "share-later", np.array([np.triu(layer.pattern, 1).sum(-1).mean() for layer in layers])
            yield "share-first", np.array([layer.pattern[:, at, 0].mean() for layer in layers])
        case "gate":
            yield "share-open", np.array([(layer.gate[at] > 0).mean() for layer in layers])
        case "up":
            yield "size-is", by_layer("pre")
        case "activation":
            field = "gate" if config.mlp == "gated" else "pre"
            yield "share-open", np.array([(getattr(layer, field)[at] > 0).mean() for layer in layers])
        case "router":
            yield "share-router", np.array([layer.router_probs[at].max() for layer in layers])
        case "final_norm":
            yield "size-before", rms(layers[-1].resid_post[at])
            yield "size-after", rms(trace.final[at])
        case "head" if config.head:
            yield "share-likeliest", float(softmax(lens.next_logits(model, trace, at)).max())
        case "head":
            yield "size-is", rms(trace.final[at])
