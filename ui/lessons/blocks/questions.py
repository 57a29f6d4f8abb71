"""The predictions of lesson 9: a growing residual stream, the switch that costs most, the cache of one head."""

from markupsafe import Markup

from model.zoo import ModelUnavailable
from ui.frame.question import Question
from ui.kit.language import Words
from ui.kit.switchboard import BASE, reached
from ui.lessons.blocks.sides import Side
from ui.lessons.blocks.stream import GROWN, growth, other_sizes
from ui.lessons.blocks.switches import load

SWITCHES = ("no-positions", "mqa", "ungated", "post-norm", "sliding")  # to choose from
CACHE_FRACTIONS = (1, 1 / 2, 1 / 4, 1 / 8)


def grown(old: Side, new: Side, words: Words) -> Question:
    """By how much does each residual stream grow?"""

    def answer() -> int:
        return sum(growth(old) >= bound for bound in GROWN)

    def explain(right: int) -> Markup:
        sizes = other_sizes(old)
        values = {"least": sizes.min(), "most": sizes.max(), "times": growth(old), "other": growth(new)}
        shown = {name: words.number(float(x)) for name, x in values.items()}
        return words(f"explain-grown-{old.config.norm_place}", old=old.title, new=new.title, **shown)

    question = words.inline("question-grown", model=old.title, layers=old.config.layers)
    return Question(question, [words.text(f"option-grown-{i}") for i in range(4)], answer, explain)


def worst(words: Words) -> Question | None:
    """Which of a few switches costs the most? None where too few of these models are there."""
    names = [name for name in SWITCHES if name in reached()]
    if len(names) < 3 or BASE not in reached():
        return None

    def answer() -> int:
        bits = reached()
        return max(range(len(names)), key=lambda i: bits[names[i]])

    def explain(right: int) -> Markup:
        bits = reached()
        listed = "; ".join(f"{words.text(f'name-{name}')} {words.number(bits[name])}" for name in names)
        worst = words.text(f"name-{names[right]}")
        return words("explain-worst", listed=listed, base=words.number(bits[BASE]), worst=worst)

    return Question(words.inline("question-worst"), [words.text(f"name-{name}") for name in names], answer, explain)


def mqa_cache(words: Words) -> Question | None:
    """What becomes of the cache with multi-query attention? None where one of the two models is missing."""
    try:
        base, variant = load(BASE), load("mqa")
    except ModelUnavailable:
        return None
    heads = {"heads": base.config.heads, "groups": base.config.kv_heads}

    def answer() -> int:
        fraction = variant.cache_bytes / base.cache_bytes
        return min(range(len(CACHE_FRACTIONS)), key=lambda i: abs(CACHE_FRACTIONS[i] - fraction))

    def explain(right: int) -> Markup:
        sizes = {"before": words.bytes(base.cache_bytes), "after": words.bytes(variant.cache_bytes)}
        return words("explain-cache", **sizes, **heads, tokens=words.number(base.config.context))

    options = [words.text(f"option-cache-{i}") for i in range(4)]
    return Question(words.inline("question-cache", **heads), options, answer, explain)
