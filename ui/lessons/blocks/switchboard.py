"""Lesson 9: one switch. A small base and a model that differs from it in one choice, side by side; and all of them."""

from dataclasses import dataclass
from itertools import islice

import numpy as np
import streamlit as st
from markupsafe import Markup, escape

import content
from model import generate, sampling
from model.arithmetic import cache_bytes, count
from model.config import Config, differences
from model.sampling import Sampling
from model.trace import Trace
from model.weights.checkpoint import Report
from model.zoo import ModelUnavailable
from ui import components
from ui.frame import quiz
from ui.frame.page import Page
from ui.frame.question import Question
from ui.kit import cache, figures, language, listing, markup, tables, url_state
from ui.kit.mounting import mount
from ui.kit.numbers import number, percent
from ui.kit.switchboard import BASE, SWITCHES, reached, report
from ui.lessons.blocks import view
from viz import switchboard as charts

FIRST = "no-positions"
MOST = 24  # tokens of the prompt in these models
LIKELIEST = 5
WRITTEN = 40  # tokens
SEED, TEMPERATURE = 9, 0.7
CHANCE = 0.02  # bits per byte: what one seed more or less may make; not measured here
KEEP = frozenset({"pattern", "logits"})
LINK = {
    "switch": url_state.one_of(*SWITCHES),
    "map-layer": url_state.integer_between(99),
    "map-head": url_state.integer_between(99),
    "map-token": url_state.integer_between(MOST),
}
SOURCE = (differences, cache_bytes, generate.stream)
ASKED = ("no-positions", "mqa", "ungated", "post-norm", "sliding")


@dataclass(frozen=True)
class Switch:
    """A model of the switchboard and how it was trained."""

    name: str
    bundle: object
    report: Report

    @property
    def config(self) -> Config:
        return self.bundle.model.config


def load(name: str) -> Switch:
    """Raises ModelUnavailable where a file is not there or not whole."""
    full = f"switchboard/{name}"
    return Switch(name, cache.bundle(full), report(full))


# ---- one switch


@st.fragment
def section(page: Page) -> None:
    """Choose a switch; everything that can be compared; and where it stands among all of them."""
    words = page.words
    st.html(f"<h3>{words.inline('switch')}</h3>")
    with st.container(key="candidate"):
        name = st.pills(
            words.text("switch"),
            SWITCHES,
            required=True,
            format_func=lambda one: words.text(f"name-{one}"),
            label_visibility="collapsed",
            wrap=True,
            **url_state.bind("switch", SWITCHES, FIRST),
        )
    try:
        compared(page, load(BASE), load(name))
    except ModelUnavailable as problem:
        st.html(f'<div class="notice" role="status">{words("switch-missing", file=problem.field)}</div>')
    st.html(f"<h2>{words.inline('overview-title')}</h2>{words('overview-intro')}")
    overview(page, name)
    st.html(f'<div class="notice">{words("caveat")}</div>')


def compared(page: Page, base: Switch, variant: Switch) -> None:
    """Base and variant: what differs, how they learned, what they do with the prompt."""
    words, name = page.words, variant.name
    st.html(words(f"look-{name}", **_look(base, variant, words)))
    st.html(f'<div class="read">{verdict(base, variant, words)}</div>')
    names = words.text("name-base"), words.text(f"name-{name}")
    courses = {shown: (one.report.step, one.report.loss) for shown, one in zip(names, (base, variant), strict=True)}
    chart = charts.losses(courses, words.text("step"), words.text("loss"), lambda x: number(x, page.lang))
    left, right = st.columns([9, 11], gap="large")
    left.html(sheet(base, variant, words))
    with right:
        st.html(f'<p class="eyebrow">{words.inline("loss-name")}</p>')
        figures.show(chart, "losses", words.text("loss-alt"))
    traces = [_trace(one, page) for one in (base, variant)]
    st.html(f"<h3>{words.inline('maps-title')}</h3>{words('maps-intro')}")
    mount(page, "blocks", f"maps-{name}", maps(traces, (base, variant), names, words))
    writing(page, (base, variant), names)
    with st.container(gap=None):
        listing.show(*SOURCE)
        tables.twin(losses_table(courses, words), f"losses-{name}")


def verdict(base: Switch, variant: Switch, words: language.Words) -> Markup:
    """Better, worse or as good, on text that neither has seen."""
    found, own = base.report.bits_per_byte, variant.report.bits_per_byte
    section = "as-good" if abs(own - found) <= CHANCE else "worse" if own > found else "better"
    shown = {"base": found, "own": own, "difference": abs(own - found)}
    return words.inline(f"verdict-{section}", **{name: number(x, words.lang) for name, x in shown.items()})


def _look(base: Switch, variant: Switch, words: language.Words) -> dict[str, str]:
    """What the sentence about a switch may be filled with."""
    lang, old, new = words.lang, count(base.config), count(variant.config)
    caches = [cache_bytes(one.config, one.config.context) for one in (base, variant)]
    filled = {
        "heads": variant.config.heads,
        "kv_heads": variant.config.kv_heads,
        "context": number(variant.config.context, lang),
        "window": variant.config.window or 0,
        "cache": words.bytes(caches[1]),
        "cache_base": words.bytes(caches[0]),
        "more": number(abs(new.total - old.total), lang),
        "total": number(new.total, lang),
        "active": number(new.active, lang),
        "experts": variant.config.experts or 0,
        "used": variant.config.active_experts,
        "limit": percent(1 / variant.config.active_experts, lang),
        "fields": len(differences(base.config, variant.config)),
    }
    return filled | _busiest(variant, words)


def _busiest(variant: Switch, words: language.Words) -> dict[str, str]:
    """The share that the busiest expert of a layer gets: the mean over the layers, at the end of the training."""
    if variant.report.busiest is None:
        return {}
    balanced = variant.name != "collapsed"
    try:
        other = report(f"switchboard/{'collapsed' if balanced else 'experts'}").busiest[-1].mean()
    except ModelUnavailable:
        other = float("nan")
    shares = {"busiest": variant.report.busiest[-1].mean(), "other": other, "even": 1 / variant.config.experts}
    return {name: percent(float(share), words.lang) for name, share in shares.items()}


def sheet(base: Switch, variant: Switch, words: language.Words) -> Markup:
    """What differs, and what follows: as a table of the two."""
    lang, both = words.lang, (base, variant)
    rows = [
        (view.row(name, words), *(view.value(name, one.config, words) for one in both))
        for name in differences(base.config, variant.config)
    ]
    if base.report.recipe["balance"] != variant.report.recipe["balance"] and variant.config.experts:
        rows.append(
            (words.inline("row-balance"), words.text("no-experts"), number(variant.report.recipe["balance"], lang))
        )
    changed = len(rows)
    counts = [count(one.config) for one in both]
    rows.append((words.inline("row-total"), *(number(one.total, lang) for one in counts)))
    if variant.config.experts:
        rows.append((words.inline("row-active"), *(number(one.active, lang) for one in counts)))
    caches = [words.bytes(cache_bytes(one.config, one.config.context)) for one in both]
    rows.append((words.inline("row-cache", tokens=number(base.config.context, lang)), *caches))
    rows.append((words.inline("row-tokens"), *(number(one.report.tokens, lang) for one in both)))
    rows.append((words.inline("row-bits"), *(number(one.report.bits_per_byte, lang) for one in both)))
    body = "".join(_row(*row, i < changed, words) for i, row in enumerate(rows))
    names = words.inline("name-base"), words.inline(f"name-{variant.name}")
    head = "".join(f'<th scope="col">{name}</th>' for name in ("", *names))
    return Markup(f'<table class="grid-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>')


def _row(name: Markup, before: str, after: str, changed: bool, words: language.Words) -> str:
    same = before == after
    shown = words.inline("unchanged") if same else f"<b>{escape(after)}</b>"
    kind = ' class="note"' if same else ""
    arrow = '&nbsp;<span aria-hidden="true">→</span>' if changed else ""
    first = f'<td class="number">{escape(before)}{arrow}</td>'
    return f'<tr><th scope="row">{name}</th>{first}<td{kind}>{shown}</td></tr>'


def losses_table(courses: dict, words: language.Words) -> dict[str, list]:
    (steps, _), *_ = courses.values()
    return {words.text("step"): steps.tolist()} | {name: values.tolist() for name, (_, values) in courses.items()}


# ---- both on the reader's prompt


def _trace(one: Switch, page: Page) -> Trace:
    return cache.trace(one.bundle, one.bundle.tokenizer.encode(page.text)[:MOST], KEEP)


def maps(traces: list[Trace], both: tuple[Switch, Switch], names: tuple[str, str], words: language.Words) -> dict:
    """The weights of every head, and the likeliest next tokens, of both."""
    patterns = [trace.stack("pattern") for trace in traces]
    packed = {f"pattern{i}": np.rint(255 * pattern).astype(np.uint8) for i, pattern in enumerate(patterns)}
    apart = np.abs(patterns[0] - patterns[1]).sum((-1, -2)).mean(1)
    return {
        **components.pack(**packed),
        "part": "maps",
        "tokens": list(traces[0].tokens),
        "layer": int(apart.argmax()),
        "head": 0,
        "sides": [
            {"title": name, "next": likeliest(trace, one.bundle.tokenizer, words.lang)}
            for name, one, trace in zip(names, both, traces, strict=True)
        ],
        "lang": words.lang,
        "words": content.load(words.lang, "blocks"),
    }


def likeliest(trace: Trace, tokenizer, lang: str) -> list[tuple[str, float, str]]:
    """Token, probability, and how it is shown."""
    shares = sampling.stages(trace.logits[-1]).base
    best = np.argsort(-shares, kind="stable")[:LIKELIEST]
    tokens = tokenizer.strings([int(token) for token in best])
    return [(token, float(shares[i]), percent(float(shares[i]), lang)) for token, i in zip(tokens, best, strict=True)]


def writing(page: Page, both: tuple[Switch, Switch], names: tuple[str, str]) -> None:
    """A sample by each after a click, token by token, with the same seed."""
    words, key = page.words, (page.text, both[1].name)
    about = {"tokens": WRITTEN, "temperature": number(TEMPERATURE, page.lang).rstrip("0")}
    st.html(f"<h3>{words.inline('write-title')}</h3>{words('write-intro', **about)}")
    asked = st.button(words.text("write"), key="write", type="primary")
    kept = st.session_state.get("blocks-written", {}).get(key)
    if not (asked or kept):
        return
    columns = st.columns(2, gap="large")
    places = []
    for column, name in zip(columns, names, strict=True):
        column.html(f"<h4 class='eyebrow'>{escape(name)}</h4>")
        places.append(column.empty())
    texts = kept or [""] * len(both)
    if not kept:
        streams = [_written(one, page) for one in both]
        for now in zip(*streams, strict=False):
            texts = list(now)
            for place, text in zip(places, texts, strict=True):
                place.html(_sample(page.text, text))
        st.session_state["blocks-written"] = {key: texts}
    for place, text in zip(places, texts, strict=True):
        place.html(_sample(page.text, text))


def _written(one: Switch, page: Page):
    """The text so far, after each token."""
    tokenizer = one.bundle.tokenizer
    ids, added = tokenizer.encode(page.text), []
    steps = generate.stream(one.bundle.model, ids, sampling=Sampling(temperature=TEMPERATURE), seed=SEED)
    for step in islice(steps, WRITTEN):
        added.append(step.token)
        yield tokenizer.decode(added)


def _sample(prompt: str, text: str) -> str:
    return f'<p class="sample"><span class="note">{markup.user_text(prompt)}</span>{markup.user_text(text)}</p>'


# ---- all of them


def overview(page: Page, chosen: str) -> None:
    """Bits per byte of every model that is there, the best on top; what is missing in one sentence."""
    words, found = page.words, reached()
    if BASE not in found or len(found) < 2:
        st.html(words("overview-empty"))
        return
    ordered = sorted(found, key=found.get)
    names, bits = [words.text(f"name-{name}") for name in ordered], np.array([found[name] for name in ordered])
    marked = ordered.index(chosen) if chosen in ordered else None
    st.html(f'<div class="read">{_best(ordered, found, words)}</div>')
    chart = charts.ranking(
        names, bits, ordered.index(BASE), marked, CHANCE, words.text("bits"), lambda x: number(x, page.lang)
    )
    figures.show(chart, "ranking", words.text("overview-alt"))
    missing = [words.text(f"name-{name}") for name in SWITCHES if name not in found]
    if missing:
        st.html(f'<p class="note">{words.inline("overview-missing", names=", ".join(missing))}</p>')
    tables.twin({words.text("col-model"): names, words.text("bits"): list(map(float, bits))}, "switchboard")


def _best(ordered: list[str], found: dict[str, float], words: language.Words) -> Markup:
    """How many are better than the base by more than chance may do, how many worse, and the two ends."""
    variants = [name for name in ordered if name != BASE]
    better = sum(found[name] < found[BASE] - CHANCE for name in variants)
    worse = sum(found[name] > found[BASE] + CHANCE for name in variants)
    ends = {"best": words.text(f"name-{variants[0]}"), "worst": words.text(f"name-{variants[-1]}")}
    bits = {"low": found[variants[0]], "high": found[variants[-1]], "base": found[BASE]}
    shown = {name: number(x, words.lang) for name, x in bits.items()}
    counts = {"better": better, "worse": worse, "same": len(variants) - better - worse, "all": len(variants)}
    return words.inline("overview-reading", **ends, **shown, **counts)


# ---- the questions


def ask_worst(page: Page) -> None:
    """Which of a few switches costs the most?"""
    words = page.words
    there = [name for name in ASKED if name in reached()]
    if len(there) < 3 or BASE not in reached():
        return

    def answer() -> int:
        found = reached()
        return max(range(len(there)), key=lambda i: found[there[i]])

    def explain(chosen: int, right: int) -> str:
        found = reached()
        listed = "; ".join(f"{words.text(f'name-{name}')} {number(found[name], words.lang)}" for name in there)
        values = {
            "listed": listed,
            "base": number(found[BASE], words.lang),
            "worst": words.text(f"name-{there[right]}"),
        }
        return words("explain-worst", **values)

    options = [words.text(f"name-{name}") for name in there]
    quiz.predict("worst", Question(words.inline("question-worst"), options, answer, explain))


def ask_cache(page: Page) -> None:
    """What becomes of the cache with multi-query attention?"""
    words = page.words
    try:
        base, variant = load(BASE).config, load("mqa").config
    except ModelUnavailable:
        return
    shares = (1, 1 / 2, 1 / 4, 1 / 8)

    def costs() -> tuple[int, int]:
        return cache_bytes(base, base.context), cache_bytes(variant, variant.context)

    def answer() -> int:
        before, after = costs()
        return min(range(len(shares)), key=lambda i: abs(shares[i] - after / before))

    def explain(chosen: int, right: int) -> str:
        before, after = (words.bytes(one) for one in costs())
        return words(
            "explain-cache",
            before=before,
            after=after,
            heads=base.heads,
            groups=base.kv_heads,
            tokens=number(base.context, words.lang),
        )

    question = words.inline("question-cache", heads=base.heads, groups=base.kv_heads)
    quiz.predict("mqa-cache", Question(question, [words.text(f"option-cache-{i}") for i in range(4)], answer, explain))
