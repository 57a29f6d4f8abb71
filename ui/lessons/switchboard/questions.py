"""The predictions of the lesson: the switch that costs most, what a higher rate does, the cache of one head."""

from markupsafe import Markup

from model.zoo import ModelUnavailable
from ui.frame.question import Question
from ui.kit.language import Words
from ui.kit.switchboard import BASE, apart, bits, comparison, difference
from ui.lessons.switchboard.switches import Switch, load

SWITCHES = ("no-positions", "mqa", "post-norm", "layer-norm", "sliding")  # to choose from
PAIR = (BASE, "post-norm")
OUTCOMES = ((False, False), (True, False), (False, True), (True, True))  # which of the pair gets worse, as options
CACHE_FRACTIONS = (1, 1 / 2, 1 / 4, 1 / 8)


def worst(words: Words) -> Question | None:
    """Which of a few switches costs the most? None where too few of these models are there."""
    pairs = {name: pair for name in SWITCHES if (pair := difference(name, BASE))}
    if len(pairs) < 3:
        return None
    names = list(pairs)

    def answer() -> tuple[int, ...]:
        """The switch of the largest mean difference, and those that the seeds cannot tell from it."""
        order = sorted(range(len(names)), key=lambda i: -pairs[names[i]].mean)
        others = [(i, difference(names[order[0]], names[i])) for i in order[1:]]
        return (order[0], *(i for i, pair in others if pair is None or not pair.sign))

    def explain(right: int) -> Markup:
        listed = "; ".join(
            f"{words.text(f'name-{name}')} {bits(pair.one.mean(), words)}" for name, pair in pairs.items()
        )
        base = bits(pairs[names[right]].other.mean(), words)
        return words("explain-worst", listed=listed, base=base, worst=words.text(f"name-{names[right]}"))

    def against(i: int) -> Markup:
        pair = pairs[names[i]]
        own, base = float(pair.one.mean()), float(pair.other.mean())
        values = {"own": bits(own, words), "difference": apart(own, base, words), "margin": bits(pair.margin, words)}
        way = {-1: "less", 0: "equal", 1: "more"}[pair.sign]
        return words(f"against-worst-{way}", name=words.text(f"name-{names[i]}"), **values)

    options = [words.text(f"name-{name}") for name in names]
    return Question(words.inline("question-worst"), options, answer, explain, against)


def rates(words: Words) -> Question | None:
    """Which of the pair needs more bits at the next higher rate than at the common one? None where none was tried."""
    found = comparison()
    rate = min((rate for rate in found.rates(BASE) if rate > 1), default=1)
    pairs = [pair for name in PAIR if rate > 1 and (pair := difference(name, name, rate))]
    if len(pairs) < len(PAIR):
        return None
    worse = tuple(pair.sign > 0 for pair in pairs)

    def shown(which: int) -> dict[str, str]:
        """With the means that the figure shows."""
        before, after = (bits(found.mean(PAIR[which], at), words) for at in (1, rate))
        return {"model": words.text(f"norm-{PAIR[which]}"), "before": before, "after": after}

    def answer() -> int:
        return OUTCOMES.index(worse)

    def explain(right: int) -> Markup:
        lines = (words("explain-rates", **shown(which)) for which in range(len(PAIR)))
        return Markup().join((*lines, words("explain-rates-why")))

    def against(i: int) -> Markup:
        which = next(n for n, (chosen, true) in enumerate(zip(OUTCOMES[i], worse, strict=True)) if chosen != true)
        section = "against-rates-worse" if worse[which] else "against-rates-not"
        return words(section, **shown(which), margin=bits(pairs[which].margin, words))

    options = [words.text(f"option-rates-{i}") for i in range(len(OUTCOMES))]
    return Question(words.inline("question-rates", rate=rate), options, answer, explain, against)


def mqa_cache(base: Switch, words: Words) -> Question | None:
    """What becomes of the cache with multi-query attention? None where that model is missing."""
    try:
        variant = load("mqa")
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
