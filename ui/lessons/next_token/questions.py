"""How much of the probability few tokens have, and what the temperature does to the others."""

from itertools import pairwise

import numpy as np
from markupsafe import Markup

from model.sampling import Sampling
from ui.frame.page import Page
from ui.frame.question import Question, between
from ui.kit.numbers import round_percent
from ui.lessons.next_token.readings import TOP, Reading, distribution_values, stages, support_size

NUCLEUS = 0.9  # of the probability, whose tokens are counted
BOUNDS = (10, 100, 1000)  # tokens, between the options
HIGH_TEMPERATURE = 2.0
ROUNDING = 1e-4  # of a probability: below it, the last digits of the sums decide
NOISE = 1e-3  # times as large: likewise


def needed(page: Page, reading: Reading) -> Question:
    """How many tokens, the likeliest first, have most of the probability?"""
    words, number = page.words, page.words.number
    values = distribution_values(reading, reading.base, words)
    bounds = [bound for bound in BOUNDS if bound < len(reading.base)]
    options = [
        words.text("option-first", high=number(bounds[0])),
        *(words.text("option-between", low=number(low + 1), high=number(high)) for low, high in pairwise(bounds)),
        words.text("option-beyond", low=number(bounds[-1])),
    ]

    def count(share: float = NUCLEUS) -> int:
        return support_size(stages(reading, Sampling(top_p=share))[-1])

    def answer() -> tuple[int, ...]:
        counts = count(), count(NUCLEUS - ROUNDING), count(NUCLEUS + ROUNDING)
        return tuple(dict.fromkeys(np.searchsorted(bounds, counts).tolist()))

    def explain(right: int) -> Markup:
        return words("explain-needed", **values, needed=number(count()))

    def against(i: int) -> Markup:
        few = i < answer()[0]
        n = bounds[i] if few else bounds[i - 1]
        together = words.percent(np.sort(reading.base)[-n:].sum())
        return words("against-few" if few else "against-many", n=number(n), together=together)

    question = words.inline("question-needed", **values, share=round_percent(NUCLEUS))
    return Question(question, options, answer, explain, against)


def tail(page: Page, reading: Reading) -> Question:
    """What becomes of the tail at twice the temperature?"""
    words, before, names = page.words, reading.tail(1), ("shrinks", "grows", "doubles")

    def answer() -> tuple[int, ...]:
        return between((1, 2), reading.tail(HIGH_TEMPERATURE) / before, NOISE)

    def explain(right: int) -> Markup:
        first, second = reading.base[reading.top[:2]]
        ratio = float(first / second)
        return words(
            "explain-tail",
            before=words.percent(before),
            after=words.percent(reading.tail(HIGH_TEMPERATURE)),
            ratio=words.number(ratio),
            root=words.number(ratio ** (1 / HIGH_TEMPERATURE)),
            others=words.number(len(reading.base) - TOP),
        )

    def against(i: int) -> Markup:
        return words(f"against-{names[i]}")

    options = [words.text(f"option-{name}") for name in names]
    return Question(words.inline("question-tail", before=words.percent(before)), options, answer, explain, against)
