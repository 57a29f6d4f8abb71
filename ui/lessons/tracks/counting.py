"""Where the approximation ends that every token costs the same: by counting, with no clock."""

import streamlit as st

from model.arithmetic import attention_half, operations, writing_operations
from model.config import Config
from model.weights.published import MODELS
from ui.frame.page import Page
from ui.kit import tables
from ui.lessons.tracks.calculator import ASKED

LENGTHS = (96, 1_024, 8_192, 131_072)  # tokens; of each model those that it was trained for
MIDDLE = 8_192  # tokens of the claim


def share(config: Config, tokens: int) -> float:
    """What attention makes of the operations for one more token after so many."""
    work = operations(config, tokens + 1)
    return work.attention / work.total


def doubling(config: Config, tokens: int) -> tuple[float, float]:
    """How many times as many operations twice the text takes, with the cache and without."""
    once, twice = writing_operations(config, tokens), writing_operations(config, 2 * tokens)
    return twice[0] / once[0], twice[1] / once[1]


def table(page: Page) -> None:
    """Page and published model, length by length, and what is often said of attention."""
    words, asked = page.words, MODELS[ASKED]
    page.heading("count-title", words("count-text"))
    rows = []
    for name, config in {page.bundle.card.title: page.bundle.model.config, ASKED: asked}.items():
        for n in (n for n in LENGTHS if n <= config.context):
            times = [f"× {words.number(factor)}" for factor in doubling(config, n)]
            rows.append((name, words.number(n), *times, words.percent(share(config, n))))
    names = ("model", "tokens", "with", "without", "share")
    heads = [words.inline(f"count-{name}") for name in names]
    st.html(tables.sideways(words.text("count-title"), tables.grid(heads, rows)))
    values = {
        "here": words.percent(share(page.bundle.model.config, len(page.ids))),
        "model": ASKED,
        "middle": words.percent(share(asked, MIDDLE)),
        "middle_tokens": words.number(MIDDLE),
        "half": words.number(attention_half(asked)),
    }
    page.said("said-attention", **values)
