"""The predictions of lesson 10. Each answer is computed by the live model, after the reader has committed to one."""

import numpy as np
from markupsafe import Markup

from model import lens, sampling
from model.analysis.positions import rotary_speeds
from model.trace import Trace
from ui.frame.page import Page
from ui.frame.question import Question
from ui.kit import cache, markup
from ui.lessons.positions import losses, readings

DECODER = ("same", "shares", "other")  # what may become of a prediction
ROUNDING = 1e-4  # of a probability: below it, two sums differ by rounding
SHIFT, STRETCH = 4000, 4
CHANGED = 0.01  # of the loss: below it, nothing that matters happened


def decoder(page: Page) -> Question | None:
    """The decoder without its rotation: does it still notice two earlier words that change places? None where there are
    no two."""
    words, last = page.words, len(page.ids) - 1
    fixed = np.arange(len(page.ids)) == last  # the last token stays: the next one is predicted from it
    order = readings.rearranged(page.tokens, fixed, "swap", 0)
    moved = [i for i, j in enumerate(order) if i != j]
    if not moved or page.ids[moved[0]] == page.ids[moved[1]]:
        return None

    def probabilities() -> tuple[np.ndarray, np.ndarray]:
        def compute() -> tuple[np.ndarray, ...]:
            bundle = cache.variant(page.bundle, position="none")
            texts = page.ids, [page.ids[i] for i in order]
            traces = [cache.trace(bundle, ids, {"final"}, kept=False) for ids in texts]
            return tuple(sampling.softmax(lens.next_logits(bundle.model, trace)) for trace in traces)

        return cache.result(page.key("decoder"), compute)

    def answer() -> int:
        before, after = probabilities()
        if np.abs(before - after).max() < ROUNDING:
            return 0
        return 1 if before.argmax() == after.argmax() else 2

    def explain(right: int) -> Markup:
        before, after = probabilities()
        tokens = page.bundle.tokenizer.strings([int(before.argmax()), int(after.argmax())])
        first, second = map(markup.chip, tokens)
        return words(
            f"explain-decoder-{DECODER[right]}",
            first=first,
            second=second,
            p=words.percent(before.max()),
            q=words.percent(after.max()),
            bits=words.number(lens.divergence(before, after)),
        )

    one, two, end = (markup.chip(page.tokens[i]) for i in (*moved[:2], last))
    question = words.inline("question-decoder", model=page.bundle.card.title, one=one, two=two, last=end)
    return Question(question, [words.text(f"decoder-{name}") for name in DECODER], answer, explain)


def slowest(page: Page) -> Question:
    """How far does the slowest hand come over the whole trained context?"""
    words, context = page.words, page.bundle.model.config.context
    speed = rotary_speeds(page.bundle.model)[-1]
    turns = context * speed / (2 * np.pi)

    def explain(right: int) -> Markup:
        values = {"context": context, "degrees": 360 * turns, "wave": 2 * np.pi / speed}
        return words("explain-slowest", **{name: words.number(x) for name, x in values.items()})

    question = words.inline("question-slowest", context=words.number(context))
    options = [words.text(f"slowest-{name}") for name in ("little", "part", "turns", "many")]
    return Question(question, options, lambda: int(np.searchsorted((0.25, 1, 10), turns)), explain)


def moved(page: Page, trace: Trace) -> Question:
    """All tokens moved on, or pulled apart: which of the two changes the loss?"""
    words = page.words

    def measured() -> dict[str, float]:
        return {
            "trained": losses.loss(page.bundle, trace),
            "shifted": losses.shifted(page, SHIFT),
            "stretched": losses.stretched(page, STRETCH),
        }

    def answer() -> int:
        bits = measured()
        on, apart = (abs(bits[name] / bits["trained"] - 1) > CHANGED for name in ("shifted", "stretched"))
        return on + 2 * apart

    def explain(right: int) -> Markup:
        return words(f"explain-moved-{right}", **{name: words.number(x) for name, x in measured().items()})

    question = words.inline("question-moved", shift=words.number(SHIFT), stretch=STRETCH)
    return Question(question, [words.text(f"moved-{i}") for i in range(4)], answer, explain)
