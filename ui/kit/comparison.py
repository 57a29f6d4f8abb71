"""The next token before a change and after it, as the rows of a chart."""

from typing import TYPE_CHECKING

import numpy as np

from model.analysis.losses import Predictions, most_likely, with_rest

if TYPE_CHECKING:
    from ui.frame.page import Page


def top_tokens(page: "Page", before: Predictions, after: Predictions) -> tuple[list[str], np.ndarray]:
    """The likeliest tokens of both passes, those before the change first, and all others: see `named`."""
    probabilities = np.stack([before.probabilities, after.probabilities])
    return named(page, probabilities, most_likely(probabilities))


def named(page: "Page", probabilities: np.ndarray, ids: list[int]) -> tuple[list[str], np.ndarray]:
    """Of the probabilities (2, V) of two passes those of n tokens and, last, of all others together: names, and
    probabilities (2, n + 1). The page's words have a section "others"."""
    rest = page.words.text("others", n=page.words.number(probabilities.shape[1] - len(ids)))
    return [*page.bundle.tokenizer.strings(ids), rest], with_rest(probabilities, ids)
