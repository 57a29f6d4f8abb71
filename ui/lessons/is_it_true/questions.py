"""Two questions: about the order of a sum, and about what the checks notice."""

from itertools import pairwise

import numpy as np
from markupsafe import Markup

from model import lens
from model.checks import rounding
from model.trace import Trace
from ui.frame.page import Page
from ui.frame.question import Question, between
from ui.kit import markup
from ui.lessons.is_it_true import runs

KEEP = frozenset({"final"})
TIMES = 1000  # orders that are tried
BOUNDS = (2, 10, 100)  # different sums: from here on the next option is right
NOISE = 0.1  # of their number, which hangs on the last digits of every term
BREAK = "positions"


def products(page: Page, trace: Trace) -> tuple[np.ndarray, Markup]:
    """The terms (D,) of one sum of the model's own, and what that sum is."""
    words, vector = page.words, trace.final[-1]
    if not page.bundle.model.config.head:
        return vector * trace.final[0], words.inline("sum-vectors")
    best = int(np.argmax(lens.next_logits(page.bundle.model, trace)))
    token = markup.chip(page.bundle.tokenizer.strings([best])[0])
    return vector * lens.unembedding_row(page.bundle.model, best), words.inline("sum-score", token=token)


def shuffled(page: Page, terms: np.ndarray, what: Markup) -> Question:
    """How many different sums do shuffled terms (D,) have? what: the sum, in words."""
    words = page.words

    def different_sums() -> np.ndarray:
        return np.unique(rounding.shuffled_sums(terms, TIMES))

    def answer() -> tuple[int, ...]:
        return between(BOUNDS, len(different_sums()), NOISE)

    def against(i: int) -> Markup:
        section = "against-one" if not i else "against-few" if i < answer()[0] else "against-many"
        return words(section, count=words.number(len(different_sums())))

    def explain(right: int) -> Markup:
        different, exact = different_sums(), rounding.sums_by_order(terms)["exact"]
        error = float(np.abs(different - exact).max())
        counts = {"count": len(different), "times": TIMES, "terms": len(terms)}
        values = counts | {"error": error, "share": error / abs(exact)}
        return words("explain-shuffled", **{name: words.number(value) for name, value in values.items()})

    options = [words.text("option-one")]
    options += [words.text("option-between", low=low, high=high - 1) for low, high in pairwise(BOUNDS)]
    options.append(words.text("option-more", low=BOUNDS[-1]))
    values = {"what": what, "terms": words.number(len(terms)), "times": words.number(TIMES)}
    return Question(words.inline("question-shuffled", **values), options, answer, explain, against)


def noticed(page: Page) -> Question:
    """How many of the checks inside our model notice that positions are left out?"""
    words = page.words
    checks, names = runs.immediate_names(page), ("none", "some", "all")
    count, item = len(checks), Markup("<li>{}</li>").format

    def failed() -> list[str]:
        return [row.check for row in runs.immediate_rows(page, BREAK) if not row.passed]

    def answer() -> int:
        failures = len(failed())
        return 0 if not failures else 2 if failures == count else 1

    def explain(right: int) -> Markup:
        if right == 0:
            return words("explain-unnoticed", count=count, noticed=0)
        return words("explain-noticed", count=count, noticed=len(failed())) + listed(failed())

    def against(i: int) -> Markup:
        return words(f"against-{names[i]}")

    def listed(checks: list[str]) -> Markup:
        return Markup("<ul>{}</ul>").format(Markup().join(item(words.inline(f"check-{name}")) for name in checks))

    options = [words.text(f"option-{name}") for name in names]
    question = words.inline("question-noticed", count=words.number(count))
    return Question(question, options, answer, explain, against, lambda: listed(checks))
