"""Our models, broken on purpose: of a check that nothing can make fail one learns nothing.

`SABOTAGES` is the registry. To add one, write a function of a Transformer that returns another, and the edits of every
traced pass; lesson `is_it_true` wants a section "break-<name>" in each language. The tests demand that some check
notices.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from model import hf
from model.edits import Edit
from model.masks import Bidirectional, Causal
from model.transformer import Transformer

Broken = tuple[Transformer, tuple[Edit, ...]]  # the model, and the edits of every traced pass


@dataclass(frozen=True)
class Meddle(Edit):
    """An instrument that changes what it measures: while it looks, the stream becomes 1 % larger."""

    name: ClassVar[str] = "resid_mid"

    def __call__(self, x: Tensor) -> Tensor:
        return 1.01 * x


def _with(part: str, change: Callable[[Tensor, Transformer], Tensor]) -> Callable[[Transformer], Broken]:
    """With one tensor of the middle layer changed; the others are shared, not copied."""

    def breaking(model: Transformer) -> Broken:
        held, name = model.state_dict(), f"layers.{len(model.layers) // 2}.{part}"
        return hf.with_weights(model.config, held | {name: change(held[name].clone(), model)}), ()

    return breaking


def _swapped(weight: Tensor, model: Transformer) -> Tensor:
    first, second, *others = weight.split(model.config.head_width)
    return torch.cat([second, first, *others])


def _one_number(weight: Tensor, model: Transformer) -> Tensor:
    weight[0, 0] *= 1.01
    return weight


def _other_mask(model: Transformer) -> Broken:
    broken = hf.variant(model)
    broken.masks = (Bidirectional() if model.config.causal else Causal(),) * len(model.layers)
    return broken, ()


SABOTAGES: dict[str, Callable[[Transformer], Broken]] = {
    "positions": lambda model: (hf.variant(model, position="none"), ()),
    "mask": _other_mask,
    "keys": _with("attn.k_proj.weight", _swapped),
    "eps": lambda model: (hf.variant(model, norm_eps=1e-3), ()),
    "matrix": _with("attn.v_proj.weight", lambda weight, model: 1.01 * weight),
    "number": _with("attn.v_proj.weight", _one_number),
    "instrument": lambda model: (model, (Meddle(len(model.layers) // 2),)),
}
