"""What a text cost the model that predicts it, and what it would say next."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model import lens, sampling
from model.tokens import Tokenizer
from model.trace import Trace
from model.transformer import Transformer


@dataclass(frozen=True)
class Predictions:
    """What a model predicted in one pass. bits (T - 1,): the surprisal of each token after the first; probabilities
    (V,): of the next one."""

    bits: np.ndarray
    probabilities: np.ndarray

    @classmethod
    def of(cls, model: Transformer, trace: Trace) -> "Predictions":
        """The trace holds `final` of a pass of this model."""
        return cls(lens.surprisal(model, trace), sampling.softmax(lens.next_logits(model, trace)))


def bits_per_byte(bits: np.ndarray, tokenizer: Tokenizer, ids: Sequence[int]) -> float:
    """The loss in bits per byte of UTF-8: of the surprisals (T - 1,) of the tokens after the first; NaN for a lone
    token."""
    size = sum(len(tokenizer.bytes(id)) for id in ids[1:])
    return float(bits.sum()) / size if size else float("nan")


def most_likely(probabilities: np.ndarray, count: int = 5) -> list[int]:
    """The `count` likeliest tokens of each of several distributions (N, V), each once, those of the first one first."""
    return list(dict.fromkeys(np.argsort(-probabilities, kind="stable")[:, :count].ravel().tolist()))


def with_rest(probabilities: np.ndarray, ids: Sequence[int]) -> np.ndarray:
    """Of distributions (N, V) the probabilities of n tokens and, last, of all others together: (N, n + 1)."""
    return np.column_stack([probabilities[:, ids], np.delete(probabilities, ids, axis=1).sum(1)])
