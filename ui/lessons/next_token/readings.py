"""Lesson 2: the numbers its figures are drawn from, the sums written out, the questions, and the dials of sampling."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import streamlit as st
from babel.numbers import format_decimal
from markupsafe import Markup

from model import lens, sampling
from model.analysis.information import entropy
from model.sampling import Sampling
from model.trace import Trace
from model.transformer import Transformer
from ui.kit import cache, markup, url_state
from ui.kit.language import Words
from ui.kit.numbers import number, percent

KEEP = frozenset({"final", "resid_pre", "resid_post"})
SOURCE = (Transformer.forward, sampling.softmax, sampling.stages)
TOP = 10  # tokens with a bar of their own
LISTED = 200  # tokens in the table
TERMS = 3  # of a long sum, written out
FIRST = 12  # draws, shown one by one
DIALS = ("temperature", "top_k", "top_p", "min_p")
OFF = "∞"  # top-k that keeps all; a link must mean the same in every language
COUNTS = (1, 2, 3, 5, 8, 10, 20, 40, 50, 100, 200, 500, 1000, OFF)
TIMES = (10, 100, 1000)
LAST_SEED = 2**31
LINK = {
    "candidate": url_state.integer_between(TOP),
    "dial": url_state.one_of(*DIALS),
    "temperature": url_state.between(0, 2),
    "top_k": url_state.one_of(*COUNTS),
    "top_p": url_state.between(5, 100),
    "min_p": url_state.between(0, 50),
    "draws": url_state.one_of(*TIMES),
    "seed": url_state.integer_between(LAST_SEED, first=0),
}
SHARE, BOUNDS = 0.9, (10, 100, 1000)  # of the question how many tokens have most of the probability
PERCENT = "\u202f%"
LEAST = 1e-4  # share that is written in a column
HOT = 2.0  # the temperature of the question about the tail


@dataclass(frozen=True)
class Reading:
    """The last position, over the whole vocabulary of V tokens."""

    vector: np.ndarray  # (D,) what the language-model head reads
    logits: np.ndarray  # (V,)
    base: np.ndarray  # (V,) softmax of the logits
    top: np.ndarray  # (TOP,) ids of the likeliest, in order
    tokens: list[str]  # (TOP,) as they are shown

    def with_tail(self, values: np.ndarray) -> np.ndarray:
        """What adds up over the vocabulary, (…, V) -> (…, TOP + 1): the likeliest, and all others together."""
        rest = np.delete(values, self.top, axis=-1).sum(-1, keepdims=True)
        return np.append(values[..., self.top], rest, axis=-1)

    def tail(self, temperature: float) -> float:
        """The tail's share at this temperature, nothing filtered."""
        return float(self.with_tail(stages(self, Sampling(temperature))[-1])[-1])


@dataclass(frozen=True)
class Levels:
    """The logit lens at the last position: after the embedding and after each of L layers."""

    ids: np.ndarray  # (L + 1,) the likeliest
    tokens: list[str]
    shares: np.ndarray  # (L + 1,) their probabilities
    chances: np.ndarray  # (L + 1,) the probability of what the last level says

    @property
    def first(self) -> int:
        """The first level that says what the last one says."""
        return int(np.argmax(self.ids == self.ids[-1]))

    @property
    def settled(self) -> int:
        """The first level from which on nothing else is said."""
        return int(np.max(np.flatnonzero(self.ids != self.ids[-1]), initial=-1)) + 1


@dataclass(frozen=True)
class Drawn:
    """What came out of many draws."""

    first: list[str]  # the first tokens, in order
    counts: np.ndarray  # (TOP + 1,) how often each of the likeliest came, and any other
    expected: np.ndarray  # (TOP + 1,) what their probabilities promised


def read(bundle, trace: Trace) -> Reading:
    logits = lens.next_logits(bundle.model, trace)
    top = np.argsort(-logits, kind="stable")[:TOP]
    return Reading(trace.final[-1], logits, sampling.softmax(logits), top, bundle.tokenizer.strings(top.tolist()))


def levels(page, trace: Trace) -> Levels:
    """The logit lens over the last token: every level over the whole vocabulary, so it is kept."""

    def compute() -> Levels:
        model, streams = page.bundle.model, lens.residual_streams(trace, [-1])[0]
        found = lens.top_tokens(model, streams)
        ids = found.token_ids[:, 0]
        chances = lens.token_probability(model, streams, found, int(ids[-1]))
        return Levels(ids, page.bundle.tokenizer.strings(ids.tolist()), found.probabilities[:, 0], chances)

    return cache.result(cache.Key("levels", page.model, tuple(page.ids)), compute)


def stages(reading: Reading, settings: Sampling) -> np.ndarray:
    """The distribution after softmax, temperature, top-k, top-p and min-p: (5, V)."""
    found = sampling.stages(reading.logits, **vars(settings))
    return np.stack([found.base, found.tempered, found.top_k, found.top_p, found.min_p])


def left(distribution: np.ndarray) -> int:
    """How many tokens can be drawn."""
    return int(np.count_nonzero(distribution))


def said(reading: Reading, distribution: np.ndarray, words: Words) -> dict[str, str]:
    """A distribution in words: what the sentences that read the figures aloud are filled with."""
    lang, size = words.lang, len(distribution)
    shares, bits = reading.with_tail(distribution), entropy(distribution)
    return {
        "best": markup.chip(reading.tokens[0]),
        "p": percent(shares[0], lang),
        "n": number(TOP, lang),
        "together": percent(shares[:-1].sum(), lang),
        "others": number(size - TOP, lang),
        "tail": percent(shares[-1], lang),
        "left": number(left(distribution), lang),
        "bits": number(bits, lang),
        "equal": number(2**bits, lang),
        "most": number(float(np.log2(size)), lang),
        "vocabulary": number(size, lang),
        "width": number(len(reading.vector), lang),
    }


def vocabulary(bundle, reading: Reading, words: Words) -> dict[str, list]:
    """The likeliest tokens as the columns of a table."""
    ids = np.argsort(-reading.logits, kind="stable")[:LISTED]
    return {
        words.text("token"): bundle.tokenizer.strings(ids.tolist()),
        words.text("id"): ids.tolist(),
        words.text("score"): reading.logits[ids].tolist(),
        words.text("probability"): reading.base[ids].tolist(),
    }


def candidate(reading: Reading, words: Words) -> int:
    """The learner's choice among the likeliest."""
    return st.pills(
        words.text("candidate"),
        range(TOP),
        format_func=lambda i: markup.literal(reading.tokens[i]),
        required=True,
        **url_state.bind("candidate", range(TOP), 0, lambda i: str(i + 1)),
        label_visibility="collapsed",
        wrap=True,
    )


def sums(bundle, reading: Reading, index: int, words: Words) -> tuple[dict[str, np.ndarray], Markup]:
    """How one candidate gets its score and its share: the vectors, and the sums written out."""
    lang, token, size = words.lang, int(reading.top[index]), len(reading.base)
    row = lens.unembedding_row(bundle.model, token)
    products = reading.vector * row
    score, best = float(reading.logits[token]), float(reading.logits.max())
    powers = np.exp(reading.logits.astype(np.float64) - best)
    likeliest, largest = reading.top[:TERMS], np.argsort(-np.abs(products))[:TERMS]

    def chain(terms: list[str], count: int) -> str:
        return " + ".join([*terms, words.text("more", n=number(count - TERMS, lang))])

    def line(equation: str, note: str = "") -> str:
        return f"<p>{equation} {markup.span(note, 'note')}</p>"

    terms = [f"({number(reading.vector[i], lang)} × {number(row[i], lang)})" for i in largest]
    error = number(abs(float(products.sum(dtype=np.float64)) - score), lang)
    slip = number(abs(float(reading.base.sum()) - 1), lang)
    power = f"e<sup>{number(score, lang)} − {number(best, lang)}</sup>"
    powers_chain = chain([number(x, lang) for x in powers[likeliest]], size)
    shares_chain = chain([percent(p, lang) for p in reading.base[likeliest]], size)
    wide, tall = number(len(row), lang), number(size, lang)
    lines = (
        line(
            f"x · {markup.sub('w', reading.tokens[index])} = {chain(terms, len(row))} = <b>{number(score, lang)}</b>",
            words.text("score-difference", difference=error),
        ),
        line(
            f"{power} ÷ ({powers_chain}) = {number(powers[token], lang)} ÷ {number(powers.sum(), lang)}"
            f" = <b>{percent(reading.base[token], lang)}</b>"
        ),
        line(
            f"{shares_chain} = <b>{percent(reading.base.sum(), lang)}</b>",
            words.text("sum-difference", difference=slip),
        ),
        line(f"(1, {wide}) × ({wide}, {tall}) = (1, {tall})", words.text("shapes")),
    )
    vectors = {"x": reading.vector, "w": row, "x × w": products}
    return vectors, Markup(f'<div class="arith">{"".join(lines)}</div>')


def dials(words: Words) -> tuple[int, Sampling]:
    """One dial at a time, as the number of its stage, and what all of them are set to. The hidden ones keep their
    place, and every one is in the link."""
    dial = st.segmented_control(
        words.text("dials"),
        DIALS,
        required=True,
        **url_state.bind("dial", DIALS, DIALS[1]),
        format_func=words.text,
        label_visibility="collapsed",
    )
    hidden = ", ".join(f".st-key-{other}" for other in DIALS if other != dial)
    st.html(f"<style>{hidden} {{ display: none }}</style>{words(f'note-{dial}')}")

    def slider(widget: Callable, name: str, *values, **options):
        return widget(
            words.text(name), *values, key=name, bind="query-params", label_visibility="collapsed", width=560, **options
        )

    temperature = slider(st.slider, "temperature", 0.0, 2.0, 1.0, 0.1, format="localized")
    top_k = slider(st.select_slider, "top_k", COUNTS, 8)
    top_p = slider(st.slider, "top_p", 5, 100, 90, 5, format=f"%d{PERCENT}%")
    min_p = slider(st.slider, "min_p", 0, 50, 0, 1, format=f"%d{PERCENT}%")
    settings = Sampling(
        temperature, None if top_k == OFF else top_k, None if top_p == 100 else top_p / 100, min_p / 100 or None
    )
    return 1 + DIALS.index(dial), settings


def whole(share: float) -> str:
    """A round share, without the digits that `percent` would give it."""
    return f"{round(100 * share)}{PERCENT}"


def hundredths(share: float, lang: str) -> str:
    """A share in percent without the sign, short enough for a column: three digits, and none for the very small."""
    return number(100 * share, lang) if share == 0 or share >= LEAST else f"<{format_decimal(100 * LEAST, locale=lang)}"


def heads(settings: Sampling, words: Words) -> list[str]:
    """What stands above the columns of the stages: the stage, and what its dial is set to."""

    def shown(value) -> str:
        return (
            words.text("off")
            if value is None
            else value
            if isinstance(value, str)
            else format_decimal(value, locale=words.lang)
        )

    return [
        words.text("stage-before"),
        f"{words.text('stage-temperature')}<br>{shown(settings.temperature)}",
        f"{words.text('top_k')}<br>{shown(settings.top_k)}",
        f"{words.text('top_p')}<br>{shown(settings.top_p and whole(settings.top_p))}",
        f"{words.text('min_p')}<br>{shown(settings.min_p and whole(settings.min_p))}",
    ]


def dice(words: Words) -> tuple[int, int]:
    """How many draws, and the seed."""
    with st.container(key="dice", horizontal=True, vertical_alignment="bottom", gap="medium"):
        times = st.segmented_control(
            words.text("times"), TIMES, default=100, required=True, key="draws", bind="query-params"
        )
        seed = st.number_input(words.text("seed"), 0, LAST_SEED, 1, key="seed", bind="query-params", width=140)
    return times, seed


def drawn(bundle, reading: Reading, distribution: np.ndarray, times: int, seed: int) -> Drawn:
    ids = sampling.draw(distribution, seed=seed, count=times)
    counts = reading.with_tail(np.bincount(ids, minlength=len(distribution)))
    return Drawn(bundle.tokenizer.strings(ids[:FIRST].tolist()), counts, times * reading.with_tail(distribution))


def level_names(found: Levels, words: Words) -> list[str]:
    """What the levels are called, from the bottom up."""
    return [words.text("embedding"), *(f"{words.text('layer')} {n}" for n in range(1, len(found.ids)))]


def lens_table(found: Levels, words: Words) -> dict[str, list]:
    return {
        words.text("layer"): level_names(found, words),
        words.text("likeliest"): found.tokens,
        words.text("probability"): found.shares,
        found.tokens[-1]: found.chances,
    }


def stages_reading(reading: Reading, distribution: np.ndarray, words: Words) -> Markup:
    """What the stages have left over."""
    count = left(distribution)
    section = {1: "stages-reading-one", len(distribution): "stages-reading-all"}.get(count, "stages-reading")
    before = percent(reading.base[reading.top[0]], words.lang)
    return words.inline(section, **said(reading, distribution, words), before=before)


def lens_reading(found: Levels, words: Words) -> Markup:
    """When the answer comes up for the first time, and from when on it stays."""

    def at(level: int) -> str:
        return words.text("at-layer", n=level, layers=len(found.ids) - 1) if level else words.text("at-embedding")

    section = "lens-reading-once" if found.first == found.settled else "lens-reading"
    return words.inline(section, first=at(found.first), settled=at(found.settled), token=markup.chip(found.tokens[-1]))


def ask_needed(reading: Reading, words: Words) -> tuple:
    """How many tokens, the likeliest first, have most of the probability? Question, options, answer, explanation."""
    lang, size = words.lang, len(reading.base)
    about = said(reading, reading.base, words)
    bounds = [bound for bound in BOUNDS if bound < size]
    options = [words.text("option-first", high=number(bounds[0], lang))]
    options += [
        words.text("option-between", low=number(low + 1, lang), high=number(high, lang))
        for low, high in pairwise(bounds)
    ]
    options.append(words.text("option-beyond", low=number(bounds[-1], lang)))

    def needed() -> int:
        return left(stages(reading, Sampling(top_p=SHARE))[-1])

    def explain(chosen: int, right: int) -> str:
        verdict = "right" if chosen == right else "more" if chosen < right else "fewer"
        return words(f"verdict-{verdict}", needed=number(needed(), lang)) + words("explain-needed", **about)

    question = words.inline("question-needed", **about, share=whole(SHARE))
    return question, options, lambda: int(np.searchsorted(bounds, needed())), explain


def ask_tail(reading: Reading, words: Words) -> tuple:
    """What becomes of the tail at twice the temperature? Question, options, answer, explanation."""
    lang, before = words.lang, reading.tail(1)

    def answer() -> int:
        return sum(reading.tail(HOT) >= times * before for times in (1, 2))

    def explain(chosen: int, right: int) -> str:
        first, second = reading.base[reading.top[:2]]
        verdict = words(
            "explain-tail-right" if chosen == right else "explain-tail-wrong",
            before=percent(before, lang),
            after=percent(reading.tail(HOT), lang),
        )
        ratio = float(first / second)
        return verdict + words(
            "explain-tail",
            ratio=number(ratio, lang),
            root=number(ratio ** (1 / HOT), lang),
            others=number(len(reading.base) - TOP, lang),
        )

    options = [words.text(f"option-{name}") for name in ("shrinks", "grows", "doubles")]
    return words.inline("question-tail", before=percent(before, lang)), options, answer, explain
