"""Who may read whom: bool tensors (queries, keys), true where a query may read a key.

Every rule takes the positions of the queries and of the keys, so that one function serves a whole prompt and, with a
cache, the few new rows below it.
"""

from collections.abc import Callable

from torch import Tensor

Mask = Callable[[Tensor, Tensor], Tensor]


def bidirectional(queries: Tensor, keys: Tensor) -> Tensor:
    """Every token reads every token."""
    return (queries[:, None] >= 0) & (keys[None] >= 0)


def causal(queries: Tensor, keys: Tensor) -> Tensor:
    """A token reads itself and what came before."""
    return keys[None] <= queries[:, None]


def sliding(window: int) -> Mask:
    """A token reads itself and the window - 1 tokens before it."""

    def mask(queries: Tensor, keys: Tensor) -> Tensor:
        return causal(queries, keys) & (queries[:, None] - keys[None] < window)

    return mask


def from_config(name: str, window: int | None) -> Mask:
    """The mask a configuration names."""
    return sliding(window) if name == "sliding" else {"causal": causal, "bidirectional": bidirectional}[name]
