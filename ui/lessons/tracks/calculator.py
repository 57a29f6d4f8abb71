"""What the cache of a published model weighs. Only configurations are used; no weight is read."""

from dataclasses import replace

import streamlit as st
from markupsafe import Markup

from model.arithmetic import SIXTEEN_BITS, cache_bytes, count, kv_heads_by_kind
from model.config import Config
from model.weights.published import MODELS
from ui.frame.page import Page
from ui.kit import figures, markup, url_state
from ui.kit.language import Words
from viz import tracks as charts

ASKED = "Llama 3.1 8B"  # the model of the question, and the one that the calculator opens with
SIZES = {"8k": 8_192, "128k": 131_072, "1M": 1_048_576}
OTHER = "other"
MAX_TOKENS = 1_000_000_000  # that can be typed
LINK = {
    "cost-model": lambda name, page: name in (*MODELS, page.bundle.card.title),
    "cost-context": url_state.one_of(*SIZES, OTHER),
    "cost-tokens": url_state.integer_between(MAX_TOKENS),
}


@st.fragment
def calculator(page: Page) -> None:
    words = page.words
    configs = {page.bundle.card.title: page.bundle.model.config, **MODELS}
    name, tokens = _choose(words, list(configs))
    config = configs[name]
    if not 1 <= tokens <= MAX_TOKENS:
        page.notice(words("bad-context", most=words.number(MAX_TOKENS)), role="alert")
        return
    values = {"model": name, "tokens": words.number(tokens), "context": words.number(config.context)}
    if tokens > config.context:
        page.notice(words("beyond", **values))
    heads = kv_heads_by_kind(config)
    amounts = [cache_bytes(replace(config, kv_heads=n), tokens) for n in heads.values()]
    own, weights = list(heads.values()).index(config.kv_heads), count(config).total * SIXTEEN_BITS
    ratio = amounts[own] / weights
    section, share = ("cost-less", words.percent(ratio)) if ratio < 1 else ("cost-more", words.number(ratio))
    sizes = {"size": words.bytes(amounts[own]), "weights": words.bytes(weights), "share": share}
    page.read(words.inline(section, **values, **sizes))
    names = [words.text(kind, n=n) for kind, n in heads.items()] + [words.text("weights")]
    amounts.append(weights)
    chart = charts.sizes(names, amounts, list(map(words.bytes, amounts)), own, len(heads))
    columns = {words.text("what"): names, words.text("column-bytes"): amounts}
    figures.show(chart, "sizes", words.text("sizes-alt", **values), columns)
    st.html(markup.note(words.inline("sizes-note")) + _formula(words, config, tokens))
    if config.window and tokens > config.window:
        less = words.bytes(cache_bytes(config, config.window))
        st.html(words("window", model=name, window=words.number(config.window), less=less))


def _choose(words: Words, names: list[str]) -> tuple[str, int]:
    """The model and the number of tokens: one of three, or any."""
    text = words.text
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


def _formula(words: Words, config: Config, tokens: int) -> Markup:
    """The bytes with their factors, in full."""
    size = cache_bytes(config, tokens)
    factors = (2, config.layers, config.kv_heads, config.head_width, tokens, SIXTEEN_BITS)
    product = " · ".join(map(words.number, factors))
    exact = words.inline("bytes", n=words.number(size))
    scaled = f"{words.bytes(size)} = {words.bytes(size, binary=True)}"
    line = Markup("{} = {} = <b>{}</b>").format(product, exact, scaled)
    return markup.arithmetic((words.inline("factors"), line))
