"""What makes a query, a key and a value out of the residual stream, and which tokens a head's matrices tell apart.

Layers and heads count from 0. Axes as in model/trace.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from model.trace import LayerTrace
from model.transformer import Transformer

TOKENS = 4096  # rows of the embedding table at a time
CHANCE = 16  # directions drawn at random, to compare with


@dataclass(frozen=True)
class Projection:
    """The part of q_proj, k_proj or v_proj that one head uses: it computes weight @ x + bias.

    weight (K, D); bias (K,), None where the model has none; first: its first row in the whole matrix, from 0; rows: of
    the whole matrix."""

    weight: np.ndarray
    bias: np.ndarray | None
    first: int
    rows: int

    def apply(self, x: np.ndarray) -> np.ndarray:
        """x (…, D), what attention reads -> (…, K), added up in float64."""
        return x.astype(np.float64) @ self.weight.T + (0 if self.bias is None else self.bias)


def head_projections(model: Transformer, layer: int, head: int) -> dict[str, Projection]:
    """The projections of a query head, by "q", "k" and "v"; those of k and v it may share with other heads."""
    config = model.config
    places = {"q": head, "k": head // config.group, "v": head // config.group}
    return {name: _projection(model, layer, name, place) for name, place in places.items()}


def _projection(model: Transformer, layer: int, name: str, place: int) -> Projection:
    linear, size = getattr(model.layers[layer].attn, f"{name}_proj"), model.config.head_width
    rows = slice(place * size, (place + 1) * size)
    weight, bias = linear.weight.detach()[rows], linear.bias
    bias = None if bias is None else bias.detach()[rows].float().cpu().numpy()
    return Projection(weight.float().cpu().numpy(), bias, rows.start, len(linear.weight))


def score_stages(layer: LayerTrace) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """q (H, T, K) and k (G, T, K) as they are projected, and after each thing that is done to them before they are
    multiplied: "plain", "normed" where a model norms them, "rotated" where positions are rotary."""
    pairs = {"plain": (layer.q, layer.k), "normed": (layer.q_norm, layer.k_norm), "rotated": (layer.q_rot, layer.k_rot)}
    return {name: pair for name, pair in pairs.items() if pair[0] is not None}


# ---- the division by √K


@dataclass(frozen=True)
class Saturation:
    """How decided the softmax is, for N rows of attention weights that have a choice of at least two keys.

    largest (N,): the largest weight; entropy (N,): in bits; slope (N,): Σ p·(1 − p), what is left of the softmax's own
    gradient (the trace of its Jacobian), 0 where one key has it all."""

    largest: np.ndarray
    entropy: np.ndarray
    slope: np.ndarray


def weights(scores: np.ndarray, mask: np.ndarray, factor: float = 1) -> np.ndarray:
    """Softmax of the masked scores, times a factor, in float64: scores (…, T, T), mask (T, T) -> (…, T, T)."""
    scaled = np.where(mask, scores.astype(np.float64) * factor, -np.inf)
    powers = np.exp(scaled - scaled.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def saturation(patterns: Sequence[np.ndarray], masks: Sequence[np.ndarray]) -> Saturation:
    """Over every row of the layers' patterns, (H, T, T) each, whose query may attend to two keys or more by the layer's
    mask (T, T); no rows for a lone token."""
    rows = np.concatenate([pattern[:, mask.sum(-1) > 1] for pattern, mask in zip(patterns, masks, strict=True)])
    rows = rows.reshape(-1, rows.shape[-1])
    bits = np.where(rows > 0, rows * np.log2(np.where(rows > 0, rows, 1)), 0)
    return Saturation(rows.max(-1), -bits.sum(-1), (rows * (1 - rows)).sum(-1))


# ---- what a head's matrices tell apart


@dataclass(frozen=True)
class Tokens:
    """Tokens at one end of a direction, the farthest first: ids, and how far their rows lie from the mean of all rows,
    in standard deviations."""

    ids: list[int]
    places: list[float]


@dataclass(frozen=True)
class Direction:
    """A direction of the query's input and the one of the key's input that it goes with.

    part: its fraction of the squared singular values; ends: the query tokens and the key tokens at one end, and those
    at the other."""

    part: float
    ends: list[tuple[Tokens, Tokens]]


@dataclass(frozen=True)
class Directions:
    """The strongest directions of a head, and how far out the farthest token lies along a direction drawn at random, in
    standard deviations: the mean of CHANCE draws, both ends."""

    strongest: list[Direction]
    chance: float


@torch.inference_mode()
def directions(model: Transformer, layer: int, head: int, count: int, top: int) -> Directions:
    """The `count` strongest directions of W_qᵀ W_k, the matrix (D, D) by which a head compares the input of a query
    with that of a key where both have the same position (Elhage et al. 2021, "A Mathematical Framework for Transformer
    Circuits": the QK circuit), each with `top` tokens at either end.

    By the singular value decomposition, of which W_qᵀ W_k has K parts. Tokens are placed by their rows of the embedding
    table, through the norm before attention, less the mean of all rows. Biases and a norm of q and k are left out.
    """
    pair = [torch.tensor(head_projections(model, layer, head)[name].weight.T) for name in ("q", "k")]
    (query, upper), (key, lower) = (torch.linalg.qr(weight) for weight in pair)
    left, sizes, right = torch.linalg.svd(upper @ lower.T)  # of (K, K) instead of (D, D)
    parts = (sizes.square() / sizes.square().sum()).tolist()
    count = min(count, len(parts))
    drawn = torch.randn(len(query), CHANCE, generator=torch.Generator().manual_seed(0))
    axes = torch.cat([query @ left[:, :count], key @ right.T[:, :count], drawn], 1)
    queries, keys, others = _places(model, layer, axes).split([count, count, CHANCE], 1)
    found = [
        Direction(
            parts[n], [(_farthest(sign * queries[:, n], top), _farthest(sign * keys[:, n], top)) for sign in (1, -1)]
        )
        for n in range(count)
    ]
    return Directions(found, float((others.amax(0) - others.amin(0)).mean() / 2))


def _places(model: Transformer, layer: int, axes: Tensor) -> Tensor:
    """How far the row of each token lies along each of n axes (D, n), in standard deviations from the mean: (V, n)."""
    along = torch.cat([rows.float() @ axes.to(rows.device) for rows in _inputs(model, layer)]).cpu()
    return (along - along.mean(0)) / along.std(0, correction=0).clamp_min(1e-12)


def _inputs(model: Transformer, layer: int) -> Iterator[Tensor]:
    """The rows of the embedding table as this layer's attention would read them, part by part."""
    norm = model.layers[layer].attn_norm if model.config.norm_place != "post" else torch.nn.Identity()
    for rows in model.embed_tokens.weight.split(TOKENS):
        yield norm(model.embed_norm(rows))


def _farthest(places: Tensor, top: int) -> Tokens:
    """Of places (V,) the largest."""
    found = places.topk(min(top, len(places)))
    return Tokens(found.indices.tolist(), found.values.tolist())
