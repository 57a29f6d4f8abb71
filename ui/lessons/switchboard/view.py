"""One switch: a small base and a model that differs from it in one choice, side by side."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
import streamlit as st
from markupsafe import Markup

from model import generate, sampling
from model.arithmetic import cache_bytes
from model.config import differences
from model.sampling import Sampling
from model.tokens import Tokenizer
from model.trace import Trace
from model.zoo import ModelUnavailable
from ui import components
from ui.frame.page import Page
from ui.kit import cache, figures, listing, markup, token_names, url_state
from ui.kit.language import Words
from ui.kit.mounting import mount
from ui.kit.switchboard import BASE, SWITCHES
from ui.lessons.switchboard import switches
from ui.lessons.switchboard.switches import Switch, load
from viz import switchboard as charts

MODELS = (f"switchboard/{BASE}",)  # of the prompt: all have its tokenizer
FIRST = "sinusoidal"
MAX_TOKENS = 24  # of the prompt in these models
CANDIDATES = 5  # likeliest next tokens that are shown
WRITTEN = 40  # tokens
SEED, TEMPERATURE = 9, 0.7
KEEP = frozenset({"pattern", "logits"})
LINK = {
    "switch": url_state.one_of(*SWITCHES),
    "map-layer": url_state.integer_between(99),
    "map-head": url_state.integer_between(99),
    "map-token": url_state.integer_between(MAX_TOKENS),
}
SOURCE = (differences, cache_bytes, generate.stream)


@st.fragment
def section(page: Page, base: Switch) -> None:
    """Choose a switch, and everything that can be compared."""
    words = page.words
    page.heading("switch", level=3)
    with st.container(key="candidate"):
        name = st.pills(
            words.text("switch"),
            SWITCHES,
            required=True,
            format_func=lambda switch: words.text(f"name-{switch}"),
            label_visibility="collapsed",
            wrap=True,
            **url_state.bind("switch", SWITCHES, FIRST),
        )
    try:
        _compare(page, base, load(name))
    except ModelUnavailable as problem:
        page.notice(words("switch-missing", file=problem.field))


def _compare(page: Page, base: Switch, variant: Switch) -> None:
    """Base and variant: what differs, how they learned, what they do with the prompt."""
    words, name, both = page.words, variant.name, (base, variant)
    st.html(words(f"look-{name}", **switches.about(base, variant, words)))
    if verdict := switches.verdict(variant, words):
        page.read(verdict)
    names = words.text("name-base"), words.text(f"name-{name}")
    courses = {shown: (one.report.step, one.report.loss) for shown, one in zip(names, both, strict=True)}
    chart = charts.losses(courses, words.text("step"), words.text("loss"), words.number)
    left, right = st.columns([9, 11], gap="large")
    left.html(switches.sheet(base, variant, words))
    with right:
        st.html(Markup('<p class="eyebrow">{}</p>').format(words.inline("loss-name")))
        figures.show(chart, "losses", words.text("loss-alt"), switches.losses_table(courses, words))
    traces = [_trace(switch, page) for switch in both]
    page.heading("maps-title", words("maps-intro"), level=3)
    mount(page, "switchboard", f"maps-{name}", _maps(traces, both, names, words))
    _writing(page, both, names)
    listing.show(*SOURCE)


def _trace(switch: Switch, page: Page) -> Trace:
    return cache.trace(switch.bundle, switch.bundle.tokenizer.encode(page.text)[:MAX_TOKENS], KEEP)


def _maps(traces: list[Trace], both: tuple[Switch, Switch], names: tuple[str, str], words: Words) -> dict[str, object]:
    """pattern0, pattern1 (L, H, T, T); tokens (T strings); layer, head: where the two differ most; sides: of
    each model its title and its likeliest next tokens, as (token, probability, how it is shown)."""
    patterns = [trace.stack("pattern") for trace in traces]
    packed = {f"pattern{i}": pattern for i, pattern in enumerate(patterns)}
    apart = np.abs(patterns[0] - patterns[1]).sum((-1, -2)).mean(1)
    return {
        **components.pack(**packed),
        "tokens": token_names.distinct(traces[0].tokens),
        "layer": int(apart.argmax()),
        "head": 0,
        "sides": [
            {"title": name, "next": _likeliest(trace, switch.bundle.tokenizer, words)}
            for name, switch, trace in zip(names, both, traces, strict=True)
        ],
    }


def _likeliest(trace: Trace, tokenizer: Tokenizer, words: Words) -> list[tuple[str, float, str]]:
    probabilities = sampling.stages(trace.logits[-1]).base
    best = np.argsort(-probabilities, kind="stable")[:CANDIDATES].tolist()
    shown = ((float(probabilities[i]), words.percent(float(probabilities[i]))) for i in best)
    return [(token, *values) for token, values in zip(tokenizer.strings(best), shown, strict=True)]


def _writing(page: Page, both: tuple[Switch, Switch], names: tuple[str, str]) -> None:
    """A sample by each after a click, token by token, with the same seed."""
    words, key = page.words, page.key("switchboard-written", page.text, both[1].name)
    about = {"tokens": WRITTEN, "temperature": words.number(TEMPERATURE).rstrip("0")}
    page.heading("write-title", words("write-intro", **about), level=3)
    if st.button(words.text("write"), key="write", type="primary"):
        st.session_state["switchboard-written"] = key
    if st.session_state.get("switchboard-written") != key:
        return
    places = []
    for column, name in zip(st.columns(2, gap="large"), names, strict=True):
        column.html(Markup('<h4 class="eyebrow">{}</h4>').format(name))
        places.append(column.empty())
    for written in cache.stream(key, lambda: zip(*(_written(switch, page) for switch in both), strict=False)):
        for place, text in zip(places, written[-1], strict=True):
            place.html(sample(page.text, text))


def _written(switch: Switch, page: Page) -> Iterator[str]:
    """The text so far, after each token."""
    tokenizer = switch.bundle.tokenizer
    ids, added = tokenizer.encode(page.text), []
    steps = generate.stream(switch.bundle.model, ids, sampling=Sampling(temperature=TEMPERATURE), seed=SEED)
    for step in islice(steps, WRITTEN):
        added.append(step.token)
        yield tokenizer.decode(added)


def sample(prompt: str, text: str) -> Markup:
    """What a model has written after the prompt."""
    user_text = markup.user_text
    return Markup('<p class="sample"><span class="note">{}</span>{}</p>').format(user_text(prompt), user_text(text))
