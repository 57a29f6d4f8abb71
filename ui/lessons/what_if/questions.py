"""The prediction of lesson 15: one word is hidden from the last token everywhere. Which one does it miss most?"""

import numpy as np

from model import lens, sampling, transformer
from model.edits import HideKey
from ui.frame import quiz
from ui.frame.question import Question
from ui.kit import cache, markup
from ui.kit.numbers import number, percent
from ui.lessons.what_if.lab import Lab

OPTIONS = 5


def hidden(lab: Lab) -> None:
    """Asks of the words that the last token reads most, over all heads of all layers."""
    page, words, lang = lab.page, lab.words, lab.page.lang
    last = len(page.ids) - 1
    if last < 2:
        return
    weights = lab.before.pattern[:, :, -1].mean((0, 1))[:last]
    choices = sorted(np.argsort(-weights, kind="stable")[:OPTIONS].tolist())

    def costs() -> list[float]:
        """How far the distribution moves without each of them, in bits."""

        def compute() -> list[float]:
            found, model = [], page.bundle.model
            for key in choices:
                cut = [HideKey(layer, last, key) for layer in range(len(lab.before.pattern))]
                trace = transformer.run(model, page.ids, page.tokens, keep={"final"}, edits=cut)
                after = sampling.softmax(lens.next_logits(model, trace))
                found.append(lens.divergence(lab.before.chances, after))
            return found

        return cache.result(cache.Key("what-if-hidden", page.model, tuple(page.ids)), compute)

    def explain(chosen: int, right: int) -> str:
        found, most = costs(), int(np.argmax(weights[choices]))
        values = {
            "word": markup.chip(page.tokens[choices[right]]),
            "bits": number(found[right], lang),
            "p": percent(weights[choices[right]], lang),
            "other": markup.chip(page.tokens[choices[most]]),
            "more": percent(weights[choices[most]], lang),
            "less": number(found[most], lang),
            "chosen": markup.chip(page.tokens[choices[chosen]]),
            "own": number(found[chosen], lang),
        }
        told = "" if chosen == right else words("hidden-chosen", **values)
        first = "hidden-first" if right == most == 0 and choices[0] == 0 else "hidden-most"
        return told + words(first if right == most else "hidden-other", **values)

    def named(i: int) -> str:
        token = page.tokens[i]
        return token if page.tokens.count(token) == 1 else f"{token} ({i + 1})"

    question = words.inline("question-hidden", last=markup.chip(page.tokens[last]))
    options = [named(i) for i in choices]
    key = f"hidden-{page.model}-{page.text}"
    quiz.predict(key, Question(question, options, lambda: int(np.argmax(costs())), explain, tokens=True))
