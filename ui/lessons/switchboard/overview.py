"""All models of the switchboard against their base, seed by seed; and what a higher learning rate does to some."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st
from babel.numbers import format_decimal
from markupsafe import Markup

from model.analysis.seeds import STANDARD_ERRORS, Comparison, Difference
from model.arithmetic import count
from model.errors import ModelUnavailable
from model.weights.checkpoint import Report
from ui.frame.page import Page
from ui.kit import figures, tables
from ui.kit.language import Words
from ui.kit.switchboard import BASE, SWITCHES, apart, bits, comparison, difference, signed
from ui.lessons.switchboard.switches import Switch, load
from viz import switchboard as charts

PAIR = (BASE, "post-norm", "2017")  # norms before each part, and after the sum
UNSTABLE = 20  # times the noise: a seed that moves a model so far has decided whether it learns


def against_base() -> dict[str, Difference]:
    """Every model that was trained with seeds of the base, the one that needs fewest bits first."""
    found = {name: pair for name in SWITCHES if (pair := difference(name, BASE))}
    return dict(sorted(found.items(), key=lambda item: item[1].mean))


def learning_rate(x: float, words: Words) -> str:
    """As it is written in a recipe: 0.001."""
    return format_decimal(x, "0.######", locale=words.lang)


def seeds_of(numbers: Sequence[int], words: Words) -> str:
    """How many seeds there are of each model: "3", or "2 to 3"."""
    least, most = min(numbers), max(numbers)
    return str(most) if least == most else words.text("from-to", least=least, most=most)


def base(page: Page) -> Switch | None:
    """The base, with which all are compared; None, and one sentence, where a file of it is missing."""
    try:
        return load(BASE)
    except ModelUnavailable as problem:
        page.notice(page.words("switch-missing", file=problem.field))
        return None


def trained(page: Page, base: Report) -> None:
    """How the models were trained, and with what nobody can see in their configurations."""
    words, found = page.words, comparison()
    values = {
        "tokens": words.number(base.tokens),
        "steps": words.number(base.recipe["steps"]),
        "rate": learning_rate(base.recipe["lr"], words),
        "warm_up": base.recipe["warm_up"],
        "seeds": seeds_of([len(found.seeds(name)) for name in found.models] or [1], words),
    }
    page.heading("trained-title", words("how-trained", **values), words("initialised"))


def show_all(page: Page, base: Report) -> None:
    """The difference of every model from the base, with its seeds; then what of it may surprise."""
    words, pairs = page.words, against_base()
    if not pairs:
        st.html(words("overview-empty"))
        return
    names = [words.text(f"name-{name}") for name in pairs]
    page.read(reading(pairs, comparison(), words))
    drawn = [pair.values for pair in pairs.values()], [pair.margin for pair in pairs.values()]
    shown = partial(signed, words=words)
    chart = charts.differences(names, *drawn, words.text("name-base"), words.text("more-bits"), shown)
    figures.show(chart, "differences", words.text("overview-alt"), _table(words))
    page.note(words.inline("overview-note", errors=STANDARD_ERRORS))
    st.html(Markup().join(surprises(base, words)))


def reading(pairs: dict[str, Difference], found: Comparison, words: Words) -> Markup:
    """How many models differ from the base by more than the seeds explain, and the two ends."""
    signs, (best, *_, worst) = [pair.sign for pair in pairs.values()], pairs
    counts = {"better": signs.count(-1), "worse": signs.count(1), "same": signs.count(0), "all": len(signs)}
    ends = {"best": words.text(f"name-{best}"), "worst": words.text(f"name-{worst}")}
    margins = [pair.margin for pair in pairs.values()]
    shown = {
        "low": signed(pairs[best].mean, words),
        "high": signed(pairs[worst].mean, words),
        "base": bits(found.mean(BASE), words),
        "noise": bits(found.noise, words),
        "margin": bits(max(margins), words),
        "seeds": seeds_of([len(pair.values) for pair in pairs.values()], words),
        "errors": STANDARD_ERRORS,
    }
    return words.inline("overview-reading", **ends, **counts, **shown)


def _table(words: Words) -> dict[str, list]:
    """A row for each training at the common rate: model, seed, bits per byte."""
    found = comparison()
    rows = [
        (words.text(f"name-{name}"), seed, x) for name in (BASE, *SWITCHES) for seed, x in found.seeds(name).items()
    ]
    return tables.of_rows([words.text(name) for name in ("col-model", "col-seed", "bits")], rows)


WAYS = {-1: "less", 0: "same", 1: "more"}


def surprises(base: Report, words: Words) -> list[Markup]:
    """A sentence on each result that a reader would not expect: whether it is one, the seeds say."""
    said = []
    for section, one, other in (
        ("positions", "no-positions", "learned"),
        ("waves", "no-positions", "sinusoidal"),
        ("collapse", "collapsed", "experts"),
        ("sum", "2017", "post-norm"),
    ):
        if pair := difference(one, other):
            own, reference = float(pair.one.mean()), float(pair.other.mean())
            values = {"one": bits(own, words), "other": bits(reference, words), "margin": bits(pair.margin, words)}
            values |= {"difference": apart(own, reference, words), "tokens": words.number(base.tokens)}
            said.append(words(f"surprise-{section}-{WAYS[pair.sign]}", **values))
    return said + [_unstable(name, words) for name in PAIR if _scatter(name) > UNSTABLE * comparison().noise]


def _scatter(name: str) -> float:
    """How far the differences of a model from the base lie apart, bits per byte."""
    pair = difference(name, BASE)
    return float(np.ptp(pair.values)) if pair else 0.0


def _unstable(name: str, words: Words) -> Markup:
    """A model that learns with one seed and not with another."""
    found = comparison().seeds(name).values()
    shown = {"low": bits(min(found), words), "high": bits(max(found), words)}
    return words("surprise-unstable", model=words.text(f"name-{name}"), **shown)


def caveat(page: Page, base: Switch) -> None:
    """What so little text can show."""
    words, tokens = page.words, base.report.tokens
    values = {"tokens": words.number(tokens), "ratio": words.number(tokens / count(base.config).total)}
    page.notice(words("caveat", **values), role="note")


# ---- the learning rate


def courses(base: Report, words: Words) -> dict[str, dict[str, list[float]]]:
    """By model and learning rate what every seed reached, of those that were trained with more than one rate."""
    found, lr = comparison(), base.recipe["lr"]
    return {
        words.text(f"name-{name}"): {
            learning_rate(rate * lr, words): list(found.seeds(name, rate).values()) for rate in found.rates(name)
        }
        for name in PAIR
        if len(found.rates(name)) > 1
    }


def at_common_rate(words: Words) -> dict[str, str]:
    """What the pair needs with the rate that all models have."""
    return {side: bits(comparison().mean(name), words) for side, name in (("pre", BASE), ("post", "post-norm"))}


def show_rates(page: Page, base: Switch) -> None:
    """Norms before each part against norms after the sum, over the learning rate."""
    words, drawn = page.words, courses(base.report, page.words)
    page.read(Markup(" ").join(_line(name, course, words) for name, course in drawn.items()))
    chart = charts.by_rate(drawn, words.text("rate"), words.text("bits"), partial(bits, words=words))
    rows = [(name, rate, x) for name, course in drawn.items() for rate, seeds in course.items() for x in seeds]
    heads = [words.text(name) for name in ("col-model", "rate", "bits")]
    figures.show(chart, "rates", words.text("rates-alt"), tables.of_rows(heads, rows))
    _often_said(page, base)


def _often_said(page: Page, base: Switch) -> None:
    """Pre-norm against post-norm at the common rate, at the next, and each at its best."""
    words, found, lr = page.words, comparison(), base.report.recipe["lr"]
    both = {"pre": BASE, "post": "post-norm"}
    means = {side: {rate: found.mean(name, rate) for rate in found.rates(name)} for side, name in both.items()}
    rates = sorted(means["pre"].keys() & means["post"].keys())
    if len(rates) < 2:
        return
    low, following = rates[:2]
    shown = {side: bits(min(reached.values()), words) for side, reached in means.items()}
    shown |= {f"{side}_low": bits(reached[low], words) for side, reached in means.items()}
    shown |= {f"{side}_next": bits(reached[following], words) for side, reached in means.items()}
    at = {"low": learning_rate(low * lr, words), "next": learning_rate(following * lr, words)}
    page.said("said-norm", **shown, **at, layers=base.config.layers)


def _line(name: str, course: dict[str, list[float]], words: Words) -> Markup:
    """What one model reached at each rate, on average over the seeds."""
    values = [
        words.text("at-rate", rate=rate, bits=bits(float(np.mean(seeds)), words)) for rate, seeds in course.items()
    ]
    return words.inline("rates-line", model=name, values="; ".join(values))
