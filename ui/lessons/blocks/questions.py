"""The prediction of the lesson: how much the residual stream grows."""

from markupsafe import Markup

from ui.frame.question import Question, between
from ui.kit.language import Words
from ui.lessons.blocks.sides import Side
from ui.lessons.blocks.stream import GROWN, growth, other_sizes

ROUNDING = 1e-3  # times as large: below it, the last digits of the sums decide


def grown(old: Side, new: Side, words: Words) -> Question:
    """By how much does each residual stream grow?"""

    def answer() -> tuple[int, ...]:
        return between(GROWN, growth(old), ROUNDING)

    def explain(right: int) -> Markup:
        sizes = other_sizes(old)
        values = {"least": sizes.min(), "most": sizes.max(), "times": growth(old), "other": growth(new)}
        shown = {name: words.number(float(x)) for name, x in values.items()}
        return words(f"explain-grown-{old.config.norm_place}", old=old.title, new=new.title, **shown)

    def against(i: int) -> Markup:
        way = "more" if i > answer()[0] else "less"
        return words(f"against-grown-{way}-{old.config.norm_place}", additions=2 * old.config.layers)

    question = words.inline("question-grown", model=old.title, layers=old.config.layers)
    return Question(question, [words.text(f"option-grown-{i}") for i in range(4)], answer, explain, against)
