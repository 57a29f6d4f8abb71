"""A pass before a change and a pass after it: what the text cost, and what would come next."""

from dataclasses import dataclass

import numpy as np

from model import lens, sampling
from model.trace import Trace
from model.transformer import Transformer
from ui.frame.page import Page
from ui.kit.numbers import number

TOP = 5  # likeliest tokens of either run


@dataclass(frozen=True)
class Run:
    """bits (T - 1,) that each token after the first cost; chances (V,) of the next one."""

    bits: np.ndarray
    chances: np.ndarray

    @classmethod
    def of(cls, model: Transformer, trace: Trace) -> "Run":
        """The trace holds `final` of a pass of this model."""
        return cls(lens.surprisal(model, trace), sampling.softmax(lens.next_logits(model, trace)))


def per_byte(page: Page, run: Run) -> float:
    """Bits per byte of UTF-8 of the tokens after the first; a lone token has none."""
    size = sum(len(page.bundle.tokenizer.bytes(id)) for id in page.ids[1:])
    return float(run.bits.sum()) / size if size else float("nan")


def candidates(page: Page, before: Run, after: Run) -> tuple[list[str], np.ndarray]:
    """The likeliest tokens of both runs, those before the change first, and all others: see `with_rest`."""
    runs = np.stack([before.chances, after.chances])
    ids = list(dict.fromkeys(i for run in runs for i in np.argsort(-run, kind="stable")[:TOP].tolist()))
    return with_rest(page, runs, ids)


def with_rest(page: Page, runs: np.ndarray, ids: list[int]) -> tuple[list[str], np.ndarray]:
    """Of the chances (2, V) of two runs those of n tokens and, last, of all others together: names, and shares
    (2, n + 1)."""
    rest = page.words.text("others", n=number(runs.shape[1] - len(ids), page.lang))
    shares = np.column_stack([runs[:, ids], np.delete(runs, ids, axis=1).sum(1)])
    return [*page.bundle.tokenizer.strings(ids), rest], shares
