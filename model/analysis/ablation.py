"""What the answer is without a head: one pass for several heads of a layer, and nothing below it computed again."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from model.cache import NO_CACHE
from model.tap import NullTap, null_tap
from model.trace import Trace
from model.transformer import Transformer


class _EachSilent(NullTap):
    """In row b of the batch the head heads[b] carries nothing over."""

    def __init__(self, heads: Sequence[int]):
        self.heads = torch.tensor(heads)

    def __call__(self, name: str, x: Tensor) -> Tensor:
        if name != "z":
            return x
        silent = torch.arange(x.shape[1], device=x.device) == self.heads.to(x.device)[:, None]
        return x.masked_fill(silent[:, :, None, None], 0)


@torch.inference_mode()
def ablated_logits(model: Transformer, trace: Trace, layer: int, heads: Sequence[int]) -> np.ndarray:
    """The logits (n, V) of the next token, each without one of n heads of a layer. Needs resid_pre. The stream that
    enters the layer is the trace's: what comes before a change does not change. The weights of the layers above are
    read once for all n, which is most of the time of a short text."""
    start = torch.tensor(trace.layers[layer].resid_pre, device=model.device)
    positions = torch.arange(len(start), device=model.device)
    pos, x = model.position(positions[None]), start[None].expand(len(heads), -1, -1)
    for i in range(layer, len(model.layers)):
        tap = _EachSilent(heads) if i == layer else null_tap
        x = model.layers[i](x, pos, model.masks[i](positions, positions)[None], NO_CACHE, tap)
    return model.lm_head(model.norm(x[:, -1])).float().cpu().numpy()
