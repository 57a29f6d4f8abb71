"""The predictions of the lesson: a growing residual stream, the switch that costs most, the cache of one head."""

from markupsafe import Markup

from model.zoo import ModelUnavailable
from ui.frame.question import Question, between, largest
from ui.kit.language import Words
from ui.kit.switchboard import BASE, NOISE, apart, bits, compared, noise, reached
from ui.lessons.blocks.sides import Side
from ui.lessons.blocks.stream import GROWN, growth, other_sizes
from ui.lessons.blocks.switches import load

ROUNDING = 1e-3  # times as large: below it, the last digits of the sums decide
SWITCHES = ("no-positions", "mqa", "ungated", "post-norm", "sliding")  # to choose from
CACHE_FRACTIONS = (1, 1 / 2, 1 / 4, 1 / 8)


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


def worst(words: Words) -> Question | None:
    """Which of a few switches costs the most? None where too few of these models are there."""
    names = [name for name in SWITCHES if name in reached()]
    if len(names) < 3 or BASE not in reached():
        return None

    def answer() -> tuple[int, ...]:
        found = reached()
        return largest([found[name] for name in names], NOISE)

    def explain(right: int) -> Markup:
        found = reached()
        listed = "; ".join(f"{words.text(f'name-{name}')} {bits(found[name], words)}" for name in names)
        worst = words.text(f"name-{names[right]}")
        return words("explain-worst", listed=listed, base=bits(found[BASE], words), worst=worst)

    def against(i: int) -> Markup:
        found = reached()
        own, base = found[names[i]], found[BASE]
        way = {-1: "less", 0: "equal", 1: "more"}[compared(own, base)]
        values = {"own": bits(own, words), "difference": apart(own, base, words)}
        name = words.text(f"name-{names[i]}")
        return words(f"against-worst-{way}", name=name, noise=noise(words), **values)

    options = [words.text(f"name-{name}") for name in names]
    return Question(words.inline("question-worst"), options, answer, explain, against)


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

    def against(i: int) -> Markup:
        kind = {1: "same", 1 / base.config.heads: "heads"}.get(CACHE_FRACTIONS[i], "other")
        return words(f"against-cache-{kind}", **heads)

    options = [words.text(f"option-cache-{i}") for i in range(4)]
    return Question(words.inline("question-cache", **heads), options, answer, explain, against)
