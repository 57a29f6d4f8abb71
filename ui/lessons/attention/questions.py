"""The predictions of lesson 5. Each answer is computed by the live model, after the reader has committed to one."""

import numpy as np
from markupsafe import Markup

from model.analysis import attention
from model.analysis.attention import Cell
from model.trace import Trace
from ui.frame import quiz
from ui.frame.page import Page
from ui.frame.question import Question
from ui.kit import cache, markup
from ui.kit.numbers import number, percent
from ui.lessons.attention import readings

OPTIONS = 6  # words to choose from


def swap(page: Page, trace: Trace, cell: Cell) -> bool:
    """Two words exchanged: does the head follow the word, or stay with the place? False where there are no two."""
    found = readings.swap(page.bundle, trace, cell)
    if found is None:
        return False
    words, chips = page.words, _chips(trace)
    one, two = found.first, found.second
    row = trace.layers[cell.layer].pattern[cell.head, cell.query]
    choices = list(dict.fromkeys((one, two, 0)))  # places in the new sentence

    def share(weight: float) -> str:
        return percent(weight, page.lang)

    def swapped() -> np.ndarray:
        return _again(page, found.text).layers[cell.layer].pattern[cell.head, cell.query]

    def answer() -> int:
        most = int(swapped().argmax())
        return choices.index(most) if most in choices else len(choices)

    def explain(chosen: int, right: int) -> str:
        after = swapped()
        was, most = int(row.argmax()), int(after.argmax())
        origin = {one: two, two: one}.get(most, most)  # where the word that is read most now stood before
        section = "swap-other" if most not in (one, two) else "swap-word" if origin == was else "swap-place"
        before = row[origin if section == "swap-word" else most]
        told = words(
            section,
            word=markup.chip(found.tokens[most]),
            old=chips[most],
            before=share(before),
            after=share(after[most]),
        )
        numbers = {"a": row[one], "b": after[two], "c": row[two], "d": after[one]}
        shares = {name: share(value) for name, value in numbers.items()}
        return told + words("swap-numbers", one=chips[one], two=chips[two], **shares)

    pair = {"one": readings.plain(trace.tokens[one]), "two": readings.plain(trace.tokens[two])}
    head = {"layer": cell.layer + 1, "head": cell.head + 1, "reader": chips[cell.query]}
    question = words.inline("swap-question", **pair, **head, text=found.text.strip())
    options = [found.tokens[i] for i in choices] + [words.text("another")]
    quiz.predict(f"swap-{page.model}-{page.text}", Question(question, options, answer, explain, tokens=True))
    return True


def append(page: Page, trace: Trace, cell: Cell) -> None:
    """One word more: does it change how the earlier ones are read? Works for every prompt."""
    words, reader = page.words, markup.chip(trace.tokens[cell.query])
    text = page.text + readings.APPENDED
    count = len(trace.layers) * len(trace.layers[0].pattern)

    def changes() -> np.ndarray:
        return attention.row_changes(trace, _again(page, text), cell.query)

    def answer() -> int:
        changed = int((changes() > readings.ROUNDING).sum())
        return 0 if changed == count else 1 if changed else 2

    def explain(chosen: int, right: int) -> str:
        found = changes()
        values = {"changed": int((found > readings.ROUNDING).sum()), "count": count, "reader": reader}
        section = "explain-none" if right == 2 else "explain-changed"
        return words(section, **values, difference=number(found.max(), page.lang))

    question = words.inline("append-question", text=text.strip(), count=count, reader=reader)
    options = [words.text(f"append-{name}") for name in ("all", "some", "none")]
    quiz.predict(f"append-{page.model}-{page.text}", Question(question, options, answer, explain))


def carry(page: Page, trace: Trace, cell: Cell) -> None:
    """Where does most come from? The weight alone does not say: a value can be short."""
    cell = attention.even_head(trace, cell.query)
    words, chips = page.words, _chips(trace)
    row = trace.layers[cell.layer].pattern[cell.head, cell.query]
    heaviest = np.argsort(-row, kind="stable")
    readable = [i for i in heaviest.tolist() if trace.layers[cell.layer].mask[cell.query, i]]
    if len(readable) < 2:
        return
    choices = sorted(readable[:OPTIONS])
    others = [words.text("another")] if len(readable) > len(choices) else []

    def answer() -> int:
        most = int(attention.value_lengths(trace, cell).argmax())
        return choices.index(most) if most in choices else len(choices)

    def explain(chosen: int, right: int) -> str:
        lengths = attention.value_lengths(trace, cell)
        most, top = int(lengths.argmax()), readable[0]
        return words(
            "carry-same" if most == top else "carry-other",
            word=chips[most],
            p=percent(row[most], page.lang),
            length=number(lengths[most], page.lang),
            top=chips[top],
            q=percent(row[top], page.lang),
            short=number(lengths[top], page.lang),
            total=number(lengths.sum(), page.lang),
        )

    head = {"layer": cell.layer + 1, "head": cell.head + 1, "reader": chips[cell.query]}
    question = words.inline("carry-question", **head, p=percent(row[0], page.lang), first=chips[0])
    options = [_named(trace, i) for i in choices] + others
    quiz.predict(f"carry-{page.model}-{page.text}", Question(question, options, answer, explain, tokens=True))


def _chips(trace: Trace) -> list[Markup]:
    return [markup.chip(token) for token in trace.tokens]


def _named(trace: Trace, i: int) -> str:
    """A token, with its place where the sentence has it more than once."""
    token = trace.tokens[i]
    return token if trace.tokens.count(token) == 1 else f"{token} ({i + 1})"


def _again(page: Page, text: str) -> Trace:
    """A pass of a changed sentence, which may be a token longer than the lesson's limit."""
    return cache.trace(page.bundle, page.bundle.tokenizer.encode(text)[: 2 * len(page.ids) + 2], {"pattern"})
