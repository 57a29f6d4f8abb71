"""Is greedy's text the likeliest, and do the same words come back after another token?"""

import math

from markupsafe import Markup

from ui.frame.page import Page
from ui.frame.question import Question
from ui.kit import cache, markup
from ui.lessons.step_by_step import readings
from ui.lessons.step_by_step.generation import generation_session

ROUNDING = 1 + 1e-6  # times as likely: below it, two sums differ by rounding only
RUN = 5  # equal tokens in a row that count as the same words again


def likelier(page: Page) -> Question:
    """Does beam search find a likelier text than greedy decoding?"""
    words, width = page.words, readings.BEAM_WIDTHS[-1]

    def search() -> dict:
        return cache.result(page.key("beams", width), lambda: readings.beams(page.bundle, page.ids, width))

    def answer() -> int:
        return int(search()["gain"] > ROUNDING)

    def explain(right: int) -> Markup:
        data = search()
        best = next(end for end in data["ends"] if end["rank"] == 1)
        greedy = next(end for end in data["ends"] if end["node"] == data["greedy"][-1])
        return words(
            "explain-likelier" if right else "explain-likeliest",
            greedy=_text_of(data["nodes"], greedy["node"]),
            best=_text_of(data["nodes"], best["node"]),
            p=words.number(math.exp(greedy["sum"])),
            q=words.number(math.exp(best["sum"])),
            gain=words.number(data["gain"]),
        )

    def against(i: int) -> Markup:
        return words("against-likelier" if i else "against-no-likelier", width=width)

    options = [words.text("option-no-likelier"), words.text("option-likelier")]
    question = words.inline("question-likelier", steps=readings.BEAM_STEPS, width=width)
    return Question(question, options, answer, explain, against)


def _text_of(nodes: dict[str, list], node: int) -> Markup:
    tokens = []
    while node:
        tokens.append(nodes["token"][node])
        node = nodes["parent"][node]
    return markup.chips(tokens[::-1])


def returns(page: Page) -> Question:
    """Greedy after the second candidate instead of the first: do the same words come back?"""
    words, strings = page.words, page.bundle.tokenizer.strings
    candidates = generation_session(page).distribution(0).ids[:2]

    def texts() -> list[list[int]]:
        key = page.key("greedy", *candidates)
        return cache.result(key, lambda: [readings.greedy(page.bundle, page.ids, token) for token in candidates])

    def answer() -> int:
        return int(readings.longest_run(*texts())[2] < RUN)

    def explain(right: int) -> Markup:
        *starts, length = readings.longest_run(*texts())
        first, second = (_with_run(strings(text), start, length) for text, start in zip(texts(), starts, strict=True))
        section = "explain-no-return" if right else "explain-return"
        return words(section, first=first, second=second, n=length, after=readings.GREEDY_TOKENS)

    def against(i: int) -> Markup:
        return words("against-no-return" if i else "against-return")

    first, second = map(markup.chip, strings(candidates))
    question = words.inline("question-return", first=first, second=second, after=readings.GREEDY_TOKENS, run=RUN)
    options = [words.text("option-return"), words.text("option-no-return")]
    return Question(question, options, answer, explain, against)


def _with_run(tokens: list[str], start: int, length: int) -> Markup:
    """A text as chips, the run that it shares with the other one in green."""
    marks = ["on" if length >= RUN and start <= i < start + length else "" for i in range(len(tokens))]
    return Markup(" ").join(map(markup.chip, tokens, marks))
