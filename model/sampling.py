"""From logits to a token: logits → temperature → top-k → top-p → min-p → one draw. Every stage is kept.

All of it is over the whole vocabulary, in float64. Stages come in the order of transformers, each on what the one
before left, renormalised; `temperature_last` is the other order that is in use.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Sampling:
    """How to choose. temperature 0 is greedy; None switches a filter off. ValueError for a value out of range."""

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None

    def __post_init__(self):
        if not 0 <= self.temperature < np.inf:
            raise ValueError(f"temperature is {self.temperature}; it must be 0 or more")
        if self.top_k is not None and self.top_k < 1:
            raise ValueError(f"top_k is {self.top_k}; it must be 1 or more")
        for name in ("top_p", "min_p"):
            if (value := getattr(self, name)) is not None and not 0 < value <= 1:
                raise ValueError(f"{name} is {value}; it must be above 0 and at most 1")


@dataclass(frozen=True)
class Stages:
    """The distribution (V,) after each stage; each adds up to 1. A filter that is off passes on what it got."""

    base: np.ndarray  # softmax of the logits
    tempered: np.ndarray
    top_k: np.ndarray
    top_p: np.ndarray
    min_p: np.ndarray

    @property
    def final(self) -> np.ndarray:
        """What is drawn from."""
        return self.min_p


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities from logits (…, V), over the last axis, in float64."""
    exps = np.exp(np.asarray(logits, np.float64) - np.max(logits, axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


def stages(
    logits: np.ndarray,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    min_p: float | None = None,
) -> Stages:
    """logits (V,) -> every stage on the way to the distribution that is drawn from. Raises ValueError as Sampling."""
    Sampling(temperature, top_k, top_p, min_p)  # checks the ranges
    base, tempered = softmax(logits), _tempered(logits, temperature)
    after_k = _keep(tempered, _among_top_k(tempered, top_k))
    after_p = _keep(after_k, _in_nucleus(after_k, top_p))
    after_min = _keep(after_p, after_p >= min_p * after_p.max() if min_p else True)
    return Stages(base, tempered, after_k, after_p, after_min)


def temperature_last(
    logits: np.ndarray,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    min_p: float | None = None,
) -> np.ndarray:
    """logits (V,) -> the distribution (V,) that is drawn from where the filters see the probabilities of temperature 1,
    and the temperature comes after them: the default order of llama.cpp. Raises ValueError as Sampling."""
    kept = stages(logits, top_k=top_k, top_p=top_p, min_p=min_p).final > 0
    Sampling(temperature)  # checks the range
    return _tempered(np.where(kept, logits, -np.inf), temperature)


def _tempered(logits: np.ndarray, temperature: float) -> np.ndarray:
    if temperature:
        return softmax(np.asarray(logits, np.float64) / temperature)
    greedy = np.zeros(len(logits))
    greedy[np.argmax(logits)] = 1
    return greedy


def _keep(probabilities: np.ndarray, kept: np.ndarray | bool) -> np.ndarray:
    left = np.where(kept, probabilities, 0)
    return left / left.sum()


def _among_top_k(probabilities: np.ndarray, k: int | None):
    """The k likeliest, and all that equal the last of them (Fan et al. 2018)."""
    if k is None or k >= len(probabilities):
        return True
    return probabilities >= np.partition(probabilities, -k)[-k]


def _in_nucleus(probabilities: np.ndarray, p: float | None):
    """The likeliest until they have p together, at least one (Holtzman et al. 2019)."""
    if p is None or p >= 1:
        return True
    order = np.argsort(-probabilities, kind="stable")
    before = np.cumsum(probabilities[order]) - probabilities[order]
    kept = np.empty(len(probabilities), bool)
    kept[order] = before < p
    return kept


def draw(distribution: np.ndarray, *, seed: int, step: int = 0, count: int | None = None):
    """Draws one token id, or `count` of them. The same seed and step always draw the same: a rewound text that is
    played again goes the same way."""
    uniform = np.random.default_rng((seed, step)).random(count)
    edges = np.cumsum(distribution)
    # the last edge may round to a hair below 1, and beyond it lies no token
    drawn = np.minimum(np.searchsorted(edges, uniform * edges[-1], side="right"), np.flatnonzero(distribution)[-1])
    return int(drawn) if count is None else drawn
