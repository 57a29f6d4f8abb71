"""A whole against the sum of its parts: does what a trace shows fit together?"""

from typing import Any

import numpy as np
import torch

from model import lens, sampling
from model.checks.subject import (
    CLOSE,
    FRACTIONS,
    Measure,
    Subject,
    absolute,
    check,
    has_router,
    is_decoder,
    relative,
    worst,
)
from model.config import Config
from model.trace import LayerTrace


@check("parts", 0)
def residual(s: Subject) -> Measure:
    """the stream = the stream before + what attention and then the MLP add to it (and normed, where the model does)"""

    def normed(norm: torch.nn.Module, x: np.ndarray) -> np.ndarray:
        if s.model.config.norm_place != "post":
            return x
        with torch.inference_mode():
            return norm(torch.tensor(x, device=s.model.device)).cpu().numpy()

    def compare(layer: LayerTrace, i: int) -> Measure:
        block = s.model.layers[i]
        middle = normed(block.attn_norm, layer.resid_pre + layer.attn_out)
        end = normed(block.mlp_norm, layer.resid_mid + layer.mlp_out)
        return worst([absolute(middle, layer.resid_mid, i), absolute(end, layer.resid_post, i)])

    return s.layers(compare)


@check("parts", CLOSE)
def heads(s: Subject) -> Measure:
    """what attention adds = what its heads write, each through its slice of o_proj, added up"""

    def compare(layer: LayerTrace, i: int) -> Measure:
        bias = s.model.layers[i].attn.o_proj.bias
        written = lens.head_writes(s.model, s.trace, i).sum(0)
        return relative(written if bias is None else written + bias.cpu().numpy(), layer.attn_out, i)

    return s.layers(compare)


@check("parts", CLOSE)
def scores(s: Subject) -> Measure:
    """the scores = q · k ÷ √K, with the queries and keys that the trace shows"""

    def compare(layer: LayerTrace, i: int) -> Measure:
        q, k, _ = read(layer)
        k = k.repeat(len(q) // len(k), axis=0).astype(float)
        return relative(q @ k.swapaxes(1, 2) * s.model.config.score_scale, layer.scores, i)

    return s.layers(compare)


def read(layer: LayerTrace) -> tuple[Any, ...]:
    """What attention reads: q, k and v, after any norm and any rotation of theirs."""
    last = next(name for name in ("_rot", "_norm", "") if getattr(layer, f"q{name}") is not None)
    return getattr(layer, f"q{last}"), getattr(layer, f"k{last}"), layer.v


@check("parts", FRACTIONS)
def rows(s: Subject) -> Measure:
    """each row of attention weights adds up to 1"""
    return s.layers(lambda layer, i: absolute(layer.pattern.sum(-1, dtype=float), 1, i))


def _looks_back(config: Config) -> bool:
    return config.causal


@check("parts", 0, _looks_back)
def future(s: Subject) -> Measure:
    """no weight on a token that comes later"""
    later = np.triu(np.ones((len(s.ids),) * 2, bool), 1)
    return s.layers(lambda layer, i: absolute(layer.pattern * later, 0, i))


@check("parts", CLOSE)
def values(s: Subject) -> Measure:
    """what a head carries over = the values, each times its weight, added up"""

    def compare(layer: LayerTrace, i: int) -> Measure:
        values = layer.v.repeat(len(layer.z) // len(layer.v), axis=0).astype(float)
        return relative(layer.pattern @ values, layer.z, i)

    return s.layers(compare)


@check("parts", CLOSE, has_router)
def experts(s: Subject) -> Measure:
    """what the MLP adds = what the chosen experts say, each times its router weight, added up"""

    def compare(layer: LayerTrace, i: int) -> Measure:
        return relative((layer.expert_weight[..., None].astype(float) * layer.expert_out).sum(1), layer.mlp_out, i)

    return s.layers(compare)


@check("parts", FRACTIONS, is_decoder)
def distribution(s: Subject) -> Measure:
    """the probabilities of all tokens of the vocabulary add up to 1"""
    return absolute(sampling.softmax(lens.next_logits(s.model, s.trace)).sum(), 1)
