"""The predictions of the lesson: a token is hidden from the last one everywhere. Which one does it need most, and is it
needed for what it says?"""

import numpy as np
from markupsafe import Markup

from model import lens, sampling
from model.edits import HideKey
from ui.frame.question import Question, between, largest
from ui.kit import cache, markup
from ui.lessons.what_if import sink
from ui.lessons.what_if.lab import Lab

OPTIONS = 5
NOISE = 0.01  # of the largest divergence, or of a ratio of two: nearer ones count as equal
LEFT = (0.1, sink.TAKES_OVER)  # of a divergence: bounds of the question about the token in front


def hidden(lab: Lab) -> Question | None:
    """Asks of the tokens that the last token reads most, over all heads of all layers. None for a prompt of less than
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


def in_front(lab: Lab) -> Question | None:
    """How far does the distribution move without the first token once another one stands in front of it? None where it
    hardly moves without it, or nothing can be put in front."""
    page, words = lab.page, lab.words
    if not sink.possible(lab) or (before := sink.alone(lab)).without <= sink.LEAST:
        return None
    names = ("nothing", "less", "same")  # from the least to the most
    first, last = markup.chip(page.names[0]), markup.chip(page.names[-1])
    front = markup.chip(sink.first_in_front(lab))

    def after() -> sink.Trial:
        return sink.in_front(lab)[0]

    def bits() -> dict[str, str]:
        return {"after": words.number(after().without), "before": words.number(before.without)}

    def answer() -> tuple[int, ...]:
        return between(LEFT, after().without / before.without, NOISE)

    def explain(right: int) -> Markup:
        weights = {"p": before.first, "q": after().first, "r": after().taken}
        shown = {name: words.percent(x) for name, x in weights.items()}
        return words("sink-explain", **bits(), **shown, first=first, last=last, front=front)

    def against(i: int) -> Markup:
        return words(f"sink-against-{names[i]}", **bits())

    options = [words.text(f"option-{name}") for name in names]
    question = words.inline("question-sink", first=first, last=last, front=front)
    return Question(question, options, answer, explain, against)
