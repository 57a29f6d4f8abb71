"""The predictions of the lesson. Each answer is computed by the live model, after the reader has committed to one."""

import numpy as np
from markupsafe import Markup

from model.trace import Trace
from ui.frame.page import Page
from ui.frame.question import Question, between
from ui.kit import markup
from ui.lessons.heads import readings
from ui.lessons.heads.readings import Candidates

SAVED = (0.1, 0.5)  # of the bits: bounds of the question about them
FRACTIONS = (0.25, 0.75)  # of the heads: bounds of the question about them
TIE = 0.01  # of these fractions: nearer ones count as equal


def push(page: Page, trace: Trace, candidates: Candidates) -> Question:
    """How many heads move the lead of the likeliest next token over the second one up?"""
    words, names = page.words, ("few", "half", "most")

    def effects() -> np.ndarray:
        return readings.attribution(page.bundle, trace, candidates.logits, *candidates.ids[:2]).heads.ravel()

    def fraction() -> float:
        return float((effects() > 0).mean())

    def answer() -> tuple[int, ...]:
        return between(FRACTIONS, fraction(), TIE)

    def explain(right: int) -> Markup:
        moved = effects()
        sizes = np.sort(np.abs(moved))[::-1]
        few = max(1, len(moved) // 10)
        return words(
            "explain-push",
            up=int((moved > 0).sum()),
            count=len(moved),
            share=words.percent(fraction()),
            sum=words.number(float(moved.sum())),
            few=few,
            part=words.percent(sizes[:few].sum() / sizes.sum()),
        )

    def against(i: int) -> Markup:
        return words(f"against-{names[i]}", share=words.percent(fraction()))

    options = [words.text(f"option-{name}") for name in names]
    token, rival = map(markup.chip, candidates.tokens[:2])
    count = len(trace.layers) * len(trace.layers[0].pattern)
    question = words.inline("question-push", count=count, token=token, rival=rival)
    return Question(question, options, answer, explain, against)


def repeat(page: Page) -> Question:
    """Random tokens, then the same ones again: how many bits does a token cost the second time?"""
    words, names = page.words, ("same", "some", "half")

    def saved() -> float:
        """Of the bits, as a fraction."""
        first, second = readings.repeated_surprisal(page)
        return 1 - second / first

    def answer() -> tuple[int, ...]:
        return between(SAVED, saved(), TIE)

    def explain(right: int) -> Markup:
        first, second = map(words.number, readings.repeated_surprisal(page))
        even = words.number(float(np.log2(page.bundle.model.config.vocab_size)))
        return words(f"explain-repeat-{'same' if right == 0 else 'less'}", first=first, second=second, even=even)

    def against(i: int) -> Markup:
        return words(f"against-repeat-{names[i]}", count=readings.REPEATED, saved=words.percent(saved()))

    options = [words.text(f"option-repeat-{name}") for name in names]
    return Question(words.inline("question-repeat", count=readings.REPEATED), options, answer, explain, against)
