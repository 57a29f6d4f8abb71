"""Lesson 15: is it the word that the last token needs, or the position? Another token is put in front of the prompt."""

from dataclasses import dataclass
from functools import partial

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


def trials(lab: Lab) -> list[Trial]:
    """The prompt as it is, and with each of FRONT before it. Needs a prompt of at least two tokens."""
    page, model = lab.page, lab.page.bundle.model
    tokens = [page.bundle.tokenizer.find(text) for text in FRONT]

    def trial(front: int | None) -> Trial:
        ids = page.ids if front is None else [front, *page.ids]
        read = partial(cache.trace, page.bundle, ids, kept=False)
        whole, last, at = read({"final", "pattern"}), len(ids) - 1, len(ids) - len(page.ids)
        weights = whole.stack("pattern")[:, :, -1].mean((0, 1))
        before = sampling.softmax(lens.next_logits(model, whole))

        def moved(key: int) -> float:
            after = read({"final"}, tuple(HideKey(layer, last, key) for layer in range(len(whole.layers))))
            return lens.divergence(before, sampling.softmax(lens.next_logits(model, after)))

        in_front = () if front is None else (float(weights[0]), moved(0))
        return Trial(front, float(weights[at]), moved(at), *in_front)

    def compute() -> list[Trial]:
        return [trial(front) for front in (None, *(token for token in tokens if token is not None))]

    return cache.result(page.key("what-if-sink"), compute)


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
    alone, *others = trials(lab)
    one = others[0]
    first, last = (markup.chip(page.names[i]) for i in (0, -1))
    values = {"p": words.percent(alone.first), "q": words.percent(one.first), "r": words.percent(one.taken)}
    page.read(words.inline("sink-read", first=first, last=last, front=_front(lab, one), **values))
    if alone.without > LEAST:
        st.html(words("sink-is" if one.without <= TAKES_OVER * alone.without else "sink-is-not"))
    heads = [words.inline(f"sink-col-{name}", first=first) for name in ("front", "first", "without", "taken", "moved")]
    rows = [
        (
            _front(lab, each),
            words.percent(each.first),
            words.number(each.without),
            "" if np.isnan(each.taken) else words.percent(each.taken),
            "" if np.isnan(each.taken) else words.number(each.without_front),
        )
        for each in (alone, *others)
    ]
    st.html(tables.sideways(words.text("sink-title"), tables.grid(heads, rows)))
    page.note(words.inline("sink-note"))
    listing.show(HideKey)


def _front(lab: Lab, trial: Trial) -> Markup:
    if trial.front is None:
        return lab.words.inline("sink-row-none")
    return markup.chip(lab.page.bundle.tokenizer.strings([trial.front])[0])
