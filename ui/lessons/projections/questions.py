"""The predictions of the lesson. Each answer is computed by the live model, after the reader has committed to one."""

import numpy as np
from markupsafe import Markup

from model.analysis.attention import Cell
from model.trace import Trace
from ui.frame.page import Page
from ui.frame.question import Question, between
from ui.kit import cache, markup
from ui.kit.numbers import round_percent
from ui.lessons.projections import readings
from ui.lessons.projections.readings import OWN

EQUAL = 1e-3  # of the largest number of the queries of a layer: nearer ones differ by rounding only
HIGH = 0.9  # of a weight
NOISE = 0.005  # of a weight
WAYS = ("all", "one", "none")  # in which layers the queries of two equal tokens are equal


def again(page: Page) -> Question:
    """The first token once more, at the end: where does it get the same query as before?"""
    words = page.words
    config = page.bundle.model.config
    count, ids = config.layers, page.ids[: max(1, config.context - 1)]  # a table of positions may end there
    chips = list(map(markup.chip, page.bundle.tokenizer.strings(ids)))
    ways = WAYS if count > 1 else (WAYS[0], WAYS[-1])

    def differences() -> np.ndarray:
        """Of the two tokens' queries, the largest difference in any head of each layer, (L,), before any rotation."""
        q = cache.trace(page.bundle, [*ids, ids[0]], {"q"}).stack("q")
        return np.abs(q[:, :, 0] - q[:, :, -1]).max((1, 2)) / np.abs(q).max((1, 2, 3))

    def answer() -> int:
        same = differences() <= EQUAL
        return ways.index("all" if same.all() else "one" if same[0] else "none")

    def values() -> dict[str, object]:
        found = differences()
        return {"first": words.percent(found[0]), "second": words.percent(found[min(1, count - 1)]), "token": chips[0]}

    def explain(right: int) -> Markup:
        return words(f"again-explain-{ways[right]}", **values())

    def against(i: int) -> Markup:
        return words(f"again-against-{ways[i]}", **values())

    question = words.inline("again-question", token=chips[0], text=Markup(" ").join([*chips, chips[0]]))
    options = [words.text(f"again-option-{way}", layers=count) for way in ways]
    return Question(question, options, answer, explain, against)


def divided(page: Page, trace: Trace, cell: Cell) -> Question | None:
    """Scores that are not divided: what becomes of the largest weight of a query? None where it has one key only."""
    words = page.words
    before = readings.row(page, trace, cell, OWN)
    if trace.layers[cell.layer].mask[cell.query].sum() < 2:
        return None
    chips = [markup.chip(name) for name in page.names]
    first, second = np.argsort(-before, kind="stable")[:2].tolist()
    root = page.bundle.model.config.score_divisor
    head = {"layer": cell.layer + 1, "head": cell.head + 1, "query": chips[cell.query], "key": chips[first]}

    def largest() -> float:
        return float(readings.row(page, trace, cell, 0).max())

    def answer() -> tuple[int, ...]:
        grown = largest()
        if grown <= before[first] + NOISE:
            return (0,)
        return tuple(dict.fromkeys(1 + i for i in between([HIGH], grown, NOISE)))

    def explain(right: int) -> Markup:
        return words(
            "divided-explain",
            p=words.percent(before[first]),
            q=words.percent(before[second]),
            second=chips[second],
            ratio=words.number(before[first] / before[second]),
            power=words.number(root**OWN),
            grown=words.number((before[first] / before[second]) ** root**OWN),
            largest=words.percent(largest()),
            key=chips[first],
        )

    def against(i: int) -> Markup:
        return words("divided-against-same" if i == 0 else "divided-against-size", largest=words.percent(largest()))

    weights = {"p": words.percent(before[first]), "q": words.percent(before[second]), "second": chips[second]}
    question = words.inline("divided-question", **head, **weights, root=root)
    high = round_percent(HIGH)
    options = [words.text(f"divided-option-{name}", high=high) for name in ("same", "below", "above")]
    return Question(question, options, answer, explain, against)
