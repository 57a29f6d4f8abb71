"""The questions of the lesson. Each is answered by counting, after the reader has committed to an answer."""

from collections.abc import Sequence
from dataclasses import replace

from markupsafe import Markup

from model.arithmetic import count, layer_parameters
from model.config import Config
from model.weights.published import MODELS
from ui.frame.question import Question
from ui.kit import markup
from ui.kit.language import Words
from ui.lessons.table.parse import configuration, title
from ui.lessons.table.results import legible

ASKED = ("smollm2", "minilm", "GPT-2", "Llama 3.1 8B")
MIXTURE = "Mixtral 8x7B"
GUESSES = ("one", "right", "half", "all")
TIMES = (2, 3, 4, 8)


def _nearest(guesses: Sequence[float], right: float) -> int:
    return min(range(len(guesses)), key=lambda i: abs(guesses[i] - right))


def doubled(name: str, config: Config, words: Words) -> Question:
    """The table's own model, everything in it twice as wide: what becomes of the parameters of a layer?"""

    def counts() -> tuple[int, int]:
        wide = {field: 2 * getattr(config, field) for field in ("width", "heads", "kv_heads", "mlp_width")}
        return layer_parameters(config), layer_parameters(replace(config, **wide))

    def answer() -> int:
        before, after = counts()
        return _nearest(TIMES, after / before)

    def explain(right: int) -> Markup:
        before, after = counts()
        numbers = {"before": before, "after": after, "times": after / before}
        return words("explain-doubled", **{name: words.number(legible(n)) for name, n in numbers.items()})

    def against(i: int) -> Markup:
        return words("doubled-against-2" if TIMES[i] == 2 else "doubled-against-other")

    text = words.inline("question-doubled", model=markup.user_text(name))
    return Question(text, [f"× {times}" for times in TIMES], answer, explain, against)


def vocabulary(words: Words) -> Question:
    """In which model do embedding and head take the largest fraction?"""
    names = [title(name, words) for name in ASKED]

    def fractions() -> list[float]:
        counts = [count(configuration(name)) for name in ASKED]
        return [(each.embedding + each.head) / each.total for each in counts]

    def answer() -> int:
        return fractions().index(max(fractions()))

    def explain(right: int) -> Markup:
        pairs = zip(names, fractions(), strict=True)
        listed = "; ".join(f"{name} {words.percent(fraction)}" for name, fraction in pairs)
        return words("explain-vocabulary", model=names[right], listed=listed)

    def against(i: int) -> Markup:
        return words("vocabulary-against", model=names[i], fraction=words.percent(fractions()[i]))

    return Question(words.inline("question-vocabulary"), names, answer, explain, against)


def used(words: Words) -> Question:
    """How many parameters of a mixture of experts does one token use?"""
    config, number = MODELS[MIXTURE], words.number
    counted = count(config)
    guesses = [counted.total / config.experts, counted.active, counted.total / 2, counted.total]
    values = {"model": MIXTURE, "total": number(counted.total), "eight": config.experts, "two": config.active_experts}

    def explain(right: int) -> Markup:
        counts = {"active": counted.active, "experts": counted.experts, "others": counted.total - counted.experts}
        return words("explain-used", **values | {name: number(n) for name, n in counts.items()})

    def against(i: int) -> Markup:
        return words(f"used-against-{GUESSES[i]}", **values)

    options = [words.text("about", n=number(guess / 1e9)) for guess in guesses]
    text = words.inline("question-used", **values)
    return Question(text, options, lambda: _nearest(guesses, counted.active), explain, against)
