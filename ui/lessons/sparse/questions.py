"""The predictions of the lesson. Each answer is computed after the reader has committed to one."""

import numpy as np
from markupsafe import Markup

from model import masks
from model.masks import Mask, Sliding, Strided
from ui.frame.page import Page
from ui.frame.question import Question, largest
from ui.kit import markup
from ui.lessons.sparse import readings
from ui.lessons.sparse.readings import FULL, Choice


def reach(page: Page) -> Question | None:
    """How many layers from the first token to the last through a window? None where the text is so short that nothing
    is to be guessed."""
    length, words = len(page.ids), page.words
    if length < 3:
        return None
    far = length - 1

    def steps(window: int) -> int:
        """What a guess may come to: a window for each layer, without the token that two windows share."""
        return -(-length // window)

    def layers(rule: Mask) -> int:
        return int(masks.reach((rule,) * far, length)[-1, 0])

    usable = [size for size in readings.SIZES if far > 2 * (size - 1) and steps(size) < -(-far // (size - 1))] or [2]
    # the grid opens with the answer for its own window
    window = max(usable, key=lambda size: (size != readings.START.size, size))
    counts = sorted({1, steps(window), -(-far // (window - 1)), far})
    options = [*map(words.number, counts), words.text("never")]
    ends = {"first": markup.chip(page.names[0]), "last": markup.chip(page.names[-1])}

    def answer() -> int:
        return counts.index(layers(Sliding(window)))

    def against(i: int) -> Markup:
        if i == len(counts):
            return words("against-never", less=window - 1)
        values = {"n": counts[i], "held": counts[i] * (window - 1) + 1, "far": far, "window": window, **ends}
        return words("against-early" if i < answer() else "against-late", **values)

    def explain(right: int) -> Markup:
        n = layers(Sliding(window))
        sums = {"n": n, "window": window, "less": window - 1, "held": n * (window - 1) + 1, "far": far}
        return words("explain-reach", **sums, **ends, strided=layers(Strided(window)), length=length)

    question = words.inline("question-reach", **ends, window=window, far=words.number(far))
    return Question(question, options, answer, explain, against)


def budget(page: Page) -> Question | None:
    """As many scores, laid out in four ways: which costs the model least? None where the text is too short."""
    length, words = len(page.ids), page.words
    if length < 12:
        return None
    size = max(4, round(length / 4.5))
    sliding = Choice("sliding", size)
    most = sliding.score_count(length)

    def nearest(pattern: str) -> Choice:
        others = [Choice(pattern, size) for size in range(4, length)]
        return min(others, key=lambda other: abs(other.score_count(length) - most))

    choices = [sliding, Choice("sink", size), nearest("strided"), nearest("fixed")]
    counts = [words.number(choice.score_count(length)) for choice in choices]
    options = [
        words.text("option-budget", pattern=choice.name(words), n=n) for choice, n in zip(choices, counts, strict=True)
    ]

    def answer() -> tuple[int, ...]:
        return largest([-readings.loss(page, choice) for choice in choices], readings.NOISE)

    def against(i: int) -> Markup:
        values = {
            "bits": readings.loss(page, choices[i]),
            "best": min(readings.loss(page, choice) for choice in choices),
        }
        return words("against-budget", **{name: words.number(x) for name, x in values.items()})

    def explain(right: int) -> Markup:
        hidden = [readings.hidden_weight(page, choice) for choice in choices]
        rows = [
            words(
                "explain-row",
                pattern=choice.name(words),
                bits=words.number(readings.loss(page, choice)),
                lost=words.percent(lost),
                sink=words.percent(sink),
                first=markup.chip(page.names[0]),
            )
            for choice, (lost, sink) in zip(choices, hidden, strict=True)
        ]
        full = words.number(readings.loss(page, FULL))
        least = int(np.argmin([lost for lost, _ in hidden]))
        return Markup().join((
            words("explain-budget", pattern=choices[right].name(words), full=full),
            *rows,
            words("explain-sink"),
            words("explain-least" if least == right else "explain-other"),
        ))  # fmt: skip

    full = words.number(FULL.score_count(length))
    question = words.inline("question-budget", budget=words.number(most), full=full)
    return Question(question, options, answer, explain, against)
