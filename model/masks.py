"""Attention masks: bool tensors (queries, keys), true where a query may attend to a key.

Every rule takes the positions of the queries and of the keys, so that one rule serves a whole prompt and, with a
cache, the few new rows below it. Rules are values: they compare, hash and print.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np
import torch
from torch import Tensor

from model.config import Config


@dataclass(frozen=True)
class Mask:
    """A rule. `mask(queries, keys)` takes positions (Q,) and (S,) and gives (Q, S)."""

    def __call__(self, queries: Tensor, keys: Tensor) -> Tensor:
        raise NotImplementedError

    def keys_per_query(self, positions: np.ndarray) -> np.ndarray:
        """How many keys the query at each position attends to, its own included: a formula, for lengths that no grid
        could hold. Only for rules that look back."""
        raise NotImplementedError

    def score_count(self, length: int) -> int:
        """How many attention scores a text of this many tokens needs, in one head of one layer."""
        return int(self.keys_per_query(np.arange(length)).sum())


@dataclass(frozen=True)
class Bidirectional(Mask):
    """Every query attends to every key."""

    def __call__(self, queries: Tensor, keys: Tensor) -> Tensor:
        return (queries[:, None] >= 0) & (keys[None] >= 0)


@dataclass(frozen=True)
class Causal(Mask):
    """A query attends to its own key and to those before it."""

    def __call__(self, queries: Tensor, keys: Tensor) -> Tensor:
        return keys[None] <= queries[:, None]

    def keys_per_query(self, positions: np.ndarray) -> np.ndarray:
        return positions + 1


@dataclass(frozen=True)
class Sliding(Causal):
    """A query attends to its own key and to the window - 1 keys before it."""

    window: int

    def __post_init__(self):
        _at_least_one("window", self.window)

    def __call__(self, queries: Tensor, keys: Tensor) -> Tensor:
        return super().__call__(queries, keys) & (queries[:, None] - keys[None] < self.window)

    def keys_per_query(self, positions: np.ndarray) -> np.ndarray:
        return np.minimum(positions + 1, self.window)


@dataclass(frozen=True)
class SinkWindow(Causal):
    """A query attends to the very first key and to the last window - 1 keys, its own included: as many as through a
    window of this size. Xiao et al. 2023, "Efficient Streaming Language Models with Attention Sinks", keep the first
    four."""

    window: int

    def __post_init__(self):
        if self.window < 2:
            raise ValueError(f"window is {self.window}; it must be at least 2, for the first key and the query's own")

    def __call__(self, queries: Tensor, keys: Tensor) -> Tensor:
        near = queries[:, None] - keys[None] < self.window - 1
        return super().__call__(queries, keys) & (near | (keys[None] == 0))

    def keys_per_query(self, positions: np.ndarray) -> np.ndarray:
        return np.minimum(positions + 1, self.window)


@dataclass(frozen=True)
class Strided(Causal):
    """The last `stride` tokens, and every stride-th before them (Child et al. 2019, "Generating Long Sequences with
    Sparse Transformers", section 4.2; here one head has the union of what the paper gives to two)."""

    stride: int

    def __post_init__(self):
        _at_least_one("stride", self.stride)

    def __call__(self, queries: Tensor, keys: Tensor) -> Tensor:
        distance = queries[:, None] - keys[None]
        return super().__call__(queries, keys) & ((distance < self.stride) | (distance % self.stride == 0))

    def keys_per_query(self, positions: np.ndarray) -> np.ndarray:
        return np.minimum(positions + 1, self.stride) + positions // self.stride


@dataclass(frozen=True)
class Fixed(Causal):
    """The token's own block of `stride` tokens so far, and the last `summary` tokens of every earlier block (same
    paper, same section): what a block holds must have been written into its last tokens."""

    stride: int
    summary: int = 1

    def __post_init__(self):
        _at_least_one("stride", self.stride)
        if not 1 <= self.summary <= self.stride:
            raise ValueError(f"summary is {self.summary}; it must lie between 1 and stride, {self.stride}")

    def __call__(self, queries: Tensor, keys: Tensor) -> Tensor:
        own = queries[:, None] // self.stride == keys[None] // self.stride
        summaries = keys[None] % self.stride >= self.stride - self.summary
        return super().__call__(queries, keys) & (own | summaries)

    def keys_per_query(self, positions: np.ndarray) -> np.ndarray:
        return positions % self.stride + 1 + positions // self.stride * self.summary


@dataclass(frozen=True)
class Documents(Causal):
    """Causal within each document, where several are packed into one row."""

    documents: tuple[int, ...]  # of the token at each position

    def __call__(self, queries: Tensor, keys: Tensor) -> Tensor:
        owner = torch.tensor(self.documents, device=keys.device)
        return super().__call__(queries, keys) & (owner[queries][:, None] == owner[keys])

    def keys_per_query(self, positions: np.ndarray) -> np.ndarray:
        owner = np.array(self.documents)
        earlier = np.tril(owner[:, None] == owner).sum(1)
        return earlier[positions]


def windowed(windows: Iterable[int | None], layers: int) -> tuple[Mask, ...]:
    """A rule for each layer, from these windows over and over; None is plain causal attention. (16,) slides everywhere,
    (16, None) in every second layer, as in Gemma 2 (2024)."""
    return tuple(Causal() if window is None else Sliding(window) for window in islice(cycle(windows), layers))


def for_layers(config: Config) -> tuple[Mask, ...]:
    """The rule of each layer of a model."""
    return windowed(config.windows, config.layers) if config.causal else (Bidirectional(),) * config.layers


def reach(rules: Iterable[Mask], length: int) -> np.ndarray:
    """After how many layers something of token j can have reached token i: (length, length) of ints, 0 on the
    diagonal, -1 where these layers are too few. The residual stream carries every token up: what was reached stays
    reached."""
    places = torch.arange(length)
    reached = torch.eye(length)
    after = torch.full((length, length), -1)
    after.fill_diagonal_(0)
    for layer, rule in enumerate(rules, 1):
        reached = ((rule(places, places).float() @ reached) + reached > 0).float()
        after[(reached > 0) & (after < 0)] = layer
    return after.numpy()


def _at_least_one(name: str, value: int) -> None:
    if value < 1:
        raise ValueError(f"{name} is {value}; it must be at least 1")
