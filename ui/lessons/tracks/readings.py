"""What is read off the measured runs: times to the first token and to later ones, as data and as sentences."""

from collections.abc import Sequence

import numpy as np
import torch
from markupsafe import Markup

from model.runtime.timing import DecodeStep, Times
from ui.frame.page import Page
from ui.kit import markup, tables
from ui.kit.language import Words
from ui.kit.numbers import THIN

MS = 1000
Run = list[DecodeStep]


def first(runs: list[Run]) -> Times:
    """Times to the first token. Both ways do the same for it, since the cache is empty: two times a run."""
    return Times(tuple(time for steps in runs for time in (steps[0].cached, steps[0].uncached)))


def later(runs: list[Run], way: str) -> Times:
    """Times of the later tokens, `way` is "cached" or "uncached"."""
    return Times(tuple(getattr(step, way) for steps in runs for step in steps[1:]))


def component_data(page: Page, runs: list[Run]) -> dict[str, object]:
    """tokens (T strings) of the prompt; turns: of each token written its string, the median seconds `cached` and
    `uncached` over the runs, and the cache's bytes; layers, heads (G), width (K), size: bytes of a number."""
    model, tokenizer = page.bundle.model, page.bundle.tokenizer

    def median(i: int, way: str) -> float:
        return (Times(tuple(getattr(steps[i], way) for steps in runs)) if i else first(runs)).median

    turns = [
        {
            "token": tokenizer.strings([step.token])[0],
            "cached": median(i, "cached"),
            "uncached": median(i, "uncached"),
            "bytes": step.cache_bytes,
        }
        for i, step in enumerate(runs[0])
    ]
    config, size = model.config, model.embed_tokens.weight.element_size()
    shape = {"layers": config.layers, "heads": config.kv_heads, "width": config.head_width, "size": size}
    return {"tokens": page.tokens, "turns": turns, **shape}


def summary(words: Words, runs: list[Run]) -> Markup:
    """The times in a sentence and a table."""
    measured = {"first": first(runs), "later-with": later(runs, "cached"), "later-without": later(runs, "uncached")}
    cached, uncached = (words.number(1 / measured[f"later-{way}"].median) for way in ("with", "without"))
    heads = [words.inline(name) for name in ("what", "median", "spread", "count")]
    table = tables.grid(heads, [_row(words, name, times) for name, times in measured.items()])
    return markup.read(words.inline("speed", cached=cached, uncached=uncached)) + table


def _row(words: Words, name: str, times: Times) -> tuple[Markup, str, str, str]:
    low, high = times.spread
    spread = f"{words.number(MS * low)} – {milliseconds(high, words)}"
    return words.inline(name), milliseconds(times.median, words), spread, words.number(len(times.seconds))


def agreement(page: Page, runs: list[Run]) -> Markup:
    """How far the logits of the two ways differ."""
    difference = max(step.difference for steps in runs for step in steps)
    counts = {"vocabulary": page.words.number(page.bundle.model.config.vocab_size), "n": sum(map(len, runs))}
    return page.words("same", difference=page.words.number(difference), **counts)


def milliseconds(seconds: float, words: Words) -> str:
    return f"{words.number(MS * seconds)}{THIN}ms"


def table(page: Page, runs: list[Run]) -> dict[str, list]:
    """Every token of every run."""
    rows = [(i + 1, step) for i, steps in enumerate(runs) for step in steps]
    text = page.words.text
    return {
        text("column-run"): [i for i, _ in rows],
        text("column-length"): [step.length for _, step in rows],
        text("column-token"): page.bundle.tokenizer.strings([step.token for _, step in rows]),
        text("column-with"): [MS * step.cached for _, step in rows],
        text("column-without"): [MS * step.uncached for _, step in rows],
        text("column-bytes"): [step.cache_bytes for _, step in rows],
        text("column-difference"): [step.difference for _, step in rows],
    }


def device(page: Page) -> str:
    """What it ran on, in words."""
    if page.bundle.model.device.type != "cpu":
        return page.words.text("setting-gpu")
    threads = torch.get_num_threads()
    return page.words.text("setting-one") if threads == 1 else page.words.text("setting-many", n=threads)


def total(lengths: Sequence[int], times: np.ndarray) -> np.ndarray:
    """Times (N,) of one more token after each of the lengths -> what n tokens take in all, (last length,): between the
    lengths measured, straight lines."""
    return np.interp(np.arange(1, lengths[-1] + 1), lengths, times).cumsum()
