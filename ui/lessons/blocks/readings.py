"""Lesson 9: what is read from a model's pass over the prompt. The pass itself, many times as large, is not kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from model import lens, transformer
from model.analysis.streams import norm_terms, rms
from model.sampling import softmax
from model.trace import Trace
from model.transformer import Transformer
from ui.lessons.blocks.parts import present

KEEP = frozenset(
    {"resid_pre", "resid_mid", "resid_post", "attn_in", "attn_out", "mlp_in", "mlp_out", "q", "k", "v", "q_rot"}
    | {"pattern", "pre", "gate", "router_probs", "embed", "pos_embed", "final"}
)


@dataclass(frozen=True)
class Seen:
    """at: the last token of the reader's own. sizes (L + 1, T): how large the stream is, before the first layer and
    after each. numbers: for every part, (the section of content/ that names a reading, one number or one a layer (L,)).
    through: of the middle layer, the number that attention changes most at that token, on its way."""

    tokens: tuple[str, ...]
    at: int
    sizes: np.ndarray
    numbers: dict[str, list[tuple[str, np.ndarray | float]]]
    through: dict[str, float]


def see(model: Transformer, ids: Sequence[int], tokens: Sequence[str], at: int) -> Seen:
    """The model reads the T tokens, and what the lesson shows of it is read off."""
    trace = transformer.run(model, ids, tokens, keep=KEEP)
    sizes = rms(np.stack([*(layer.resid_pre for layer in trace.layers), trace.layers[-1].resid_post]))
    numbers = {name: list(_numbers(name, model, trace, at)) for name in present(model.config)}
    return Seen(trace.tokens, at, sizes, numbers, vars(norm_terms(model, trace, at)))


def _numbers(name: str, model: Transformer, trace: Trace, at: int) -> Iterator[tuple[str, np.ndarray | float]]:
    """(section of content/ that names the reading, one number, or one for each layer (L,))."""
    layers, config = trace.layers, model.config
    pre = config.norm_place == "pre"

    def each(field: str) -> np.ndarray:
        return np.array([rms(getattr(x, field)[..., at, :]).mean() for x in layers])

    match name:
        case "embedding":
            yield "size-is", rms(trace.embed[at])
        case "position" if config.position == "rotary":
            moved = [
                np.linalg.norm(x.q_rot[:, at] - x.q[:, at], axis=-1) / np.linalg.norm(x.q[:, at], axis=-1)
                for x in layers
            ]
            yield "share-turned", np.mean(moved, axis=1)
        case "position":
            yield "size-added", rms(trace.pos_embed[at])
        case "embed_norm":
            yield "size-after", rms(layers[0].resid_pre[at])
        case "attn_norm" | "mlp_norm":
            stream, out = ("resid_pre", "attn_out") if name == "attn_norm" else ("resid_mid", "mlp_out")
            after = ("attn_in", "mlp_in") if pre else ("resid_mid", "resid_post")
            added = [getattr(x, stream)[at] + (0 if pre else getattr(x, out)[at]) for x in layers]
            yield "size-before", rms(np.stack(added))
            yield "size-after", each(after[name == "mlp_norm"])
        case "attention" | "output":
            yield "size-added", each("attn_out")
        case "mlp" | "down" | "experts":
            yield "size-added", each("mlp_out")
        case "residual":
            yield "size-stream", each("resid_post")
        case "q" | "k" | "v":
            yield "size-is", each(name)
        case "scores":
            yield "share-later", np.array([np.triu(x.pattern, 1).sum(-1).mean() for x in layers])
            yield "share-first", np.array([x.pattern[:, at, 0].mean() for x in layers])
        case "gate":
            yield "share-open", np.array([(x.gate[at] > 0).mean() for x in layers])
        case "up":
            yield "size-is", each("pre")
        case "activation":
            field = "gate" if config.mlp == "gated" else "pre"
            yield "share-open", np.array([(getattr(x, field)[at] > 0).mean() for x in layers])
        case "router":
            yield "share-router", np.array([x.router_probs[at].max() for x in layers])
        case "final_norm":
            yield "size-before", rms(layers[-1].resid_post[at])
            yield "size-after", rms(trace.final[at])
        case "head" if config.head:
            yield "share-likeliest", float(softmax(lens.next_logits(model, trace, at)).max())
        case "head":
            yield "size-is", rms(trace.final[at])
