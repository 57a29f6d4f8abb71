"""Lesson 2: how much of the probability few tokens have, and what temperature does to the others."""

from itertools import pairwise

import numpy as np
from markupsafe import Markup

from model.sampling import Sampling
from ui.frame.page import Page
from ui.frame.question import Question
from ui.kit.numbers import round_percent
from ui.lessons.next_token.readings import TOP, Reading, distribution_values, stages, support_size

NUCLEUS = 0.9  # of the probability, whose tokens are counted
BOUNDS = (10, 100, 1000)  # tokens, between the options
HIGH_TEMPERATURE = 2.0


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

    def count() -> int:
        return support_size(stages(reading, Sampling(top_p=NUCLEUS))[-1])

    def answer() -> int:
        return int(np.searchsorted(bounds, count()))

    def explain(chosen: int, right: int) -> Markup:
        verdict = "right" if chosen == right else "more" if chosen < right else "fewer"
        return words(f"verdict-{verdict}", needed=number(count())) + words("explain-needed", **values)

    question = words.inline("question-needed", **values, share=round_percent(NUCLEUS))
    return Question(question, options, answer, explain)


def tail(page: Page, reading: Reading) -> Question:
    """What becomes of the tail at twice the temperature?"""
    words, before = page.words, reading.tail(1)

    def answer() -> int:
        return sum(reading.tail(HIGH_TEMPERATURE) >= times * before for times in (1, 2))

    def explain(chosen: int, right: int) -> Markup:
        section = "explain-tail-right" if chosen == right else "explain-tail-wrong"
        after = words.percent(reading.tail(HIGH_TEMPERATURE))
        first, second = reading.base[reading.top[:2]]
        ratio = float(first / second)
        return words(section, before=words.percent(before), after=after) + words(
            "explain-tail",
            ratio=words.number(ratio),
            root=words.number(ratio ** (1 / HIGH_TEMPERATURE)),
            others=words.number(len(reading.base) - TOP),
        )

    options = [words.text(f"option-{name}") for name in ("shrinks", "grows", "doubles")]
    return Question(words.inline("question-tail", before=words.percent(before)), options, answer, explain)
