"""The predictions of the lesson. Each answer is computed by the live model, after the reader has committed to one."""

import numpy as np
from markupsafe import Markup

from model.analysis import attention
from model.analysis.attention import Cell
from model.trace import Trace
from ui.frame.page import Page
from ui.frame.question import Question, largest
from ui.kit import cache, markup, token_names
from ui.lessons.attention import readings

OPTIONS = 6  # tokens to choose from
TIE = 0.005  # of a weight, or of the largest length: nearer ones count as equal


def swap(page: Page, trace: Trace, cell: Cell) -> Question | None:
    """Two words exchanged: does the head follow the word, or stay with the position? None where there are no two."""
    exchange = readings.swap(page.bundle, trace, page.text, cell)
    if exchange is None:
        return None
    words, chips, names = page.words, _chips(trace), token_names.distinct(exchange.tokens)
    one, two = exchange.first, exchange.second
    row = trace.layers[cell.layer].pattern[cell.head, cell.query]
    choices = list(dict.fromkeys((one, two, 0)))  # positions in the new sentence

    def swapped() -> np.ndarray:
        return _trace_of(page, exchange.text).layers[cell.layer].pattern[cell.head, cell.query]

    def answer() -> tuple[int, ...]:
        return _among(choices, largest(swapped(), TIE))

    def explain(right: int) -> Markup:
        after = swapped()
        was, most = int(row.argmax()), choices[right] if right < len(choices) else int(after.argmax())
        origin = {one: two, two: one}.get(most, most)  # where the word with the largest weight stood before
        section = "swap-other" if most not in (one, two) else "swap-word" if origin == was else "swap-place"
        before = row[origin if section == "swap-word" else most]
        moved = words(
            section,
            word=markup.chip(names[most]),
            old=chips[most],
            before=words.percent(before),
            after=words.percent(after[most]),
        )
        numbers = {"a": row[one], "b": after[two], "c": row[two], "d": after[one]}
        weights = {name: words.percent(value) for name, value in numbers.items()}
        return moved + words("swap-numbers", one=chips[one], two=chips[two], **weights)

    def against(i: int) -> Markup:
        if i == len(choices):
            return words("swap-against-another")
        return words("swap-against", word=markup.chip(names[choices[i]]), p=words.percent(swapped()[choices[i]]))

    def given() -> Markup:
        seen = np.flatnonzero(trace.layers[cell.layer].mask[cell.query]).tolist()
        return words("swap-given", weights=_weights(page, trace, cell, seen), **head)

    now = token_names.distinct(trace.tokens)
    pair = {"one": readings.plain(now[one]), "two": readings.plain(now[two])}
    head = {"layer": cell.layer + 1, "head": cell.head + 1, "reader": chips[cell.query]}
    question = words.inline("swap-question", **pair, **head, text=markup.user_text(exchange.text.strip()))
    options = [names[i] for i in choices] + [words.text("another")]
    return Question(question, options, answer, explain, against, given, tokens=True)


def append(page: Page, trace: Trace, cell: Cell) -> Question:
    """One token more: does it change what the earlier ones attend to? Works for every prompt."""
    words, reader = page.words, _chips(trace)[cell.query]
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

    def against(i: int) -> Markup:
        changed = int((changes() > readings.ROUNDING).sum())
        section = (
            "append-against-hidden" if not changed else "append-against-none" if i == 2 else "append-against-count"
        )
        return words(section, reader=reader, changed=changed, count=count)

    question = words.inline("append-question", text=text.strip(), count=count, reader=reader)
    options = [words.text(f"append-{name}") for name in ("all", "some", "none")]
    return Question(question, options, answer, explain, against)


def carry(page: Page, trace: Trace, cell: Cell) -> Question | None:
    """Where does most come from? The weight alone does not say: a value can be short. None for a single token."""
    cell = attention.even_head(trace, cell.query)
    words, chips, names = page.words, _chips(trace), token_names.distinct(trace.tokens)
    row = trace.layers[cell.layer].pattern[cell.head, cell.query]
    heaviest = np.argsort(-row, kind="stable")
    readable = [i for i in heaviest.tolist() if trace.layers[cell.layer].mask[cell.query, i]]
    if len(readable) < 2:
        return None
    choices = sorted(readable[:OPTIONS])
    others = [words.text("another")] if len(readable) > len(choices) else []

    def answer() -> tuple[int, ...]:
        lengths = attention.value_lengths(trace, cell)
        return _among(choices, largest(lengths, TIE * lengths.max()))

    def explain(right: int) -> Markup:
        lengths = attention.value_lengths(trace, cell)
        most, top = choices[right] if right < len(choices) else int(lengths.argmax()), readable[0]
        sink = most != top == 0 and page.bundle.model.config.causal
        explanation = words(
            "carry-same" if most == top else "carry-other",
            word=chips[most],
            p=words.percent(row[most]),
            length=words.number(lengths[most]),
            top=chips[top],
            q=words.percent(row[top]),
            short=words.number(lengths[top]),
            total=words.number(lengths.sum()),
        )
        return explanation + (words("carry-sink") if sink else Markup())

    def against(i: int) -> Markup:
        if i == len(choices):
            return words("carry-against-another")
        place, lengths = choices[i], attention.value_lengths(trace, cell)
        values = {"p": words.percent(row[place]), "length": words.number(lengths[place])}
        return words("carry-against", word=chips[place], **values)

    head = {"layer": cell.layer + 1, "head": cell.head + 1, "reader": chips[cell.query]}
    question = words.inline("carry-question", **head, weights=_weights(page, trace, cell, choices))
    options = [names[i] for i in choices] + others
    return Question(question, options, answer, explain, against, tokens=True)


def _chips(trace: Trace) -> list[Markup]:
    return list(map(markup.chip, token_names.distinct(trace.tokens)))


def _among(choices: list[int], positions: tuple[int, ...]) -> tuple[int, ...]:
    """Positions as options: those of no choice are all the last one, "another token"."""
    return tuple(dict.fromkeys(choices.index(i) if i in choices else len(choices) for i in positions))


def _weights(page: Page, trace: Trace, cell: Cell, positions: list[int]) -> Markup:
    """How much of its weight the head gives to the tokens at these positions."""
    row, chips = trace.layers[cell.layer].pattern[cell.head, cell.query], _chips(trace)
    return Markup(", ").join(Markup("{} {}").format(chips[i], page.words.percent(row[i])) for i in positions)


def _trace_of(page: Page, text: str) -> Trace:
    """A pass of a changed sentence, which may be a token longer than the lesson's limit."""
    return cache.trace(page.bundle, page.bundle.tokenizer.encode(text)[: 2 * len(page.ids) + 2], {"pattern"})
