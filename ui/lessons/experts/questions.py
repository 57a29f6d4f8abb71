"""The predictions of lesson 12. Each answer is computed after the reader has committed to one."""

import numpy as np

from model import transformer
from model.trace import Trace
from ui.frame import quiz
from ui.frame.page import Page
from ui.frame.question import Question
from ui.kit import markup
from ui.kit.numbers import number
from ui.lessons.experts import statistics
from ui.lessons.experts.interventions import Setting, loss, usual
from ui.lessons.experts.statistics import Statistics

SAME = 0.005  # bits per byte: a smaller difference is none


def again(page: Page, trace: Trace) -> None:
    """The text once more: does its last token go to the same experts the second time?"""
    words, layers, last = page.words, len(trace.layers), len(page.ids) - 1
    few, most = layers // 3, layers - 1  # bounds of the three answers in the middle
    bounds = (few, most, layers)

    def same() -> int:
        ids = [*page.ids, *page.ids]
        second = transformer.run(page.bundle.model, ids, page.tokens * 2, keep={"expert_index"})
        return sum(int(layer.expert_index[last, 0] == layer.expert_index[-1, 0]) for layer in second.layers)

    def answer() -> int:
        return next(i for i, bound in enumerate(bounds) if same() <= bound)

    def explain(chosen: int, right: int) -> str:
        section = ("again-few", "again-some", "again-all")[right]
        return words(section, n=same(), layers=layers, token=markup.chip(page.tokens[-1]))

    options = [
        words.text("again-at-most", n=few),
        words.text("again-between", a=few + 1, b=most),
        words.text("again-every", n=layers),
    ]
    question = words.inline("again-question", token=markup.chip(page.tokens[-1]), layers=layers)
    quiz.predict(f"again-{page.text}", Question(question, options, answer, explain))


def rivals(trace: Trace, found: Statistics) -> tuple[int, int, int]:
    """A layer and two of its experts that both take tokens of the text: the one that is busiest on held-out text, and
    the rarest. The layer is the one where they lie furthest apart."""
    pairs = []
    for shares, layer in zip(found.shares, trace.layers, strict=True):
        visited = sorted(np.unique(layer.expert_index).tolist(), key=lambda e: shares[e])
        pairs.append((visited[-1], visited[0]))
    apart = [shares[busy] / max(shares[rare], 1e-9) for shares, (busy, rare) in zip(found.shares, pairs, strict=True)]
    place = int(np.argmax(apart))
    return place, *pairs[place]


def busiest_off(page: Page, trace: Trace, found: Statistics) -> None:
    """Which hurts the reader's text more: in one layer a busy expert off, or a rare one?"""
    words, lang = page.words, page.lang
    if len(page.ids) < 2:
        return
    layer, busy, rare = rivals(trace, found)
    visits = np.bincount(trace.layers[layer].expert_index.ravel(), minlength=page.bundle.model.config.experts)

    def losses() -> tuple[float, float, float]:
        active = usual(page).active
        settings = usual(page), *(Setting(active, "off", (expert,), layer) for expert in (busy, rare))
        whole, busy_off, rare_off = (loss(page, setting) for setting in settings)
        return whole, busy_off, rare_off

    def answer() -> int:
        _, busy_off, rare_off = losses()
        if abs(busy_off - rare_off) < SAME:
            return 2
        return 0 if busy_off > rare_off else 1

    def explain(chosen: int, right: int) -> str:
        names = ("whole", "busy_off", "rare_off")
        shown = {name: number(loss, lang) for name, loss in zip(names, losses(), strict=True)}
        section = ("off-busy", "off-rare", "off-same")[right]
        return words(section, **shown) + words("off-why", **told)

    told = {"busy": busy + 1, "rare": rare + 1, "m": visits[busy], "n": visits[rare], "tokens": len(page.ids)}
    where = {"layer": layer + 1, "busy": busy + 1, "rare": rare + 1}
    shares = {"p": found.shares[layer, busy], "q": found.shares[layer, rare]}
    shown = {name: statistics.percent(share, lang) for name, share in shares.items()}
    options = [words.text(f"off-option-{name}", **where) for name in ("busy", "rare", "same")]
    quiz.predict(f"off-{page.text}", Question(words.inline("off-question", **where, **shown), options, answer, explain))


def genre(page: Page, found: Statistics) -> None:
    """Does the expert tell more about the word class or about the genre?"""
    words, lang = page.words, page.lang

    def answer() -> int:
        told = statistics.means(found)
        if max(told["class"], told["genre"]) < 2 * min(told["class"], told["genre"]):
            return 2
        return 0 if told["class"] > told["genre"] else 1

    def explain(chosen: int, right: int) -> str:
        values = statistics.said(found, page)
        return words(("genre-class", "genre-genre", "genre-both")[right], **values)

    options = [words.text(f"genre-option-{name}") for name in ("class", "genre", "both")]
    question = words.inline("genre-question", tokens=number(found.tokens, lang))
    quiz.predict("experts-genre", Question(question, options, answer, explain))
