"""The residual stream through the layers: its parts, its size, and how far a change moves it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from model import lens
from model.edits import Edit
from model.trace import LayerTrace, Trace
from model.transformer import Transformer, run


def rms(x: np.ndarray) -> np.ndarray:
    """Root mean square over the last axis: the size of a vector, whatever its number of dimensions."""
    return np.sqrt(np.square(x).mean(-1))


def sum_parts(layer: LayerTrace, position: int) -> tuple[np.ndarray, float]:
    """What a layer adds at one position: the stream that comes in, attention's part, the MLP's part and the stream
    that goes out, (4, D); and the largest difference between the sum of the first three and the fourth."""
    parts = np.stack([field[position] for field in (layer.resid_pre, layer.attn_out, layer.mlp_out, layer.resid_post)])
    return parts, float(np.abs(parts[:3].sum(0) - parts[3]).max())


@dataclass(frozen=True)
class Sum:
    """One number of a token's vector, through all layers: place, of the D numbers; embedding: what it begins with;
    attention, mlp: what all layers together add; sum of the three; difference: from the model's own, at the top."""

    place: int
    embedding: float
    attention: float
    mlp: float
    sum: float
    difference: float


def whole_sum(trace: Trace, position: int) -> Sum:
    """Of a model with its norms before each part, the number that the layers change most at this position. Needs
    resid_pre, attn_out, mlp_out and resid_post."""
    first, last = trace.layers[0].resid_pre[position], trace.layers[-1].resid_post[position]
    place = int(np.abs(last - first).argmax())
    attention, mlp = (
        float(sum(getattr(layer, name)[position, place] for layer in trace.layers)) for name in ("attn_out", "mlp_out")
    )
    total = float(first[place]) + attention + mlp
    return Sum(place, float(first[place]), attention, mlp, total, abs(total - float(last[place])))


@dataclass(frozen=True)
class _CutResidual(Edit):
    """Takes the residual connection past attention away: the stream as it entered the layer, (T, D), is taken out of
    the sum again."""

    stream: np.ndarray = field(compare=False)
    name: ClassVar[str] = "resid_mid"

    def __call__(self, x: Tensor) -> Tensor:
        return x - torch.tensor(self.stream, dtype=x.dtype, device=x.device)


def without_residual(model: Transformer, trace: Trace, layer: int) -> Trace:
    """The same text where in one layer nothing but attention's output goes on to the MLP: with `final`. The trace needs
    resid_pre; the model has its norms before each part."""
    stream = trace.layers[layer].resid_pre
    return run(model, trace.token_ids.tolist(), trace.tokens, edits=(_CutResidual(layer, stream),), keep={"final"})


def distances(before: Trace, after: Trace) -> np.ndarray:
    """How far each token's vector moved, as a fraction of its length: (L + 1, T), as it enters the first layer and
    leaves every one. Needs resid_pre and resid_post."""
    first, second = (lens.residual_streams(trace, range(len(trace.tokens))) for trace in (before, after))
    return _relative(first, second).T


def shared_prefix(before: Trace, after: Trace) -> int:
    """How many tokens both texts begin with."""
    length = min(len(before.token_ids), len(after.token_ids))
    same = before.token_ids[:length] == after.token_ids[:length]
    return length if same.all() else int(same.argmin())


def largest_shift(before: Trace, after: Trace) -> tuple[int, float]:
    """Of the tokens that both texts begin with, the one whose last vector moves most: its position, and how far it
    moves, as a fraction of its length. Needs final."""
    common = shared_prefix(before, after)
    shifts = _relative(before.final[:common], after.final[:common])
    return int(shifts.argmax()), float(shifts.max())


def appended(model: Transformer, ids: Sequence[int], token_id: int) -> np.ndarray:
    """How far each token's vector moves when one token more is appended: the largest over all layers, as a fraction of
    its length, (T,). A causal model's move by rounding only."""
    before, after = (run(model, text, [""] * len(text), keep={"resid_post"}).layers for text in (ids, [*ids, token_id]))
    pairs = zip(before, after, strict=True)
    return np.max([_relative(a.resid_post, b.resid_post[: len(ids)]) for a, b in pairs], axis=0)


def _relative(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    return np.linalg.norm(after - before, axis=-1) / np.maximum(np.linalg.norm(before, axis=-1), 1e-12)


@dataclass(frozen=True)
class Normed:
    """One number of a token's vector on its way through attention and the norm beside it.

    layer; place: of the D numbers. x: in the stream that comes in; added: by attention; sum: of both. before: the
    number as it goes into the norm, whose mean over D is `mean` (0 without one) and whose root mean square, with
    norm_eps, is `size`. result = (before − mean) / size · weight + bias; difference: from the model's own, both in
    float32. mid: the number in the stream after attention.
    """

    layer: int
    place: int
    x: float
    added: float
    sum: float
    before: float
    mean: float
    size: float
    weight: float
    bias: float
    result: float
    difference: float
    mid: float


def norm_terms(model: Transformer, trace: Trace, position: int) -> Normed:
    """Of the middle layer, the number that attention changes most at this position. Needs resid_pre, attn_in, attn_out
    and resid_mid."""
    index, config = model.config.layers // 2, model.config
    layer, norm = trace.layers[index], model.layers[index].attn_norm
    place = int(np.abs(layer.attn_out[position]).argmax())
    x, added, mid = (getattr(layer, name)[position] for name in ("resid_pre", "attn_out", "resid_mid"))
    before, after = (x + added, mid) if config.norm_place == "post" else (x, layer.attn_in[position])
    weight = float(norm.weight.detach()[place])
    mean, bias = (float(before.mean()), float(norm.bias.detach()[place])) if config.norm == "layer" else (0.0, 0.0)
    size = float(np.sqrt(np.square(before - mean).mean() + config.norm_eps))
    result = (float(before[place]) - mean) / size * weight + bias
    return Normed(
        index,
        place,
        x=float(x[place]),
        added=float(added[place]),
        sum=float(x[place] + added[place]),
        before=float(before[place]),
        mean=mean,
        size=size,
        weight=weight,
        bias=bias,
        result=result,
        difference=float(abs(np.float32(result) - after[place])),
        mid=float(mid[place]),
    )


@dataclass(frozen=True)
class FinalNorm:
    """How the last vector of the residual stream becomes what the head reads, D numbers at once:
    (before − mean) / size · weight + bias. mean and bias are 0 and size is the root mean square with RMSNorm (Zhang and
    Sennrich 2019); with LayerNorm (Ba et al. 2016) size is the standard deviation. norm_eps is in it."""

    before: np.ndarray  # (D,) after the last layer
    mean: float
    size: float
    weight: np.ndarray  # (D,)
    bias: np.ndarray  # (D,)

    @property
    def result(self) -> np.ndarray:
        """(D,)"""
        return (self.before - self.mean) / self.size * self.weight + self.bias


def final_norm(model: Transformer, trace: Trace, position: int = -1) -> FinalNorm | None:
    """At one position; None where the last layer itself ends with a norm (post-norm). Needs resid_post."""
    config, norm = model.config, model.norm
    if config.norm_place == "post":
        return None
    before, weight = trace.layers[-1].resid_post[position], norm.weight.detach().float().cpu().numpy()
    mean, bias = 0.0, np.zeros_like(weight)
    if config.norm == "layer":
        mean, bias = float(before.mean()), norm.bias.detach().float().cpu().numpy()
    size = float(np.sqrt(np.square(before - mean).mean() + config.norm_eps))
    return FinalNorm(before, mean, size, weight, bias)
