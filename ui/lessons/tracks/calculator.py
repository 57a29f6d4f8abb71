"""Lesson 4's calculator: what the cache of a published model weighs, and the question about it. Only configurations
are used; no weight is read."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st
from markupsafe import Markup

from model.arithmetic import cache_bytes, count
from model.config import Config
from model.weights.published import MODELS
from ui.kit import figures, tables, url_state
from ui.kit.numbers import number, percent
from viz import tracks as charts

ASKED = "Llama 3.1 8B"  # the model of the question, and the one that the calculator opens with
SIZES = {"8k": 8_192, "128k": 131_072, "1M": 1_048_576}
OTHER = "other"
MOST = 1_000_000_000  # tokens that can be typed
LINK = {
    "cost-model": lambda name, page: name in (*MODELS, page.bundle.card.title),
    "cost-context": url_state.one_of(*SIZES, OTHER),
    "cost-tokens": url_state.integer_between(MOST),
}
SIXTEEN_BITS = 2  # bytes
BOUNDS = (300, 3_000, 30_000, 300_000)  # tokens, between the answers
GUESSES = (100, 1_000, 10_000, 100_000, 1_000_000)
UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


@dataclass(frozen=True)
class Way:
    """A way of sharing keys and values: how many key/value heads, and the bytes of the cache."""

    name: str
    kv_heads: int
    bytes: int


def ways(config: Config, tokens: int) -> tuple[list[Way], int]:
    """Multi-head, grouped-query and multi-query attention, and which of them the model itself has. A model that was
    published without groups is given groups of four."""
    grouped = config.kv_heads if 1 < config.kv_heads < config.heads else max(config.heads // 4, 1)
    heads = {"mha": config.heads, "gqa": grouped, "mqa": 1}
    found = [
        Way(name, kv_heads, cache_bytes(replace(config, kv_heads=kv_heads), tokens, SIXTEEN_BITS))
        for name, kv_heads in heads.items()
    ]
    return found, list(heads.values()).index(config.kv_heads)


def even(config: Config) -> int:
    """The first number of tokens whose cache weighs as much as the model itself, both in 16 bits."""
    return -(-count(config).total * SIXTEEN_BITS // cache_bytes(config, 1, SIXTEEN_BITS))


@st.fragment
def calculator(page) -> None:
    words, lang = page.words, page.lang
    configs = {page.bundle.card.title: page.bundle.model.config, **MODELS}
    name, tokens = choose(page, list(configs))
    config = configs[name]
    if not 1 <= tokens <= MOST:
        st.html(f'<div class="notice" role="alert">{words("bad-context", most=number(MOST, lang))}</div>')
        return
    found, own = ways(config, tokens)
    values = {"model": name, "tokens": number(tokens, lang), "context": number(config.context, lang)}
    if tokens > config.context:
        st.html(f'<div class="notice" role="status">{words("beyond", **values)}</div>')
    weights = count(config).total * SIXTEEN_BITS
    ratio = found[own].bytes / weights
    compared = ("cost-less", percent(ratio, lang)) if ratio < 1 else ("cost-more", number(ratio, lang))
    share = {"size": scaled(found[own].bytes, lang), "weights": scaled(weights, lang), "share": compared[1]}
    st.html(f'<div class="read">{words.inline(compared[0], **values, **share)}</div>')
    names = [words.text(way.name, n=way.kv_heads) for way in found] + [words.text("weights")]
    amounts = [way.bytes for way in found] + [weights]
    texts = [scaled(amount, lang) for amount in amounts]
    figures.show(charts.sizes(names, amounts, texts, own, len(found)), "sizes", words.text("sizes-alt", **values))
    st.html(f'<p class="note">{words.inline("sizes-note")}</p>{formula(page, config, tokens)}')
    if config.window and tokens > config.window:
        less = scaled(cache_bytes(config, config.window, SIXTEEN_BITS), lang)
        st.html(words("window", model=name, window=number(config.window, lang), less=less))
    tables.twin({words.text("what"): names, words.text("column-bytes"): amounts}, "cache")


def choose(page, names: list[str]) -> tuple[str, int]:
    """The model and the number of tokens: one of three, or any."""
    text = page.words.text
    with st.container(key="cache-costs", horizontal=True, gap="medium"):
        start = names.index(ASKED)
        model = st.selectbox(text("model"), names, start, key="cost-model", bind="query-params", width=220)
        size = st.segmented_control(
            text("context"),
            [*SIZES, OTHER],
            required=True,
            format_func=lambda size: text("other") if size == OTHER else size,
            **url_state.bind("cost-context", (*SIZES, OTHER), "8k"),
        )
        if size == OTHER:
            linked = {"key": "cost-tokens", "bind": "query-params"}
            tokens = st.number_input(text("tokens"), value=32_768, step=1, width=200, **linked)
    return model, tokens if size == OTHER else SIZES[size]


def formula(page, config: Config, tokens: int) -> Markup:
    """The bytes with their factors, in full."""
    lang, size = page.lang, cache_bytes(config, tokens, SIXTEEN_BITS)
    factors = (2, config.layers, config.kv_heads, config.head_width, tokens, SIXTEEN_BITS)
    product = " · ".join(number(factor, lang) for factor in factors)
    exact = page.words.inline("bytes", n=number(size, lang))
    sizes = f"{scaled(size, lang)} = {scaled(size, lang, 1024)}"
    named = page.words.inline("factors")
    return Markup(f'<div class="arith"><p>{named}</p><p>{product} = {exact} = <b>{sizes}</b></p></div>')


def scaled(size: int, lang: str, base: int = 1000) -> str:
    """Bytes in the unit that fits: 10³ from one to the next, or 2¹⁰."""
    units = UNITS if base == 1000 else BINARY
    power = 0
    while size >= base ** (power + 1) and power + 1 < len(units):
        power += 1
    return f"{number(size / base**power if power else size, lang)}\u202f{units[power]}"


def heavy(page) -> tuple[str, list[str], Callable[[], int], Callable[[int, int], str]]:
    """After how many tokens does the cache weigh as much as the model? Question, options, answer, explanation."""
    words, lang, config = page.words, page.lang, MODELS[ASKED]

    def answer() -> int:
        return sum(even(config) > bound for bound in BOUNDS)

    def explain(chosen: int, right: int) -> str:
        one, all_heads = (replace(config, kv_heads=heads) for heads in (config.kv_heads, config.heads))
        numbers = {
            "parameters": count(config).total,
            "weights": count(config).total * SIXTEEN_BITS,
            "each": cache_bytes(one, 1, SIXTEEN_BITS),
            "n": even(config),
            "context": config.context,
            "times": config.group,
            "sooner": even(all_heads),
        }
        return words("explain-heavy", model=ASKED, **{name: number(n, lang) for name, n in numbers.items()})

    options = [words.text("option-about", n=number(n, lang)) for n in GUESSES]
    return words.inline("question-heavy", model=ASKED), options, answer, explain
