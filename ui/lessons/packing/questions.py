"""The predictions of the lesson: what a longer context does to padding, and whom the open border hits."""

import textwrap

import numpy as np
from markupsafe import Markup

from ui.frame.page import Page
from ui.frame.question import Question, largest
from ui.kit import markup
from ui.kit.language import Words
from ui.lessons.packing.batch import Batch, packed
from ui.lessons.packing.readings import document_text
from ui.lessons.packing.row import BARE, Row, measure

NOISE = 0.01  # bits: nearer ones count as equal


def context(batch: Batch, words: Words) -> Question:
    """The context doubles: what becomes of the fraction that padding wastes?"""
    double = 2 * batch.context

    def wasted() -> tuple[float, float]:
        return tuple(packed(batch.lengths, tokens, "padded").wasted for tokens in (batch.context, double))

    def answer() -> int:
        before, after = wasted()
        return int(np.sign(after - before)) + 1

    def explain(right: int) -> Markup:
        before, after = map(words.percent, wasted())
        best = words.percent(packed(batch.lengths, double, "first_fit_decreasing").wasted)
        values = {"before": before, "after": after, "best": best, "context": words.number(double)}
        return words("explain-rises" if right == 2 else "explain-stays", **values)

    def given() -> Markup:
        lengths = batch.lengths
        values = {"n": len(lengths), "mean": sum(lengths) / len(lengths), "longest": max(lengths)}
        return words("context-given", **{name: words.number(x) for name, x in values.items()})

    names = ("falls", "stays", "rises")
    text = words.inline("question-context", context=words.number(batch.context), double=words.number(double))
    options = [words.text(f"option-{name}") for name in names]
    return Question(text, options, answer, explain, lambda i: words(f"context-against-{names[i]}"), given)


def hit(page: Page, row: Row) -> Question | None:
    """Which document's cost does the open border move most? None for a row with no two documents to compare."""
    words, documents = page.words, range(len(row.texts))
    if len(row.texts) < 2 or not any(len(text) > 1 for text in row.texts[1:]):
        return None

    def moved() -> np.ndarray:
        measured = measure(page, row)
        return np.abs(measured.settings[BARE].bits - measured.alone)

    def answer() -> tuple[int, ...]:
        return largest(moved(), NOISE)

    def explain(right: int) -> Markup:
        measured = measure(page, row)
        bits = measured.settings[BARE].bits
        lines = [
            words(
                "explain-line",
                n=d + 1,
                document=markup.user_text(document_text(page, row, d)),
                alone=words.number(measured.alone[d]),
                packed=words.number(bits[d]),
            )
            for d in documents
        ]
        section = "explain-cheaper" if bits[right] < measured.alone[right] else "explain-dearer"
        return words(section, n=right + 1) + Markup().join(lines) + words("explain-first-document")

    def against(i: int) -> Markup:
        if i == 0:
            return words("hit-against-first")
        return words("hit-against", n=i + 1, change=words.number(moved()[i]), right=answer()[0] + 1)

    def given() -> Markup:
        texts = (Markup("<li>{}</li>").format(markup.user_text(document_text(page, row, d))) for d in documents)
        return Markup("<ol>{}</ol>").format(Markup().join(texts))

    options = [f"{d + 1}: {textwrap.shorten(document_text(page, row, d), 24, placeholder=' …')}" for d in documents]
    return Question(words.inline("question-hit"), options, answer, explain, against, given)
