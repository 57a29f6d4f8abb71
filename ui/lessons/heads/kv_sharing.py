"""Lesson 6, second half: what sharing keys and values saves, by formula and by measurement."""

from dataclasses import replace

from babel.numbers import format_decimal

from model import arithmetic
from model.config import Config
from model.runtime import timing
from ui.frame import quiz
from ui.frame.question import Question
from ui.kit import cache, language
from ui.kit.numbers import number, percent
from ui.lessons.heads import view

SOURCE = (timing.kv_sharing_costs,)
LAYERS, CONTEXT, RUNS = 6, 2048, 9  # of the measurement: a shallower model, so that it takes about a second
VOCABULARY = 100  # neither the embedding nor the language-model head is part of it
TIMES = (1, 1.5, 3, 9)  # of the question, how many times as large


def attention_parameters(config: Config) -> int:
    """The weights of q, k, v and o in all layers. No bias, as in Llama."""
    inner, shared = config.heads * config.head_width, config.kv_heads * config.head_width
    return config.layers * config.width * (2 * inner + 2 * shared)


def ways(config: Config) -> list[dict]:
    """Every way of sharing that these heads allow, from none to all of them, with what it costs; nothing else changes.
    numbers: that a token leaves in the cache of one layer; cache: bytes at the model's whole context, in 16 bits."""
    changed = [replace(config, kv_heads=n) for n in range(config.heads, 0, -1) if config.heads % n == 0]
    return [
        {
            "kv_heads": way.kv_heads,
            "numbers": 2 * way.kv_heads * way.head_width,
            "parameters": attention_parameters(way),
            "cache": arithmetic.cache_bytes(way, way.context),
        }
        for way in changed
    ]


def diagram(page) -> None:
    config, card = page.bundle.model.config, page.bundle.card
    start = (0, config.heads // 2)
    view.show("sharing", page, ways=ways(config), context=config.context, model=card.title, start=start)


def measured(page) -> list[timing.KVSharing]:
    """Models of this one's sizes, but shallower and with random weights, that differ in their key/value heads only."""
    config = replace(page.bundle.model.config, layers=LAYERS, vocab_size=VOCABULARY)
    compute = lambda: list(timing.kv_sharing_costs(config, CONTEXT, RUNS))  # noqa: E731
    return cache.result(cache.Key("sharing", page.model), compute)


def setting(page) -> dict[str, str]:
    """What is measured, for the sentence that says so."""
    counts = {"context": CONTEXT, "layers": LAYERS, "runs": RUNS, "width": page.bundle.model.config.width}
    return {name: number(n, page.lang) for name, n in counts.items()} | {"model": page.bundle.card.title}


def told(found: list[timing.KVSharing], words: language.Words) -> str:
    """The first and the last way of sharing in a sentence."""
    values = {"context": number(CONTEXT, words.lang), "runs": RUNS, "layers": LAYERS}
    for name, one in (("all", found[0]), ("one", found[-1])):
        values[name] = number(1e3 * one.decode.median, words.lang)
    ratio = found[0].decode.median / found[-1].decode.median
    return words.inline("measured-read", **values, ratio=number(ratio, words.lang))


def table(found: list[timing.KVSharing], words: language.Words) -> dict[str, list]:
    """One row for each model measured."""
    return {
        words.text("col-kv"): [one.kv_heads for one in found],
        words.text("col-attention"): [one.attention_parameters for one in found],
        words.text("col-bytes"): [one.cache_bytes for one in found],
        words.text("col-median"): [1e3 * one.decode.median for one in found],
        words.text("col-fastest"): [1e3 * one.decode.spread[0] for one in found],
        words.text("col-slowest"): [1e3 * one.decode.spread[1] for one in found],
    }


def ask(page) -> None:
    """How much larger would the cache be, had every head keys and values of its own?"""
    words, config = page.words, page.bundle.model.config
    own = replace(config, kv_heads=config.heads)
    count = {"heads": config.heads, "groups": config.kv_heads}

    def times() -> float:
        return arithmetic.cache_bytes(own, config.context) / arithmetic.cache_bytes(config, config.context)

    def explain(chosen: int, right: int) -> str:
        grown = attention_parameters(own) / attention_parameters(config)
        added = attention_parameters(own) - attention_parameters(config)
        return words(
            "explain-cache",
            **count,
            times=format_decimal(times(), locale=page.lang),
            grown=format_decimal(round(grown, 2), locale=page.lang),
            share=percent(added / page.bundle.card.parameters, page.lang),
        )

    options = [words.text("option-times", n=format_decimal(n, locale=page.lang)) for n in TIMES[1:]]
    options.insert(0, words.text("option-equal"))
    question = words.inline("question-cache", **count, context=number(config.context, page.lang))
    quiz.predict(f"cache-{page.model}", Question(question, options, lambda: TIMES.index(times()), explain))
