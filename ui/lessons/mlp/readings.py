"""What the lesson reads off a pass: the neurons of a layer's MLP at a token, and what the prompt costs without it."""

from dataclasses import dataclass

import numpy as np
import torch

from model import lens
from model.analysis import ablation
from model.analysis.neurons import Neurons, direct_logits, neurons
from model.edits import SilenceAttention, SilenceMLP
from model.layers import ACTIVATIONS
from model.trace import Trace
from ui.frame.page import Page
from ui.kit import cache, url_state

KEEP = frozenset({"mlp_in", "mlp_out", "resid_pre", "resid_post", "final"})
ROUTED = frozenset({"expert_index", "expert_weight", "expert_out"})  # of models with experts
LIMIT = 24  # tokens
SHOWN = 8  # neurons: the strongest at a token
TOP, BOTTOM = 4, 3  # tokens whose logit a neuron raises most, and lowers most
LINK = {"layer": url_state.LAYER, "token": url_state.TOKEN, "neuron": url_state.integer_between(SHOWN)}
NAMES = {"silu": "SiLU", "gelu": "GELU", "gelu_tanh": "GELU", "relu": "ReLU"}  # of activations, in every language
CURVES = ("silu", "gelu", "relu")
HALF = 0.5  # of what all neurons add
MASSIVE = 100  # times the median norm of the other tokens: a vector that is told apart from them


def trace(page: Page) -> Trace:
    return page.trace(KEEP | ROUTED if page.bundle.model.config.experts else KEEP)


@dataclass(frozen=True)
class Shown:
    """The strongest neurons of a layer at a token. n neurons; `expert` is the token's first, None where the layer has
    one MLP; there (T,) bool: tokens that go through this MLP; raised (n, TOP), lowered (n, BOTTOM): ids of the tokens
    whose logits each neuron moves most; raised_by, lowered_by: by how much, the largest first."""

    layer: int
    token: int
    expert: int | None
    mlp: Neurons
    strongest: list[int]
    there: np.ndarray
    raised: np.ndarray
    raised_by: np.ndarray
    lowered: np.ndarray
    lowered_by: np.ndarray


def shown(page: Page, trace: Trace, layer: int, token: int) -> Shown:
    def compute() -> Shown:
        model, at = page.bundle.model, trace.layers[layer]
        expert = int(at.expert_index[token, 0]) if model.config.experts else None
        there = np.ones(len(trace.tokens), bool) if expert is None else (at.expert_index == expert).any(-1)
        mlp = neurons(model, trace, layer, expert)
        strongest = mlp.strongest(token, SHOWN)
        logits = direct_logits(model, mlp.added(token)[strongest], trace.layers[-1].resid_post[token])
        order = np.argsort(-logits, kind="stable")
        most = order[:, :TOP], order[:, : -BOTTOM - 1 : -1]
        raised_by, lowered_by = (np.take_along_axis(logits, ids, 1) for ids in most)
        return Shown(layer, token, expert, mlp, strongest, there, most[0], raised_by, most[1], lowered_by)

    return cache.result(page.key("mlp-neurons", layer, token), compute)


def start(page: Page, trace: Trace) -> tuple[int, int]:
    """Where the page opens, layer and token: the last token, and in the upper half of the layers, whose vectors the
    head reads best, the layer where a single neuron has the largest part of the sum."""

    def compute() -> int:
        layers, last = len(trace.layers), len(trace.tokens) - 1
        parts = {}
        for layer in range(layers // 2, layers):
            expert = int(trace.layers[layer].expert_index[last, 0]) if page.bundle.model.config.experts else None
            parts[layer] = neurons(page.bundle.model, trace, layer, expert).fractions(last).max()
        return max(parts, key=parts.__getitem__)

    return cache.result(page.key("mlp-start"), compute), len(trace.tokens) - 1


def activated(page: Page, x: np.ndarray) -> float:
    """The model's activation function at a number."""
    return float(ACTIVATIONS[page.bundle.model.config.activation](torch.tensor(x)))


def curves(own: str, x: np.ndarray) -> dict[str, np.ndarray]:
    """Activation functions over x, by the names that readers know: a model's own first."""
    return {NAMES[name]: ACTIVATIONS[name](torch.tensor(x)).numpy() for name in (own, *CURVES)}


# ---- without a layer's MLP or its attention


@dataclass(frozen=True)
class Silenced:
    """What each token after the first costs, in bits, on average over the prompt, without a layer's MLP and without its
    attention."""

    mlp: float
    attention: float


def loss(page: Page, trace: Trace) -> float:
    """Of the unchanged pass, in bits per token."""
    return float(lens.surprisal(page.bundle.model, trace).mean())


def silenced(page: Page, trace: Trace, layer: int) -> Silenced:
    def compute() -> Silenced:
        edits = SilenceMLP(layer), SilenceAttention(layer)
        return Silenced(*(float(ablation.surprisal(page.bundle.model, trace, edit).mean()) for edit in edits))

    return cache.result(page.key("mlp-silenced", layer), compute)


def silenced_at_first(page: Page, trace: Trace, layer: int) -> float:
    """Bits per token without what a layer's MLP adds at the first token alone."""

    def compute() -> float:
        return float(ablation.surprisal(page.bundle.model, trace, SilenceMLP(layer, 0)).mean())

    return cache.result(page.key("mlp-silenced-at-first", layer), compute)


def massive(trace: Trace) -> tuple[int, float, float] | None:
    """The layer whose MLP adds a vector at the first token that is far longer than at the others: the layer, its norm
    there, and how many times the median of the others that is. None where there is none."""
    norms = np.linalg.norm(trace.stack("mlp_out"), axis=-1)
    times = norms[:, 0] / np.maximum(np.median(norms[:, 1:], axis=1), 1e-9)
    layer = int(times.argmax())
    return (layer, float(norms[layer, 0]), float(times[layer])) if times[layer] > MASSIVE else None
