"""What a model predicts without a head, or without all that a layer's MLP or attention adds. Nothing below the layer is
computed again: what comes before a change does not change."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from model import lens
from model.cache import NO_CACHE
from model.edits import Edit
from model.tap import NullTap, Recorder, Tap, null_tap
from model.trace import Trace
from model.transformer import Transformer


class _EachSilent(NullTap):
    """In row b of the batch the head heads[b] of one layer carries nothing over."""

    def __init__(self, where: int, heads: Sequence[int]):
        self.where, self.heads = where, torch.tensor(heads)

    def layer(self, index: int | None) -> NullTap:
        return self if index == self.where else null_tap

    def __call__(self, name: str, x: Tensor) -> Tensor:
        if name != "z":
            return x
        silent = torch.arange(x.shape[1], device=x.device) == self.heads.to(x.device)[:, None]
        return x.masked_fill(silent[:, :, None, None], 0)


@torch.inference_mode()
def ablated_logits(model: Transformer, trace: Trace, layer: int, heads: Sequence[int]) -> np.ndarray:
    """The logits (n, V) of the next token, each without one of n heads of a layer. Needs resid_pre. The weights of the
    layers above are read once for all n, which is most of the time of a short text."""
    x = _resumed(model, trace, layer, len(heads), _EachSilent(layer, heads))
    return model.lm_head(x[:, -1]).float().cpu().numpy()


@torch.inference_mode()
def surprisal(model: Transformer, trace: Trace, edit: Edit) -> np.ndarray:
    """The surprisal (T − 1,), in bits, of each token after the first, under an edit in one layer. Needs resid_pre."""
    tap = Recorder([edit], keep=())
    final = _resumed(model, trace, edit.layer or 0, 1, tap)[0]
    tap.close()
    return lens.surprisal(model, Trace(trace.tokens, trace.token_ids, (), final=final.float().cpu().numpy()))


def _resumed(model: Transformer, trace: Trace, layer: int, rows: int, tap: Tap) -> Tensor:
    """What the language-model head reads, (rows, T, D), of a pass that goes on from the residual stream as it entered
    a layer in the trace."""
    start = torch.tensor(trace.layers[layer].resid_pre, device=model.device)
    positions = torch.arange(len(start), device=model.device)
    pos, x = model.position(positions[None]), start[None].expand(rows, -1, -1)
    for i in range(layer, len(model.layers)):
        x = model.layers[i](x, pos.layer(i), model.masks[i](positions, positions)[None], NO_CACHE, tap.layer(i))
    return model.norm(x)
