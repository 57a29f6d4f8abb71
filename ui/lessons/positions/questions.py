"""The predictions of the lesson. Each answer is computed by the live model, after the reader has committed to one."""

import numpy as np
from markupsafe import Markup

from model import lens, sampling
from model.analysis.positions import rotary_speeds
from ui.frame.page import Page
from ui.frame.question import Question, between
from ui.kit import cache, markup
from ui.lessons.positions import losses, readings

DECODER = ("same", "shares", "other")  # what may become of a prediction
ROUNDING = 1e-4  # of a probability: below it, two sums differ by rounding
NOISE = 1e-3  # times as large: below it, the last digits of the sums decide
CHANGED = 0.01  # of the loss: below it, nothing that matters happened


def decoder(page: Page) -> Question | None:
    """The decoder without its rotation: does it still notice two earlier words that change places? None where there are
    no two."""
    words, belongs = page.words, page.bundle.tokenizer.words(page.text)
    if len(belongs) != len(page.ids):
        return None  # the text was cut within a character
    stays = [None if word == belongs[-1] else word for word in belongs]  # the next token is predicted from the last
    placed = readings.rearranged(page.tokens, stays, "swap", 0)
    order = [n for word in placed for n in word]
    moved = [
        readings.spelled(page.tokens, old)
        for old, new in zip(readings.whole_words(stays), placed, strict=True)
        if old != new
    ]
    if len(set(moved)) < 2:
        return None

    def probabilities() -> tuple[np.ndarray, np.ndarray]:
        def compute() -> tuple[np.ndarray, ...]:
            bundle = cache.variant(page.bundle, position="none")
            texts = page.ids, [page.ids[i] for i in order]
            traces = [cache.trace(bundle, ids, {"final"}, kept=False) for ids in texts]
            return tuple(sampling.softmax(lens.next_logits(bundle.model, trace)) for trace in traces)

        return cache.result(page.key("decoder"), compute)

    def answer() -> int | tuple[int, ...]:
        before, after = probabilities()
        if np.abs(before - after).max() < ROUNDING:
            return 0
        stays = 1 if before.argmax() == after.argmax() else 2
        close = min(np.diff(np.sort(each)[-2:])[0] for each in (before, after)) < ROUNDING
        return (stays, 3 - stays) if close else stays

    def values() -> dict[str, object]:
        before, after = probabilities()
        tokens = page.bundle.tokenizer.strings([int(before.argmax()), int(after.argmax())])
        first, second = map(markup.chip, tokens)
        shares = {"p": words.percent(before.max()), "q": words.percent(after.max())}
        return {"first": first, "second": second, "bits": words.number(lens.divergence(before, after)), **shares}

    def explain(right: int) -> Markup:
        return words(f"explain-decoder-{DECODER[right]}", **values())

    def against(i: int) -> Markup:
        nothing = answer() == 0
        section = "same" if i == 0 else "moved" if nothing else "stays" if i == 2 else "leaves"
        return words(f"decoder-against-{section}", **values())

    one, two, end = map(markup.chip, (*moved, page.tokens[-1]))
    question = words.inline("question-decoder", model=page.bundle.card.title, one=one, two=two, last=end)
    return Question(question, [words.text(f"decoder-{name}") for name in DECODER], answer, explain, against)


def slowest(page: Page) -> Question:
    """How far does the slowest hand come over the whole trained context?"""
    words, context = page.words, page.bundle.model.config.context
    speed = rotary_speeds(page.bundle.model)[-1]
    turns = context * speed / (2 * np.pi)

    def explain(right: int) -> Markup:
        values = {"context": context, "degrees": 360 * turns, "wave": 2 * np.pi / speed}
        return words("explain-slowest", **{name: words.number(x) for name, x in values.items()})

    def answer() -> tuple[int, ...]:
        return between((0.25, 1, 10), turns, NOISE)

    def against(i: int) -> Markup:
        way = "less" if i < answer()[0] else "more"
        return words(f"slowest-against-{way}", speed=words.number(np.degrees(speed)), context=words.number(context))

    def given() -> Markup:
        width, base = page.bundle.model.config.head_width, losses.trained_base(page)
        return words("slowest-given", base=words.number(base), power=f"{width - 2}/{width}")

    question = words.inline("question-slowest", context=words.number(context))
    options = [words.text(f"slowest-{name}") for name in ("little", "part", "turns", "many")]
    return Question(question, options, answer, explain, against, given)


def moved(page: Page) -> Question:
    """All tokens moved on, or pulled apart: which of the two changes the loss?"""
    words = page.words

    def measured() -> dict[str, float]:
        return losses.compared(page)

    def changed(bound: float) -> int:
        bits = measured()
        on, apart = (abs(bits[name] / bits["trained"] - 1) > bound for name in ("shifted", "stretched"))
        return on + 2 * apart

    def answer() -> tuple[int, ...]:
        return tuple(dict.fromkeys(changed(CHANGED * (1 + x)) for x in (0, -NOISE, NOISE)))

    def explain(right: int) -> Markup:
        return words(f"explain-moved-{right}", **{name: words.number(x) for name, x in measured().items()})

    def against(i: int) -> Markup:
        right = answer()[0]
        too_much, missed = i & ~right, right & ~i
        remarks = {"on": too_much & 1, "rounded": missed & 1, "apart": missed & 2, "little": too_much & 2}
        return Markup().join(words(f"moved-against-{name}") for name, wrong in remarks.items() if wrong)

    values = {"shift": words.number(losses.SHIFT), "stretch": losses.STRETCH}
    question = words.inline("question-moved", **values)
    return Question(question, [words.text(f"moved-{i}") for i in range(4)], answer, explain, against)
