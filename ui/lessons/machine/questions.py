"""What becomes of the tracks when a token is appended."""

import numpy as np
from markupsafe import Markup

from model.analysis import streams
from ui.frame.page import Page
from ui.frame.question import Question
from ui.kit import cache, markup

ROUNDING = 1e-3  # of a vector's length: below it, two runs of different length agree


def tracks(page: Page, likeliest: dict) -> Question:
    """Which tracks change when this candidate (of `readings.read`) is appended?"""
    words, token = page.words, likeliest["id"]

    def distances() -> np.ndarray:
        """(T,), as a fraction of the vectors' lengths."""
        return cache.result(page.key("appended", token), lambda: streams.appended(page.bundle.model, page.ids, token))

    def answer() -> int:
        changed = distances() > ROUNDING
        return 2 if not changed.any() else 1 if changed[-1] and changed.sum() == 1 else 0

    def explain(right: int) -> Markup:
        changed = int((distances() > ROUNDING).sum())
        section = "explain-changed" if changed else "explain-none"
        return words(section, n=len(page.ids), changed=changed, difference=words.percent(distances().max()))

    def against(i: int) -> Markup:
        return words(f"against-{names[i]}", token=chip)

    names, chip = ("all", "last", "none"), markup.chip(likeliest["token"])
    options = [words.text(f"option-{name}") for name in names]
    return Question(words.inline("question", token=chip), options, answer, explain, against)
