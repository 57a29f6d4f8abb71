"""Lesson 17: why differences are not zero, in one sum added up in several orders; and two questions."""

from itertools import pairwise

import numpy as np
from babel.numbers import format_decimal
from markupsafe import Markup

from model import lens
from model.checks import rounding
from ui.frame.page import Page
from ui.kit import markup
from ui.kit.numbers import number
from ui.lessons.is_it_true import view

KEEP = frozenset({"final"})
TIMES = 1000  # orders that are tried
BOUNDS = (2, 10, 100)  # different sums: from here on the next option is right
PLACES = 8  # decimals in which a sum is written
BREAK = "positions"
SOURCE = (rounding.sums_by_order, rounding.sequential_sum)


def products(page: Page, trace) -> tuple[np.ndarray, Markup]:
    """The terms (D,) of one sum of the model's own, and what that sum is."""
    words, vector = page.words, trace.final[-1]
    if page.bundle.model.config.head:
        best = int(np.argmax(lens.next_logits(page.bundle.model, trace)))
        token = page.bundle.tokenizer.strings([best])[0]
        return vector * lens.unembedding_row(page.bundle.model, best), words.inline(
            "sum-score", token=markup.chip(token)
        )
    return vector * trace.final[0], words.inline("sum-vectors")


def sums(page: Page, terms: np.ndarray, what: Markup) -> str:
    """The same terms, added up in several orders: digits that are not those of the exact sum are marked."""
    words, lang = page.words, page.lang
    found = rounding.sums_by_order(terms)
    exact = _written(found["exact"], lang)
    lines = []
    for name, value in found.items():
        shown = _written(value, lang)
        same = next((i for i, (a, b) in enumerate(zip(shown, exact, strict=False)) if a != b), len(shown))
        digits = f'{shown[:same]}<b class="off">{shown[same:]}</b>'
        lines.append(f'<p>{digits} <span class="note">{words.inline(f"order-{name}")}</span></p>')
    intro = words("sum-intro", what=what, terms=number(len(terms), lang))
    return f'{intro}<div class="arith">{"".join(lines)}</div>'


def _written(value: float, lang: str) -> str:
    return format_decimal(value, format=f"#,##0.{'0' * PLACES}", locale=lang).replace("-", "−")


def ask_shuffled(page: Page, terms: np.ndarray) -> tuple:
    """How many different sums do shuffled terms have? Question, options, answer, explanation."""
    words, lang = page.words, page.lang

    def found() -> np.ndarray:
        return rounding.shuffled_sums(terms, TIMES)

    def answer() -> int:
        return int(np.searchsorted(BOUNDS, len(np.unique(found())), side="right"))

    def explain(chosen: int, right: int) -> str:
        different, exact = np.unique(found()), rounding.sums_by_order(terms)["exact"]
        error = float(np.abs(different - exact).max())
        about = {"count": len(different), "times": TIMES, "error": error, "share": error / abs(exact)}
        about["terms"] = len(terms)
        return words("explain-shuffled", **{name: number(value, lang) for name, value in about.items()})

    options = [words.text("option-one")]
    options += [words.text("option-between", low=low, high=high - 1) for low, high in pairwise(BOUNDS)]
    options.append(words.text("option-more", low=BOUNDS[-1]))
    question = words.inline("question-shuffled", terms=number(len(terms), lang), times=number(TIMES, lang))
    return question, options, answer, explain


def ask_noticed(page: Page) -> tuple:
    """How many of the checks inside our model notice that positions are left out?"""
    words = page.words
    count = len(view.quick_names(page))

    def noticed() -> list[str]:
        return [row.check for row in view.quick(page, BREAK) if not row.passed]

    def answer() -> int:
        share = len(noticed())
        return 0 if not share else 2 if share == count else 1

    def explain(chosen: int, right: int) -> str:
        listed = Markup("".join(f"<li>{words.inline(f'check-{name}')}</li>" for name in noticed()))
        section = "explain-unnoticed" if right == 0 else "explain-noticed"
        return words(section, count=count, noticed=len(noticed())) + (f"<ul>{listed}</ul>" if listed else "")

    options = [words.text(f"option-{name}") for name in ("none", "some", "all")]
    return words.inline("question-noticed", count=number(count, page.lang)), options, answer, explain
