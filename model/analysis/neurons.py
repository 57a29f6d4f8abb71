"""The neurons of an MLP: how strongly each fires at every token of a text, and what it writes.

Geva et al. 2021, "Transformer Feed-Forward Layers Are Key-Value Memories": the row of the first projection that a
neuron reads with is its key, the row of the second that it writes is its value.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch

from model.layers import Experts
from model.tap import Recorder
from model.trace import ArrayOrNone, Trace
from model.transformer import Transformer


@dataclass(frozen=True)
class Neurons:
    """An MLP at work on T tokens. F neurons, D hidden size."""

    gate: ArrayOrNone  # (T, F) the gate before the activation; None without one
    pre: np.ndarray  # (T, F) with a gate its "up" half, else the neurons before the activation
    post: np.ndarray  # (T, F) how strongly each neuron fires: its activation
    values: np.ndarray  # (F, D) what each would add at an activation of 1: its value row
    bias: np.ndarray  # (D,) of the second projection; zeros without one
    out: np.ndarray  # (T, D) the MLP's own output

    @cached_property
    def norms(self) -> np.ndarray:
        """Euclidean norms of the value rows, (F,)."""
        return np.linalg.norm(self.values, axis=1)

    @property
    def lengths(self) -> np.ndarray:
        """Euclidean norm of what each neuron adds at each token, |activation| × norm of its value row, (T, F)."""
        return np.abs(self.post) * self.norms

    def strongest(self, token: int, count: int) -> list[int]:
        """The neurons that add the longest vectors at a token, the longest first."""
        return np.argsort(-self.lengths[token], kind="stable")[:count].tolist()

    def added(self, token: int) -> np.ndarray:
        """What each neuron adds to the residual stream at a token, (F, D). With the bias they add up to `out`."""
        return self.post[token][:, None] * self.values

    def fractions(self, token: int) -> np.ndarray:
        """How much of what all neurons add at a token comes from each, along the direction of their sum, (F,). They
        add up to 1; below 0 are those that write against it."""
        total = self.post[token] @ self.values
        return self.post[token] * (self.values @ total) / max(float(total @ total), 1e-30)

    def needed(self, token: int, part: float) -> int:
        """How many neurons, the largest fractions first, come to this part of what all of them add at a token."""
        reached = np.cumsum(-np.sort(-self.fractions(token)))
        return int((reached >= part).argmax()) + 1


@torch.inference_mode()
def neurons(model: Transformer, trace: Trace, layer: int, expert: int | None = None) -> Neurons:
    """Of a layer's MLP, or of one of its experts, by what that reads at every token. Needs mlp_in."""
    mlp: Any = model.layers[layer].mlp
    tap = Recorder(keep={"pre", "gate", "post"})
    if isinstance(mlp, Experts):
        mlp = mlp.experts[expert or 0]
    out = mlp(torch.tensor(trace.layers[layer].mlp_in[None], device=model.device), tap)[0]
    kept = {name: value[0].float().cpu().numpy() for (_, name), value in tap.kept.items()}
    down = mlp.down_proj
    bias = torch.zeros_like(out[0]) if down.bias is None else down.bias
    rest = (array.detach().float().cpu().numpy() for array in (down.weight.T, bias, out))
    return Neurons(kept.get("gate"), kept["pre"], kept["post"], *rest)


@torch.inference_mode()
def direct_logits(model: Transformer, vectors: np.ndarray, stream: np.ndarray) -> np.ndarray:
    """What vectors (n, D) that are added to the residual stream add to every logit directly, (n, V): through the final
    norm, at the scale that the last residual stream (D,) of the token gives it, and the language-model head. What later
    layers make of them is not counted."""
    rows, end = (torch.tensor(x, device=model.device) for x in (vectors, stream))
    norm: Any = model.norm
    if isinstance(norm, torch.nn.LayerNorm):
        rows, size = rows - rows.mean(-1, keepdim=True), end.var(correction=0)
    else:
        size = end.square().mean()
    return model.lm_head(rows * norm.weight * (size + norm.eps).rsqrt()).float().cpu().numpy()
