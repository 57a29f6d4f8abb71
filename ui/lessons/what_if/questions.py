"""The prediction of the lesson: one word is hidden from the last token everywhere. Which one does it miss most?"""

import numpy as np
from markupsafe import Markup

from model import lens, sampling
from model.edits import HideKey
from ui.frame.question import Question, largest
from ui.kit import cache, markup
from ui.lessons.what_if.lab import Lab

OPTIONS = 5
NOISE = 0.01  # of the largest divergence: nearer ones count as equal


def hidden(lab: Lab) -> Question | None:
    """Asks of the words that the last token reads most, over all heads of all layers. None for a prompt of less than
    three tokens."""
    page, words = lab.page, lab.words
    last = len(page.ids) - 1
    if last < 2:
        return None
    weights = lab.before.pattern[:, :, -1].mean((0, 1))[:last]
    choices = sorted(np.argsort(-weights, kind="stable")[:OPTIONS].tolist())

    def divergence(key: int) -> float:
        """How far the distribution moves without a token, in bits."""
        edits = tuple(HideKey(layer, last, key) for layer in range(len(lab.before.pattern)))
        trace = page.trace({"final"}, edits, kept=False)
        after = sampling.softmax(lens.next_logits(page.bundle.model, trace))
        return lens.divergence(lab.before.probabilities, after)

    def divergences() -> list[float]:
        return cache.result(page.key("what-if-hidden"), lambda: list(map(divergence, choices)))

    def answer() -> tuple[int, ...]:
        bits = divergences()
        return largest(bits, NOISE * max(bits))

    def explain(right: int) -> Markup:
        bits, most = divergences(), int(np.argmax(weights[choices]))
        values = {
            "word": markup.chip(page.names[choices[right]]),
            "bits": words.number(bits[right]),
            "p": words.percent(weights[choices[right]]),
            "other": markup.chip(page.names[choices[most]]),
            "more": words.percent(weights[choices[most]]),
            "less": words.number(bits[most]),
        }
        first = "hidden-first" if right == most == 0 and choices[0] == 0 else "hidden-most"
        return words(first if right == most else "hidden-other", **values)

    def against(i: int) -> Markup:
        return words("hidden-against", token=markup.chip(page.names[choices[i]]), bits=words.number(divergences()[i]))

    question = words.inline("question-hidden", last=markup.chip(page.names[last]))
    return Question(question, [page.names[i] for i in choices], answer, explain, against, tokens=True)
