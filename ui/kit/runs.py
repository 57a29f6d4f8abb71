"""A pass before a change and a pass after it: what would come next."""

import numpy as np

from model.analysis.losses import Predictions
from ui.frame.page import Page
from ui.kit.numbers import number

TOP = 5  # likeliest tokens of either run


def candidates(page: Page, before: Predictions, after: Predictions) -> tuple[list[str], np.ndarray]:
    """The likeliest tokens of both runs, those before the change first, and all others: see `with_rest`."""
    runs = np.stack([before.probabilities, after.probabilities])
    ids = list(dict.fromkeys(i for run in runs for i in np.argsort(-run, kind="stable")[:TOP].tolist()))
    return with_rest(page, runs, ids)


def with_rest(page: Page, runs: np.ndarray, ids: list[int]) -> tuple[list[str], np.ndarray]:
    """Of the chances (2, V) of two runs those of n tokens and, last, of all others together: names, and shares
    (2, n + 1)."""
    rest = page.words.text("others", n=number(runs.shape[1] - len(ids), page.lang))
    shares = np.column_stack([runs[:, ids], np.delete(runs, ids, axis=1).sum(1)])
    return [*page.bundle.tokenizer.strings(ids), rest], shares
