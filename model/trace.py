"""The values of one forward pass, as read-only NumPy arrays without a batch axis.

Axes, the same everywhere:
    T tokens   V vocabulary   D hidden size   H query heads   G key/value heads   K head dimension
    F feed-forward size   E experts   A active experts
`None` means that the model has no such thing. A field that was not kept raises NotKept: the two never look alike.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

ArrayOrNone = Any  # None where the model has no such thing; no type checker can know which model has what


class NotKept(LookupError):
    """A field was asked for that the pass was told not to keep."""


class _Missing:
    def __repr__(self):
        return "not kept"


MISSING: Any = _Missing()  # stands in the place of any field


@dataclass(frozen=True, repr=False)
class _Record:
    def __getattribute__(self, name: str) -> Any:
        value = object.__getattribute__(self, name)
        if value is MISSING:
            raise NotKept(f"{name} was not kept: name it in keep=")
        return value

    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays that are there, by name."""
        values = {f.name: object.__getattribute__(self, f.name) for f in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, np.ndarray)}

    def bytes(self) -> int:
        """Memory of the arrays, in bytes."""
        return sum(array.nbytes for array in self.arrays().values())


@dataclass(frozen=True, repr=False)
class LayerTrace(_Record):
    """One layer of a pass."""

    resid_pre: np.ndarray = MISSING  # (T, D) the residual stream as it enters the layer
    resid_mid: np.ndarray = MISSING  # (T, D) after attention was added
    resid_post: np.ndarray = MISSING  # (T, D) after the MLP was added: as it leaves the layer
    attn_in: np.ndarray = MISSING  # (T, D) what attention reads
    attn_result: ArrayOrNone = MISSING  # (T, D) what attention gives, where a norm comes before it is added
    attn_out: np.ndarray = MISSING  # (T, D) what attention adds
    mlp_in: np.ndarray = MISSING  # (T, D) what the MLP reads
    mlp_result: ArrayOrNone = MISSING  # (T, D) what the MLP gives, where a norm comes before it is added
    mlp_out: np.ndarray = MISSING  # (T, D) what the MLP adds
    q: np.ndarray = MISSING  # (H, T, K)
    k: np.ndarray = MISSING  # (G, T, K)
    v: np.ndarray = MISSING  # (G, T, K)
    q_norm: ArrayOrNone = MISSING  # (H, T, K) normed, where q and k are
    k_norm: ArrayOrNone = MISSING  # (G, T, K)
    q_rot: ArrayOrNone = MISSING  # (H, T, K) rotated, where positions are rotary
    k_rot: ArrayOrNone = MISSING  # (G, T, K)
    mask: np.ndarray = MISSING  # (T, T) bool, true where a query (row) may attend to a key (column)
    scores: np.ndarray = MISSING  # (H, T, T) q·k / √K (or as Config.score_scale says), before the mask
    pattern: np.ndarray = MISSING  # (H, T, T) softmax of the masked scores
    z: np.ndarray = MISSING  # (H, T, K) the values, weighted by the pattern and added up
    pre: ArrayOrNone = MISSING  # (T, F) the MLP's neurons before the activation; with a gate, its "up" half
    gate: ArrayOrNone = MISSING  # (T, F) the gate before the activation
    post: ArrayOrNone = MISSING  # (T, F) the neurons as the down projection reads them
    router_logits: ArrayOrNone = MISSING  # (T, E)
    router_probs: ArrayOrNone = MISSING  # (T, E)
    expert_index: ArrayOrNone = MISSING  # (T, A)
    expert_weight: ArrayOrNone = MISSING  # (T, A) adds up to 1, but for models that do not renormalise
    expert_out: ArrayOrNone = MISSING  # (T, A, D) before the weight


@dataclass(frozen=True, repr=False)
class Trace(_Record):
    """One pass of one text."""

    tokens: tuple[str, ...]
    token_ids: np.ndarray  # (T,)
    layers: tuple[LayerTrace, ...]
    positions: np.ndarray = MISSING  # (T,) of each token: 0, 1, 2, … unless an edit moves them
    embed: np.ndarray = MISSING  # (T, D) rows of the embedding table
    pos_embed: ArrayOrNone = MISSING  # (T, D) what is added for the position, where something is added
    final: np.ndarray = MISSING  # (T, D) what the language-model head reads
    logits: ArrayOrNone = MISSING  # (T, V)

    def __repr__(self):
        return f"Trace({len(self.tokens)} tokens, {len(self.layers)} layers, {self.bytes() / 1e6:.1f} MB)"

    def stack(self, name: str) -> np.ndarray:
        """A field of all layers, (L, …). Raises NotKept."""
        return np.stack([getattr(layer, name) for layer in self.layers])

    def bytes(self) -> int:
        return super().bytes() + sum(layer.bytes() for layer in self.layers)


LAYER_FIELDS = frozenset(f.name for f in fields(LayerTrace))
FIELDS = frozenset(f.name for f in fields(Trace) if f.default is MISSING)
