"""The questions of the lesson. Each answer is computed after the reader has committed to one."""

import numpy as np
from markupsafe import Markup

from model.trace import Trace
from ui.frame.page import Page
from ui.frame.question import Question
from ui.kit import cache, markup
from ui.lessons.experts.readings import Setting, as_trained, loss
from ui.lessons.experts.statistics import Statistics

APART = 0.005  # bits per byte: between the answers of the question about an expert that is off


def again(page: Page, trace: Trace) -> Question:
    """The text once more: does its last token go to the same experts the second time?"""
    words, layers, last = page.words, len(trace.layers), len(page.ids) - 1
    few, most = layers // 3, layers - 1  # bounds of the three answers in the middle
    token = markup.chip(page.names[-1])

    def same() -> int:
        choices = cache.trace(page.bundle, [*page.ids, *page.ids], {"expert_index"}).stack("expert_index")
        return int((choices[:, last, 0] == choices[:, -1, 0]).sum())

    def explain(right: int) -> Markup:
        section = ("again-few", "again-some", "again-all")[right]
        return words(section, n=same(), layers=layers, token=token)

    def against(i: int) -> Markup:
        return words("again-against-low" if i < answer() else "again-against-high")

    def answer() -> int:
        return next(i for i, n in enumerate((few, most, layers)) if same() <= n)

    options = [
        words.text("again-at-most", n=few),
        words.text("again-between", a=few + 1, b=most),
        words.text("again-every", n=layers),
    ]
    text = words.inline("again-question", token=token, layers=layers)
    return Question(text, options, answer, explain, against)


def rivals(trace: Trace, statistics: Statistics) -> tuple[int, int, int]:
    """A layer and two of its experts that both take tokens of the text: the one that is busiest on held-out text, and
    the rarest. The layer is the one where they lie furthest apart."""
    pairs, ratios = [], []
    for load, layer in zip(statistics.visited, trace.layers, strict=True):
        chosen = sorted(np.unique(layer.expert_index).tolist(), key=lambda e: load[e])
        pairs.append((chosen[-1], chosen[0]))
        ratios.append(load[chosen[-1]] / max(load[chosen[0]], 1e-9))
    layer = int(np.argmax(ratios))
    return layer, *pairs[layer]


def busiest_off(page: Page, trace: Trace, statistics: Statistics) -> Question | None:
    """Which hurts the reader's text more: in one layer a busy expert off, or a rare one? None where it has no loss."""
    if len(page.ids) < 2:
        return None
    words = page.words
    layer, busy, rare = rivals(trace, statistics)
    assignments = np.bincount(trace.layers[layer].expert_index.ravel(), minlength=page.bundle.model.config.experts)
    where = {"layer": layer + 1, "busy": busy + 1, "rare": rare + 1, "noise": words.number(APART).rstrip("0")}

    def losses() -> dict[str, float]:
        whole = as_trained(page)
        off = {name: Setting(whole.active, "off", (e,), layer) for name, e in (("busy_off", busy), ("rare_off", rare))}
        return {name: loss(page, setting) for name, setting in {"whole": whole, **off}.items()}

    def difference() -> float:
        return losses()["busy_off"] - losses()["rare_off"]

    def answer() -> int:
        return 2 if abs(difference()) < APART else 0 if difference() > 0 else 1

    def explain(right: int) -> Markup:
        shown = {name: words.number(bits) for name, bits in losses().items()}
        counts = {"m": assignments[busy], "n": assignments[rare], "tokens": len(page.ids)}
        section = ("off-busy", "off-rare", "off-same")[right]
        return words(section, **shown) + words("off-why", busy=busy + 1, rare=rare + 1, **counts)

    def against(i: int) -> Markup:
        section = ("off-against-busy", "off-against-rare", "off-against-same")[i]
        return words(section, difference=words.number(abs(difference())))

    loads = {"p": statistics.visited[layer, busy], "q": statistics.visited[layer, rare]}
    text = words.inline("off-question", **where, **{name: words.percent(load) for name, load in loads.items()})
    options = [words.text(f"off-option-{name}", **where) for name in ("busy", "rare", "same")]
    return Question(text, options, answer, explain, against)


def genre(page: Page, statistics: Statistics) -> Question:
    """Does the expert tell more about the word class or about the genre?"""
    words = page.words

    def answer() -> int:
        by_class, by_genre = statistics.excess["class"], statistics.excess["genre"]
        if max(by_class, by_genre) < 2 * min(by_class, by_genre):
            return 2
        return 0 if by_class > by_genre else 1

    def explain(right: int) -> Markup:
        return words(("genre-class", "genre-genre", "genre-both")[right], **statistics.values(words))

    def against(i: int) -> Markup:
        return words(f"genre-against-{names[i]}", **statistics.values(words))

    names = ("class", "genre", "both")
    options = [words.text(f"genre-option-{name}") for name in names]
    text = words.inline("genre-question", tokens=words.number(statistics.tokens))
    return Question(text, options, answer, explain, against)
