"""The predictions of the lesson. Each answer is computed after the reader has committed to one."""

from dataclasses import replace

from babel.numbers import format_decimal
from markupsafe import Markup

from model import arithmetic
from model.weights.published import MODELS
from ui.frame.page import Page
from ui.frame.question import Question, between
from ui.lessons.sharing import readings

PUBLISHED = "Llama 3.1 8B"  # whose cache is asked about: the page shows what the model's own would be
TIMES = ("equal", "group", "groups", "heads")  # what each guess of how many times as large it would be is
COSTS = (1.1, 1.5)  # times the loss: bounds of the question about pooled keys and values
NOISE = 0.02  # of that ratio: nearer ones count as equal


def cache(page: Page) -> Question:
    """How much larger would the cache of a published model be, had every head keys and values of its own?"""
    words, config = page.words, MODELS[PUBLISHED]
    own = replace(config, kv_heads=config.heads)
    count = {"model": PUBLISHED, "heads": config.heads, "groups": config.kv_heads, "each": config.group}
    guesses = 1, config.group, config.kv_heads, config.heads

    def answer() -> int:
        return guesses.index(
            arithmetic.cache_bytes(own, config.context) // arithmetic.cache_bytes(config, config.context)
        )

    def explain(right: int) -> Markup:
        before, after = (arithmetic.count(each) for each in (config, own))
        return words(
            "explain-cache",
            **count,
            grown=format_decimal(round(after.attention / before.attention, 2), locale=page.lang),
            share=words.percent((after.total - before.total) / before.total),
        )

    def against(i: int) -> Markup:
        return words(f"against-times-{TIMES[i]}", **count)

    options = [words.text("option-times", n=n) if n > 1 else words.text("option-equal") for n in guesses]
    question = words.inline("question-cache", **count, context=words.number(config.context))
    return Question(question, options, answer, explain, against)


def pooled(page: Page) -> Question | None:
    """What does a byte of the prompt cost when all heads of a layer share one key and one value, the mean of what they
    had? None where there is nothing to pool, or nothing to predict."""
    words, groups = page.words, page.bundle.model.config.kv_heads
    if groups < 2 or len(page.ids) < 2:
        return None
    names = ("little", "some", "much")

    def values() -> dict[str, str]:
        found = readings.pooled(page)
        numbers = {"before": found.before, "after": found.after, "ratio": found.ratio}
        return {name: words.number(x) for name, x in numbers.items()}

    def answer() -> tuple[int, ...]:
        return between(COSTS, readings.pooled(page).ratio, NOISE)

    def explain(right: int) -> Markup:
        return words("explain-pooled", **values())

    def against(i: int) -> Markup:
        return words(f"against-pooled-{names[i]}", **values())

    options = [words.text(f"option-pooled-{name}") for name in names]
    question = words.inline("question-pooled", n=words.number(groups))
    return Question(question, options, answer, explain, against)
