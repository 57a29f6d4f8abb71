"""The predictions of lesson 6. Each answer is computed by the live model, after the reader has committed to one."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from babel.numbers import format_decimal
from markupsafe import Markup

from model import arithmetic
from model.trace import Trace
from ui.frame.page import Page
from ui.frame.question import Question
from ui.kit import markup
from ui.lessons.heads import readings

SAVED = (0.1, 0.5)  # of the bits: bounds of the question about them
TIMES = (1, 1.5, 3, 9)  # how many times as large the cache would be


def depth(page: Page, trace: Trace) -> Question:
    """In which third of the stack does the longest write at the last token lie?"""
    words, count = page.words, len(trace.layers)
    edges = [0, round(count / 3), round(2 * count / 3), count]

    def longest() -> tuple[int, int]:
        last = readings.writes(page, trace).lengths[:, :, -1]
        layer, head = np.unravel_index(last.argmax(), last.shape)
        return int(layer), int(head)

    def answer() -> int:
        return int(np.searchsorted(edges, longest()[0], side="right")) - 1

    def explain(right: int) -> Markup:
        layer, head = longest()
        writes = readings.writes(page, trace)
        return words(
            f"explain-depth-{right}",
            layer=layer + 1,
            head=head + 1,
            length=words.number(writes.lengths[layer, head, -1]),
            middle=words.number(float(np.median(writes.lengths[:, :, -1]))),
            first=words.number(writes.stream[0, -1]),
            last=words.number(writes.stream[-1, -1]),
            share=words.percent(writes.lengths[layer, head, -1] / writes.stream[layer, -1]),
        )

    options = [words.text("option-layers", low=low + 1, high=high) for low, high in pairwise(edges)]
    heads = count * len(trace.layers[0].pattern)
    question = words.inline("question-depth", token=markup.chip(page.tokens[-1]), count=heads)
    return Question(question, options, answer, explain)


def repeat(page: Page) -> Question:
    """Random tokens, then the same ones again: how many bits does a token cost the second time?"""
    words = page.words

    def answer() -> int:
        first, second = readings.repeated_surprisal(page)
        return int(np.searchsorted(SAVED, 1 - second / first))

    def explain(right: int) -> Markup:
        first, second = map(words.number, readings.repeated_surprisal(page))
        even = words.number(float(np.log2(page.bundle.model.config.vocab_size)))
        return words(f"explain-repeat-{'same' if right == 0 else 'less'}", first=first, second=second, even=even)

    options = [words.text(f"option-{name}") for name in ("same", "some", "half")]
    return Question(words.inline("question-repeat", count=readings.REPEATED), options, answer, explain)


def cache(page: Page) -> Question:
    """How much larger would the cache be, had every head keys and values of its own?"""
    words, config = page.words, page.bundle.model.config
    own = replace(config, kv_heads=config.heads)
    count = {"heads": config.heads, "groups": config.kv_heads}

    def times() -> float:
        return arithmetic.cache_bytes(own, config.context) / arithmetic.cache_bytes(config, config.context)

    def explain(right: int) -> Markup:
        before, after = (arithmetic.count(each).attention for each in (config, own))
        return words(
            "explain-cache",
            **count,
            times=format_decimal(times(), locale=page.lang),
            grown=format_decimal(round(after / before, 2), locale=page.lang),
            share=words.percent((after - before) / page.bundle.card.parameters),
        )

    options = [words.text("option-times", n=format_decimal(n, locale=page.lang)) for n in TIMES[1:]]
    options.insert(0, words.text("option-equal"))
    question = words.inline("question-cache", **count, context=words.number(config.context))
    return Question(question, options, lambda: TIMES.index(times()), explain)
