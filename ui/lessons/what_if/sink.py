"""Is it the word that the last token needs, or the position? Another token is put in front of the prompt."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from markupsafe import Markup

from model import lens, sampling
from model.edits import HideKey
from ui.frame import quiz
from ui.frame.question import Question
from ui.kit import cache, listing, markup, tables
from ui.lessons.what_if.lab import Lab

FRONT = (
    "<|endoftext|>",
    "\n",
    ".",
)  # what is put in front, as far as the model has it as a token: the first is asked of
LEAST = 0.05  # bits: where hiding the first token moves less, there is nothing to explain
TAKES_OVER = 0.5  # of these bits: where no more are left, the token in front has taken the first one's place


@dataclass(frozen=True)
class Trial:
    """front: the token in front of the prompt, None for nothing. first, taken: how much of the last token's weight the
    prompt's first token gets, and the token in front, on average over all heads; without, without_front: how far the
    distribution of the next token moves when that token is hidden from the last one in every head, in bits."""

    front: int | None
    first: float
    without: float
    taken: float = float("nan")
    without_front: float = float("nan")


def alone(lab: Lab) -> Trial:
    """The prompt as it is: a pass more than the page has made. Needs a prompt of at least two tokens."""
    page, before = lab.page, lab.before
    weight = float(before.pattern[:, :, -1, 0].mean())
    return Trial(None, weight, cache.result(page.key("what-if-first"), lambda: _moved(lab, page.ids, 0)))


def in_front(lab: Lab) -> list[Trial]:
    """With each of FRONT that the model has as a token, three passes for each."""
    page = lab.page
    tokens = [page.bundle.tokenizer.find(text) for text in FRONT]

    def trial(front: int) -> Trial:
        ids = [front, *page.ids]
        weights = cache.trace(page.bundle, ids, {"pattern"}, kept=False).stack("pattern")[:, :, -1].mean((0, 1))
        return Trial(front, float(weights[1]), _moved(lab, ids, 1), float(weights[0]), _moved(lab, ids, 0))

    def compute() -> list[Trial]:
        return [trial(token) for token in tokens if token is not None]

    return cache.result(page.key("what-if-sink"), compute)


def first_in_front(lab: Lab) -> str:
    """The token that the first of these trials puts in front, as it is shown."""
    tokenizer = lab.page.bundle.tokenizer
    return tokenizer.strings([next(id for text in FRONT if (id := tokenizer.find(text)) is not None)])[0]


def _moved(lab: Lab, ids: list[int], key: int) -> float:
    """How far the distribution after these ids moves, in bits, when a key is hidden from the last token everywhere."""
    bundle, last = lab.page.bundle, len(ids) - 1
    hide = tuple(HideKey(layer, last, key) for layer in range(bundle.model.config.layers))
    whole, without = (
        sampling.softmax(lens.next_logits(bundle.model, cache.trace(bundle, ids, {"final"}, edits, kept=False)))
        for edits in ((), hide)
    )
    return lens.divergence(whole, without)


def possible(lab: Lab) -> bool:
    """Whether the prompt has a first token to hide, and room for one more in front of it."""
    config, count = lab.setting.config, len(lab.page.ids)
    fits = config.position != "learned" or count < config.context
    return count > 1 and fits and any(lab.page.bundle.tokenizer.find(text) is not None for text in FRONT)


def section(lab: Lab, question: Question | None) -> None:
    """The experiment; where there is a question, what answers it comes after it."""
    if not possible(lab):
        return
    lab.page.heading("sink-title", lab.words("sink-intro"))
    if question:
        quiz.predict(f"front-{lab.page.model}-{lab.page.text}", question, lambda: show(lab))
    else:
        show(lab)


def show(lab: Lab) -> None:
    """What was found, in a sentence and as a table."""
    page, words = lab.page, lab.words
    none, others = alone(lab), in_front(lab)
    one = others[0]
    first, last = (markup.chip(page.names[i]) for i in (0, -1))
    values = {"p": words.percent(none.first), "q": words.percent(one.first), "r": words.percent(one.taken)}
    page.read(words.inline("sink-read", first=first, last=last, front=_front(lab, one), **values))
    if none.without > LEAST:
        st.html(words("sink-is" if one.without <= TAKES_OVER * none.without else "sink-is-not"))
    heads = [words.inline(f"sink-col-{name}", first=first) for name in ("front", "first", "without", "taken", "moved")]
    rows = [
        (
            _front(lab, each),
            words.percent(each.first),
            words.number(each.without),
            "" if np.isnan(each.taken) else words.percent(each.taken),
            "" if np.isnan(each.taken) else words.number(each.without_front),
        )
        for each in (none, *others)
    ]
    st.html(tables.sideways(words.text("sink-title"), tables.grid(heads, rows)))
    page.note(words.inline("sink-note"))
    listing.show(HideKey)


def _front(lab: Lab, trial: Trial) -> Markup:
    if trial.front is None:
        return lab.words.inline("sink-row-none")
    return markup.chip(lab.page.bundle.tokenizer.strings([trial.front])[0])
