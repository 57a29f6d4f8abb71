"""The questions of the lesson. Each answer is computed by the live model, after the reader has committed to one."""

from markupsafe import Markup

from model.trace import Trace
from ui.frame.page import Page
from ui.frame.question import Question, between, largest
from ui.kit import markup
from ui.lessons.mlp import readings

BOUNDS = (11, 101)  # neurons: bounds of the question how many make half
TIE = 0.1  # bits per token: costs nearer than that count as equal
NOISE = 0.02  # of the number of neurons, where rounding may take one from another's place


def half(page: Page, trace: Trace) -> Question:
    """How many neurons make half of what the MLP adds at the last token?"""
    words, (layer, token) = page.words, readings.start(page, trace)
    shown = readings.shown(page, trace, layer, token)
    names = ("few", "dozens", "many")
    where = {"layer": layer + 1, "token": markup.chip(page.names[token])}
    where |= {"all": words.number(shown.mlp.post.shape[1])}

    def needed() -> int:
        return shown.mlp.needed(token, readings.HALF)

    def answer() -> tuple[int, ...]:
        return between(BOUNDS, needed(), NOISE)

    def explain(right: int) -> Markup:
        fractions = shown.mlp.fractions(token)
        values = {"n": needed(), "first": words.percent(float(fractions.max()))}
        values |= {"against": words.number(int((fractions < 0).sum())), "most": shown.mlp.needed(token, 0.9)}
        return words("half-explain", **values, **where)

    def against(i: int) -> Markup:
        return words(f"half-against-{names[i]}", n=needed(), **where)

    options = [words.text(f"half-option-{name}", a=BOUNDS[0] - 1, b=BOUNDS[1] - 1) for name in names]
    return Question(words.inline("half-question", **where), options, answer, explain, against)


def silenced(page: Page, trace: Trace) -> Question | None:
    """Without which MLP does the prompt cost most: the first, the middle one, the last? None for fewer layers, and for
    a prompt that has no loss."""
    words, count = page.words, len(trace.layers)
    places = (0, count // 2, count - 1)
    if len(page.ids) < 2 or count < 3:
        return None

    def costs() -> list[float]:
        base = readings.loss(page, trace)
        return [readings.silenced(page, trace, layer).mlp - base for layer in places]

    def answer() -> tuple[int, ...]:
        return largest(costs(), TIE)

    def explain(right: int) -> Markup:
        shown = {name: words.number(x) for name, x in zip(("first", "middle", "last"), costs(), strict=True)}
        return words("silenced-explain", **shown, **layers) + words(
            "silenced-first" if right == 0 else "silenced-later"
        )

    def against(i: int) -> Markup:
        return words("silenced-against", layer=places[i] + 1, bits=words.number(costs()[i]))

    layers = {"middle_layer": places[1] + 1, "last_layer": places[2] + 1}
    options = [words.text("silenced-option", n=layer + 1) for layer in places]
    return Question(words.inline("silenced-question", **layers), options, answer, explain, against)
