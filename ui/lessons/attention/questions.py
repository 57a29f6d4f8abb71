"""The predictions of lesson 5. Each answer is computed by the live model, after the reader has committed to one."""

import numpy as np
from markupsafe import Markup

from model.analysis import attention
from model.analysis.attention import Cell
from model.trace import Trace
from ui.frame.page import Page
from ui.frame.question import Question
from ui.kit import cache, markup
from ui.lessons.attention import readings

OPTIONS = 6  # words to choose from


def swap(page: Page, trace: Trace, cell: Cell) -> Question | None:
    """Two words exchanged: does the head follow the word, or stay with the position? None where there are no two."""
    exchange = readings.swap(page.bundle, trace, cell)
    if exchange is None:
        return None
    words, chips = page.words, _chips(trace)
    one, two = exchange.first, exchange.second
    row = trace.layers[cell.layer].pattern[cell.head, cell.query]
    choices = list(dict.fromkeys((one, two, 0)))  # positions in the new sentence

    def swapped() -> np.ndarray:
        return _trace_of(page, exchange.text).layers[cell.layer].pattern[cell.head, cell.query]

    def answer() -> int:
        most = int(swapped().argmax())
        return choices.index(most) if most in choices else len(choices)

    def explain(right: int) -> Markup:
        after = swapped()
        was, most = int(row.argmax()), int(after.argmax())
        origin = {one: two, two: one}.get(most, most)  # where the word with the largest weight stood before
        section = "swap-other" if most not in (one, two) else "swap-word" if origin == was else "swap-place"
        before = row[origin if section == "swap-word" else most]
        moved = words(
            section,
            word=markup.chip(exchange.tokens[most]),
            old=chips[most],
            before=words.percent(before),
            after=words.percent(after[most]),
        )
        numbers = {"a": row[one], "b": after[two], "c": row[two], "d": after[one]}
        weights = {name: words.percent(value) for name, value in numbers.items()}
        return moved + words("swap-numbers", one=chips[one], two=chips[two], **weights)

    pair = {"one": readings.plain(trace.tokens[one]), "two": readings.plain(trace.tokens[two])}
    head = {"layer": cell.layer + 1, "head": cell.head + 1, "reader": chips[cell.query]}
    question = words.inline("swap-question", **pair, **head, text=exchange.text.strip())
    options = [exchange.tokens[i] for i in choices] + [words.text("another")]
    return Question(question, options, answer, explain, tokens=True)


def append(page: Page, trace: Trace, cell: Cell) -> Question:
    """One word more: does it change how the earlier ones are read? Works for every prompt."""
    words, reader = page.words, markup.chip(trace.tokens[cell.query])
    text = page.text + readings.APPENDED
    count = len(trace.layers) * len(trace.layers[0].pattern)

    def changes() -> np.ndarray:
        return attention.row_changes(trace, _trace_of(page, text), cell.query)

    def answer() -> int:
        changed = int((changes() > readings.ROUNDING).sum())
        return 0 if changed == count else 1 if changed else 2

    def explain(right: int) -> Markup:
        largest = changes()
        values = {"changed": int((largest > readings.ROUNDING).sum()), "count": count, "reader": reader}
        section = "explain-none" if right == 2 else "explain-changed"
        return words(section, **values, difference=words.number(largest.max()))

    question = words.inline("append-question", text=text.strip(), count=count, reader=reader)
    options = [words.text(f"append-{name}") for name in ("all", "some", "none")]
    return Question(question, options, answer, explain)


def carry(page: Page, trace: Trace, cell: Cell) -> Question | None:
    """Where does most come from? The weight alone does not say: a value can be short. None for a single token."""
    cell = attention.even_head(trace, cell.query)
    words, chips = page.words, _chips(trace)
    row = trace.layers[cell.layer].pattern[cell.head, cell.query]
    heaviest = np.argsort(-row, kind="stable")
    readable = [i for i in heaviest.tolist() if trace.layers[cell.layer].mask[cell.query, i]]
    if len(readable) < 2:
        return None
    choices = sorted(readable[:OPTIONS])
    others = [words.text("another")] if len(readable) > len(choices) else []

    def answer() -> int:
        most = int(attention.value_lengths(trace, cell).argmax())
        return choices.index(most) if most in choices else len(choices)

    def explain(right: int) -> Markup:
        lengths = attention.value_lengths(trace, cell)
        most, top = int(lengths.argmax()), readable[0]
        return words(
            "carry-same" if most == top else "carry-other",
            word=chips[most],
            p=words.percent(row[most]),
            length=words.number(lengths[most]),
            top=chips[top],
            q=words.percent(row[top]),
            short=words.number(lengths[top]),
            total=words.number(lengths.sum()),
        )

    head = {"layer": cell.layer + 1, "head": cell.head + 1, "reader": chips[cell.query]}
    question = words.inline("carry-question", **head, p=words.percent(row[0]), first=chips[0])
    options = [_named(trace, i) for i in choices] + others
    return Question(question, options, answer, explain, tokens=True)


def _chips(trace: Trace) -> list[Markup]:
    return [markup.chip(token) for token in trace.tokens]


def _named(trace: Trace, i: int) -> str:
    """A token, with its position where the sentence has it more than once."""
    token = trace.tokens[i]
    return token if trace.tokens.count(token) == 1 else f"{token} ({i + 1})"


def _trace_of(page: Page, text: str) -> Trace:
    """A pass of a changed sentence, which may be a token longer than the lesson's limit."""
    return cache.trace(page.bundle, page.bundle.tokenizer.encode(text)[: 2 * len(page.ids) + 2], {"pattern"})
