"""Lesson 13's questions. Each is answered by counting, after the reader has committed to an answer."""

from collections.abc import Sequence
from dataclasses import replace

from model.arithmetic import count
from model.config import Config
from model.weights.published import MODELS
from ui.frame import quiz
from ui.frame.question import Question
from ui.kit import language, markup
from ui.kit.numbers import number, percent
from ui.lessons.table.parse import configuration, title
from ui.lessons.table.sums import in_full, one_layer

ASKED = ("smollm2", "minilm", "GPT-2", "Llama 3.1 8B")
MIXTURE = "Mixtral 8x7B"
TIMES = (2, 3, 4, 8)


def _nearest(guesses: Sequence[float], found: float) -> int:
    return min(range(len(guesses)), key=lambda i: abs(guesses[i] - found))


def doubled(name: str, config: Config, words: language.Words) -> None:
    """The table's own model, everything in it twice as wide: what becomes of the parameters of a layer?"""

    def after() -> int:
        wide = {field: 2 * getattr(config, field) for field in ("width", "heads", "kv_heads", "mlp_width")}
        return one_layer(replace(config, **wide))

    def explain(chosen: int, right: int) -> str:
        before = one_layer(config)
        numbers = {"before": before, "after": after(), "times": after() / before}
        return words("explain-doubled", **{key: in_full(value, words.lang) for key, value in numbers.items()})

    question = words.inline("question-doubled", model=markup.user_text(name))
    answers = [f"× {times}" for times in TIMES]
    quiz.predict(
        f"doubled-{config}", Question(question, answers, lambda: _nearest(TIMES, after() / one_layer(config)), explain)
    )


def vocabulary(words: language.Words) -> None:
    """In which model do embedding and head take the largest share?"""
    names = [title(name, words) for name in ASKED]

    def shares() -> list[float]:
        counts = [count(configuration(name)) for name in ASKED]
        return [(each.embedding + each.head) / each.total for each in counts]

    def explain(chosen: int, right: int) -> str:
        listed = "; ".join(f"{n} {percent(share, words.lang)}" for n, share in zip(names, shares(), strict=True))
        return words("explain-vocabulary", model=names[right], listed=listed)

    answer = lambda: shares().index(max(shares()))  # noqa: E731
    quiz.predict("vocabulary", Question(words.inline("question-vocabulary"), names, answer, explain))


def used(words: language.Words) -> None:
    """How many parameters of a mixture of experts does one token use?"""
    config, lang = MODELS[MIXTURE], words.lang
    found = count(config)
    guesses = [found.total / config.experts, found.active, found.total / 2, found.total]

    def explain(chosen: int, right: int) -> str:
        numbers = {
            "active": found.active,
            "total": found.total,
            "experts": found.experts,
            "others": found.total - found.experts,
            "eight": config.experts,
            "two": config.active_experts,
        }
        return words("explain-used", **{name: number(n, lang) for name, n in numbers.items()})

    said = {"model": MIXTURE, "total": number(found.total, lang), "eight": config.experts, "two": config.active_experts}
    options = [words.text("about", n=number(guess / 1e9, lang)) for guess in guesses]
    quiz.predict(
        "used",
        Question(words.inline("question-used", **said), options, lambda: _nearest(guesses, found.active), explain),
    )
