"""The predictions of lesson 4: which time grows with the prompt, and when the cache outweighs the model."""

from dataclasses import replace

from markupsafe import Markup

from model.arithmetic import SIXTEEN_BITS, break_even_tokens, cache_bytes, count
from model.weights.published import MODELS
from ui.frame.page import Page
from ui.frame.question import Question
from ui.kit import cache
from ui.lessons.tracks import measuring
from ui.lessons.tracks.calculator import ASKED
from ui.lessons.tracks.readings import milliseconds

SHORT, LONG = 8, 128  # tokens of the prompts that are compared
GROWN = 1.5  # times as long: from here on a time has clearly grown
BOUNDS = (300, 3_000, 30_000, 300_000)  # tokens, between the answers
GUESSES = (100, 1_000, 10_000, 100_000, 1_000_000)


def longer(page: Page) -> Question:
    """Which time grows with the prompt? Measured when it is asked for."""
    words = page.words

    def times() -> dict[str, tuple[float, float]]:
        return cache.result(page.key("longer"), lambda: measuring.short_and_long(page, (SHORT, LONG)))

    def grew(name: str) -> bool:
        short, long = times()[name]
        return long / short >= GROWN

    def answer() -> int:
        return {(True, False): 0, (False, True): 1, (True, True): 2, (False, False): 3}[grew("first"), grew("later")]

    def explain(right: int) -> Markup:
        values = {
            f"{name}_{size}": milliseconds(time, words)
            for name, pair in times().items()
            for size, time in zip(("short", "long"), pair, strict=True)
        }
        section = "explain-usual" if right == 0 else "explain-unusual"
        return words(section, **values, short=SHORT, long=LONG, runs=measuring.RUNS_EACH)

    options = [words.text(f"option-{name}") for name in ("first", "later", "both", "neither")]
    return Question(words.inline("question-longer", short=SHORT, long=LONG), options, answer, explain)


def heavy(page: Page) -> Question:
    """After how many tokens does the cache weigh as much as the model?"""
    words, config = page.words, MODELS[ASKED]

    def answer() -> int:
        return sum(break_even_tokens(config) > bound for bound in BOUNDS)

    def explain(right: int) -> Markup:
        values = {
            "parameters": count(config).total,
            "weights": count(config).total * SIXTEEN_BITS,
            "each": cache_bytes(config, 1),
            "n": break_even_tokens(config),
            "context": config.context,
            "times": config.group,
            "sooner": break_even_tokens(replace(config, kv_heads=config.heads)),
        }
        return words("explain-heavy", model=ASKED, **{name: words.number(n) for name, n in values.items()})

    options = [words.text("option-about", n=words.number(n)) for n in GUESSES]
    return Question(words.inline("question-heavy", model=ASKED), options, answer, explain)
