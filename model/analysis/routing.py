"""How a pass used its experts: of N tokens, E experts in each layer, A of them active for a token."""

from dataclasses import dataclass

import numpy as np
import torch

from model.trace import LayerTrace, Trace
from model.train import load_balance


@dataclass(frozen=True)
class Balance:
    """One layer, as training measures it (`model.train.load_balance`)."""

    f: np.ndarray  # (E,) the fraction of all assignments, first choice or not
    P: np.ndarray  # (E,) the router's mean probability
    loss: float  # E · Σ f · P: 1 where all experts are used evenly


def balance(layer: LayerTrace) -> Balance:
    """Needs expert_index and router_probs."""
    f, P, loss = load_balance(torch.tensor(layer.expert_index), torch.tensor(layer.router_probs))
    return Balance(f.numpy(), P.numpy(), float(loss))


def combined(trace: Trace) -> np.ndarray:
    """The outputs of the chosen experts times their weights, added up: (L, T, D). The model's own is mlp_out."""
    return np.stack([(layer.expert_weight[..., None] * layer.expert_out).sum(1) for layer in trace.layers])


def experts_used(trace: Trace) -> int:
    """How many experts, over all layers, at least one token of the text is assigned to."""
    return sum(len(np.unique(layer.expert_index)) for layer in trace.layers)
