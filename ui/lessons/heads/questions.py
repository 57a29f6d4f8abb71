"""The predictions of the lesson. Each answer is computed by the live model, after the reader has committed to one."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from babel.numbers import format_decimal
from markupsafe import Markup

from model import arithmetic
from model.trace import Trace
from model.weights.published import MODELS
from ui.frame.page import Page
from ui.frame.question import Question, between, largest
from ui.kit import markup
from ui.lessons.heads import readings

SAVED = (0.1, 0.5)  # of the bits: bounds of the question about them
PUBLISHED = "Llama 3.1 8B"  # whose cache is asked about: the page shows what the model's own would be
TIMES = ("equal", "group", "groups", "heads")  # what each guess of how many times as large it would be is
TIE = 0.01  # of the largest length, or of the bits saved: nearer ones count as equal


def depth(page: Page, trace: Trace) -> Question | None:
    """In which third of the stack does the longest write at the last token lie? None for a single layer."""
    words, count = page.words, len(trace.layers)
    edges = [0, round(count / 3), round(2 * count / 3), count]
    thirds = [(name, low, high) for name, (low, high) in enumerate(pairwise(edges)) if low < high]
    if len(thirds) < 2:
        return None

    def longest(i: int) -> tuple[int, int, float]:
        """Of a third of the layers: layer, head, length."""
        _, low, high = thirds[i]
        last = readings.writes(page, trace).lengths[low:high, :, -1]
        layer, head = np.unravel_index(last.argmax(), last.shape)
        return low + int(layer), int(head), float(last.max())

    def answer() -> tuple[int, ...]:
        lengths = [longest(i)[-1] for i in range(len(thirds))]
        return largest(lengths, TIE * max(lengths))

    def explain(right: int) -> Markup:
        layer, head, _ = longest(right)
        writes = readings.writes(page, trace)
        return words(
            f"explain-depth-{thirds[right][0]}",
            layer=layer + 1,
            head=head + 1,
            length=words.number(writes.lengths[layer, head, -1]),
            middle=words.number(float(np.median(writes.lengths[:, :, -1]))),
            first=words.number(writes.stream[0, -1]),
            last=words.number(writes.stream[-1, -1]),
            share=words.percent(writes.lengths[layer, head, -1] / writes.stream[layer, -1]),
        )

    def against(i: int) -> Markup:
        layer, head, length = longest(i)
        return words("against-depth", layer=layer + 1, head=head + 1, length=words.number(length))

    options = [
        words.text("option-layers" if high - low > 1 else "option-layer", low=low + 1, high=high)
        for _, low, high in thirds
    ]
    heads = count * len(trace.layers[0].pattern)
    question = words.inline("question-depth", token=markup.chip(page.names[-1]), count=heads)
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
        return words(f"against-{names[i]}", count=readings.REPEATED, saved=words.percent(saved()))

    options = [words.text(f"option-{name}") for name in names]
    return Question(words.inline("question-repeat", count=readings.REPEATED), options, answer, explain, against)


def cache(page: Page) -> Question:
    """How much larger would the cache of a published model be, had every head keys and values of its own?"""
    words, config = page.words, MODELS[PUBLISHED]
    own = replace(config, kv_heads=config.heads)
    count = {"model": PUBLISHED, "heads": config.heads, "groups": config.kv_heads, "each": config.group}
    guesses = 1, config.group, config.kv_heads, config.heads

    def answer() -> int:
        return guesses.index(
            arithmetic.cache_bytes(own, config.context) // arithmetic.cache_bytes(config, config.context)
        )

    def explain(right: int) -> Markup:
        before, after = (arithmetic.count(each) for each in (config, own))
        return words(
            "explain-cache",
            **count,
            grown=format_decimal(round(after.attention / before.attention, 2), locale=page.lang),
            share=words.percent((after.total - before.total) / before.total),
        )

    def against(i: int) -> Markup:
        return words(f"against-times-{TIMES[i]}", **count)

    options = [words.text("option-times", n=n) if n > 1 else words.text("option-equal") for n in guesses]
    question = words.inline("question-cache", **count, context=words.number(config.context))
    return Question(question, options, answer, explain, against)
