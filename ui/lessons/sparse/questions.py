"""The predictions of lesson 7: question, options, answer and explanation. Each answer is computed after the reader has
committed to one."""

import numpy as np

from model import masks
from model.analysis.losses import bits_per_byte
from model.masks import Mask, Sliding, Strided
from ui.frame.page import Page
from ui.kit import markup
from ui.kit.numbers import number, percent
from ui.lessons.sparse import view


def reach(page: Page) -> tuple | None:
    """How many layers from the first token to the last through a window? Question, options, answer, explanation;
    None where the text is so short that nothing is to be guessed."""
    length, words = len(page.ids), page.words
    if length < 3:
        return None
    far = length - 1

    def steps(window: int) -> int:
        """What a guess may come to: a window for each layer, without the token that two windows share."""
        return -(-length // window)

    def layers(rule: Mask) -> int:
        return int(masks.reach((rule,) * far, length)[-1, 0])

    usable = [size for size in view.SIZES if far > 2 * (size - 1) and steps(size) < -(-far // (size - 1))] or [2]
    window = max(usable)
    numbers = sorted({1, steps(window), -(-far // (window - 1)), far})
    options = [*(number(n, page.lang) for n in numbers), words.text("never")]
    ends = {"first": markup.chip(page.tokens[0]), "last": markup.chip(page.tokens[-1])}

    def answer() -> int:
        return numbers.index(layers(Sliding(window)))

    def explain(chosen: int, right: int) -> str:
        n = layers(Sliding(window))
        sums = {"n": n, "window": window, "less": window - 1, "held": n * (window - 1) + 1, "far": far}
        return words("explain-reach", **sums, **ends, strided=layers(Strided(window)), length=length)

    question = words.inline("question-reach", **ends, window=window, far=number(far, page.lang))
    return question, options, answer, explain


def budget(page: Page) -> tuple | None:
    """As many scores, laid out in three ways: which costs the model least?"""
    length, words, lang = len(page.ids), page.words, page.lang
    if length < 12:
        return None
    window = max(4, round(length / 4.5))
    sliding = view.Choice("sliding", window)
    budget, full = sliding.scores(length), view.FULL

    def nearest(pattern: str) -> view.Choice:
        others = [view.Choice(pattern, size) for size in range(4, length)]
        return min(others, key=lambda each: abs(each.scores(length) - budget))

    choices = [sliding, nearest("strided"), nearest("fixed")]
    options = [
        words.text("option-budget", pattern=each.name(words), n=number(each.scores(length), lang)) for each in choices
    ]

    def bits(choice: view.Choice) -> float:
        return bits_per_byte(view.measured(page, choice).bits, page.bundle.tokenizer, page.ids)

    def explain(chosen: int, right: int) -> str:
        looks = [view.lost_weight(page, each) for each in choices]
        rows = "".join(
            words(
                "explain-row",
                pattern=each.name(words),
                bits=number(bits(each), lang),
                lost=percent(lost, lang),
                sink=percent(sink, lang),
                first=markup.chip(page.tokens[0]),
            )
            for each, (lost, sink) in zip(choices, looks, strict=True)
        )
        least = int(np.argmin([lost for lost, _ in looks]))
        return (
            words("explain-budget", pattern=choices[right].name(words), full=number(bits(full), lang))
            + rows
            + words("explain-sink")
            + words("explain-least" if least == right else "explain-other")
        )

    question = words.inline("question-budget", budget=number(budget, lang), full=number(full.scores(length), lang))
    return question, options, lambda: int(np.argmin([bits(each) for each in choices])), explain
