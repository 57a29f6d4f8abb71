"""Interventions: what to change in a forward pass, and where. Each is a value, applied by the tap.

An edit names the layer and the value it changes, and maps that value, with its batch axis, to a new one of the same
shape and type. It raises ValueError, in one sentence, where it asks for something the value does not have.
"""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from model.config import Config
from model.masks import Mask


@dataclass(frozen=True)
class Edit:
    """layer: where, counted from 0; None for values outside the layers."""

    layer: int | None
    name: ClassVar[str]

    def __call__(self, x: Tensor) -> Tensor:
        raise NotImplementedError

    def check(self, config: Config) -> None:
        """What can be said before the pass. Raises ValueError for something that this model does not have."""


def _at(x: Tensor, axis: int, index: int, what: str) -> Tensor:
    """A bool tensor that is true at one index of one axis and broadcasts over x."""
    size = x.shape[axis]
    if not 0 <= index < size:
        raise ValueError(f"there is no {what} {index}: this pass has {size}, counted from 0")
    shape = [1] * x.ndim
    shape[axis] = size
    return (torch.arange(size, device=x.device) == index).view(shape)


@dataclass(frozen=True)
class SilenceHead(Edit):
    """Sets what one query head carries over to zero, so that it adds nothing to the residual stream."""

    head: int
    name: ClassVar[str] = "z"

    def __call__(self, z: Tensor) -> Tensor:
        return z.masked_fill(_at(z, 1, self.head, "head"), 0)


@dataclass(frozen=True)
class ScaleHead(Edit):
    """Makes what one query head carries over `factor` times as large; below zero it carries over the opposite."""

    head: int
    factor: float
    name: ClassVar[str] = "z"

    def __call__(self, z: Tensor) -> Tensor:
        return torch.where(_at(z, 1, self.head, "head"), z * self.factor, z)


@dataclass(frozen=True)
class FixHead(Edit):
    """Lets one query head carry over the same vector at every position, whatever it attends to. With the mean of its z
    in a pass of the same text (mean ablation) it is silenced more gently: layers above meet numbers they are used to.

    vector: K numbers.
    """

    head: int
    vector: tuple[float, ...]
    name: ClassVar[str] = "z"

    def __call__(self, z: Tensor) -> Tensor:
        if len(self.vector) != z.shape[-1]:
            raise ValueError(f"the vector has {len(self.vector)} numbers, the head {z.shape[-1]}")
        vector = torch.tensor(self.vector, dtype=z.dtype, device=z.device)
        return torch.where(_at(z, 1, self.head, "head"), vector, z)


@dataclass(frozen=True)
class SilenceAttention(Edit):
    """Sets what the attention of a layer adds to the residual stream to 0, at one token or at all (zero ablation)."""

    token: int | None = None
    name: ClassVar[str] = "attn_out"

    def __call__(self, x: Tensor) -> Tensor:
        return torch.zeros_like(x) if self.token is None else x.masked_fill(_at(x, 1, self.token, "token"), 0)


@dataclass(frozen=True)
class SilenceMLP(SilenceAttention):
    """The same for its MLP, or for all its experts."""

    name: ClassVar[str] = "mlp_out"


@dataclass(frozen=True)
class HideKey(Edit):
    """Takes one key away from one query in one head, or in every head: its score becomes −∞, its weight 0."""

    query: int
    key: int
    head: int | None = None
    name: ClassVar[str] = "scores"

    def __call__(self, scores: Tensor) -> Tensor:
        if self.query == self.key == 0:
            raise ValueError("query 0 can attend only to key 0: hiding it leaves nothing to attend to")
        cell = _at(scores, 2, self.query, "query") & _at(scores, 3, self.key, "key")
        if self.head is not None:
            cell = cell & _at(scores, 1, self.head, "head")
        return scores.masked_fill(cell, float("-inf"))


@dataclass(frozen=True)
class ScaleScores(Edit):
    """Makes all attention scores of a layer `factor` times as large: with √K the division by √K is taken away."""

    factor: float
    name: ClassVar[str] = "scores"

    def __call__(self, scores: Tensor) -> Tensor:
        return scores * self.factor


@dataclass(frozen=True)
class UseMask(Edit):
    """Gives a layer another mask."""

    rule: Mask
    name: ClassVar[str] = "mask"

    def __call__(self, mask: Tensor) -> Tensor:
        places = torch.arange(mask.shape[-1], device=mask.device)
        return self.rule(places[-mask.shape[-2] :], places)[None]


@dataclass(frozen=True)
class MovePositions(Edit):
    """Moves tokens to other positions; the mask stays as it was. positions: T numbers; fractions only
    where positions are computed, and nothing below 0."""

    layer: None = field(default=None, init=False, repr=False)
    positions: tuple[float, ...]
    name: ClassVar[str] = "positions"

    def check(self, config: Config) -> None:
        if min(self.positions, default=0) < 0:
            raise ValueError(f"a token cannot stand at {min(self.positions)}: positions begin at 0")
        if config.position == "learned" and any(position % 1 for position in self.positions):
            raise ValueError("a table of positions has no rows between its rows: whole numbers only")

    def __call__(self, positions: Tensor) -> Tensor:
        if len(self.positions) != positions.shape[-1]:
            raise ValueError(f"{len(self.positions)} positions for {positions.shape[-1]} tokens")
        moved = torch.tensor([self.positions], dtype=torch.float64, device="cpu")
        whole = bool((moved % 1 == 0).all())
        return moved.to(positions.device, positions.dtype if whole else torch.float32)


@dataclass(frozen=True)
class ForceExperts(Edit):
    """Sends one token, or every token, to the given experts; their router weights are renormalised. Where fewer are
    given than are active, the router's own choices follow."""

    experts: tuple[int, ...]
    token: int | None = None
    name: ClassVar[str] = "expert_index"

    def check(self, config: Config) -> None:
        if unknown := [expert for expert in self.experts if not 0 <= expert < (config.experts or 0)]:
            raise ValueError(f"there is no expert {unknown[0]}: this model has {config.experts}, counted from 0")

    def __call__(self, index: Tensor) -> Tensor:
        active, given = index.shape[-1], torch.tensor(self.experts, device=index.device)
        if not len(given) == len(set(self.experts)) <= active:
            raise ValueError(f"{len(set(self.experts))} different experts named where {active} are active")
        known = (index[..., None] == given).any(-1)
        others = index.gather(-1, known.to(torch.int8).argsort(dim=-1, stable=True))
        forced = torch.cat([given.expand(*index.shape[:-1], -1), others[..., : active - len(given)]], -1)
        return forced if self.token is None else torch.where(_at(index, 1, self.token, "token"), forced, index)


@dataclass(frozen=True)
class ExpertOff(Edit):
    """Takes an expert out of the router's choice for every token: the next in order is chosen in its place."""

    expert: int
    name: ClassVar[str] = "router_logits"

    def check(self, config: Config) -> None:
        if config.experts == config.active_experts:
            raise ValueError(f"all {config.experts} experts are active: none can take another's place")

    def __call__(self, logits: Tensor) -> Tensor:
        return logits.masked_fill(_at(logits, 2, self.expert, "expert"), float("-inf"))


@dataclass(frozen=True)
class PatchResidual(Edit):
    """Replaces the residual stream at one position, as it enters the layer, by another vector (activation patching).

    vector: D numbers, as a tuple; `PatchResidual.of` takes any array, for example a row of another trace's resid_pre.
    """

    token: int
    vector: tuple[float, ...]
    name: ClassVar[str] = "resid_pre"

    @classmethod
    def of(cls, layer: int, token: int, vector: np.ndarray) -> "PatchResidual":
        return cls(layer, token, tuple(np.asarray(vector, float).tolist()))

    def __call__(self, x: Tensor) -> Tensor:
        if len(self.vector) != x.shape[-1]:
            raise ValueError(f"the patch has {len(self.vector)} numbers, the residual stream {x.shape[-1]}")
        return torch.where(_at(x, 1, self.token, "token"), torch.tensor(self.vector, dtype=x.dtype, device=x.device), x)


@dataclass(frozen=True)
class PoolKeys(Edit):
    """Puts the mean over a layer's key heads in the place of each of them, so that all query heads share one key: how
    Ainslie et al. 2023 ("GQA", section 2.1) begin to make a multi-query model, which they then train further."""

    name: ClassVar[str] = "k"

    def __call__(self, x: Tensor) -> Tensor:
        return x.mean(1, keepdim=True).expand_as(x)


@dataclass(frozen=True)
class PoolValues(PoolKeys):
    """The same for the values."""

    name: ClassVar[str] = "v"
