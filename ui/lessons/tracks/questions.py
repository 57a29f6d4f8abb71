"""The predictions of the lesson: which work grows with the prompt, and when the cache outweighs the model."""

from dataclasses import replace

from markupsafe import Markup

from model.arithmetic import (
    SIXTEEN_BITS,
    break_even_tokens,
    cache_bytes,
    count,
    keys_per_query,
    operations,
    prompt_operations,
)
from model.config import Config
from model.weights.published import MODELS
from ui.frame.page import Page
from ui.frame.question import Question
from ui.kit import cache, tables
from ui.lessons.tracks import measuring
from ui.lessons.tracks.calculator import ASKED
from ui.lessons.tracks.readings import milliseconds

SHORT, LONG = 8, 128  # tokens of the prompts that are compared
GROWN = 1.5  # times as much: from here on the work has clearly grown
BOUNDS = (300, 3_000, 30_000, 300_000)  # tokens, between the answers
GUESSES = (100, 1_000, 10_000, 100_000, 1_000_000)


def longer(page: Page) -> Question:
    """Which of two amounts of work grows with the prompt? It is counted; after Reveal a clock is asked as well."""
    words, names = page.words, ("first", "later", "both", "neither")
    work = {length: _operations(page.bundle.model.config, length) for length in (SHORT, LONG)}
    grew = [long / short >= GROWN for short, long in zip(work[SHORT], work[LONG], strict=True)]

    def answer() -> int:
        return [(True, False), (False, True), (True, True), (False, False)].index(tuple(grew))

    def explain(right: int) -> Markup:
        times = cache.result(page.key("longer"), lambda: measuring.short_and_long(page, (SHORT, LONG)))
        values = {}
        for i, name in enumerate(("first", "later")):
            for size, length, seconds in zip(("short", "long"), (SHORT, LONG), times[name], strict=True):
                values[f"{name}_{size}"] = words.scaled(work[length][i], "FLOP")
                values[f"{name}_{size}_time"] = milliseconds(seconds, words)
        section = "explain-usual" if right == 0 else "explain-unusual"
        measured = words("explain-measured", **values, runs=measuring.RUNS_EACH)
        return words(section, **values, short=SHORT, long=LONG) + measured

    def against(i: int) -> Markup:
        return words(f"against-{names[i]}", short=SHORT, long=LONG)

    options = [words.text(f"option-{name}") for name in names]
    return Question(words.inline("question-longer", short=SHORT, long=LONG), options, answer, explain, against)


def _operations(config: Config, tokens: int) -> tuple[int, int]:
    """For the first token after a prompt of this length, and for the one after it, with the cache."""
    _, end = keys_per_query(config, tokens)
    return prompt_operations(config, tokens), operations(config, end + 1).total


def heavy(page: Page) -> Question:
    """After how many tokens does the cache weigh as much as the model?"""
    words, config = page.words, MODELS[ASKED]

    def answer() -> int:
        return sum(break_even_tokens(config) > bound for bound in BOUNDS)

    def explain(right: int) -> Markup:
        values = {
            "parameters": count(config).total,
            "weights": weights,
            "each": cache_bytes(config, 1),
            "n": break_even_tokens(config),
            "context": config.context,
            "times": config.group,
            "sooner": -(-weights // cache_bytes(replace(config, kv_heads=config.heads), 1)),  # nothing else changed
        }
        return words("explain-heavy", model=ASKED, **{name: words.number(n) for name, n in values.items()})

    def against(i: int) -> Markup:
        sizes = {"size": words.bytes(cache_bytes(config, GUESSES[i])), "weights": words.bytes(weights)}
        return words("against-about", n=words.number(GUESSES[i]), **sizes)

    def given() -> Markup:
        facts = {"layers": config.layers, "heads": config.kv_heads, "width": config.head_width}
        rows = [(words.inline("fact-parameters"), words.number(count(config).total))]
        rows += [(words.inline(f"fact-{name}"), n) for name, n in facts.items()]
        return tables.grid((words.inline("model"), ASKED), rows)

    weights = count(config).total * SIXTEEN_BITS
    options = [words.text("option-about", n=words.number(n)) for n in GUESSES]
    return Question(words.inline("question-heavy", model=ASKED), options, answer, explain, against, given)
