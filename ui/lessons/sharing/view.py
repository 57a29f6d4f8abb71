"""Lesson `sharing` on the page: which heads share what, what that saves by formula and by the clock, what is lost."""

import streamlit as st
from markupsafe import Markup

from model import arithmetic
from model.edits import PoolKeys
from model.layers import Attention
from model.runtime import timing
from ui.frame.page import Page
from ui.kit import figures, listing, markup, tables, url_state
from ui.kit.language import Words
from ui.kit.mounting import mount
from ui.lessons.sharing import readings
from ui.lessons.sharing.readings import KEEP, LAYERS
from viz import sharing as charts

COLUMNS = {"kv_heads": "kv", "numbers": "numbers", "parameters": "parameters", "cache": "bytes"}  # of `ways`, in words


def show_diagram(page: Page) -> None:
    """Query heads and the keys and values they share: see readings.ways; parameters and cache as text."""
    config, card, text = page.bundle.model.config, page.bundle.card, page.words.text
    costs = readings.ways(config)
    columns = {text(f"col-{name}"): [way[key] for way in costs] for key, name in COLUMNS.items()}
    size, amount = page.words.scaled, page.words.bytes
    data = {
        "heads": config.heads,
        "groups": config.kv_heads,
        "model": card.title,
        "context": config.context,
        "ways": [{**way, "parameters": size(way["parameters"], ""), "cache": amount(way["cache"])} for way in costs],
        "start": (arithmetic.kv_head_choices(config).index(config.kv_heads), config.heads // 2),
    }
    mount(page, "sharing", "sharing", data, columns=columns)
    listing.show(Attention.forward)


def show_cached(page: Page) -> None:
    """What the cache of this model and of published ones would hold under each way of sharing, by counting."""
    words = page.words
    heads = [words.inline(f"col-{name}") for name in ("model", "query", "kv", "multi", "own", "single")]
    rows = [
        (
            words.inline("row-model", model=each.name, context=words.number(each.config.context)),
            *map(words.number, (each.config.heads, each.config.kv_heads)),
            *map(words.bytes, (each.multi, each.own, each.single)),
        )
        for each in readings.cached(page)
    ]
    st.html(tables.sideways(words.text("counted-title"), tables.grid(heads, rows)))
    page.note(words.inline("counted-note"))


@st.fragment
def show_groups(page: Page) -> None:
    """What the heads of a layer attend to from one token, side by side where they share a key."""
    words, config = page.words, page.bundle.model.config
    with st.container(horizontal=True, gap="small"):
        layers, tokens = range(config.layers), range(len(page.ids))
        bound = url_state.bind("layer", layers, readings.start_layer(page), _from_one)
        layer = st.selectbox(words.text("layer"), layers, format_func=_from_one, width=130, **bound)
        bound = url_state.bind("token", tokens, tokens[-1], _from_one)
        named = {"format_func": lambda i: f"{i + 1} {page.names[i]}", "width": 210}
        query = st.selectbox(words.text("query-token"), tokens, **named, **bound)
    weights = page.trace(KEEP).layers[layer].pattern[:, query]
    names = [words.text("head", n=i + 1) for i in range(config.heads)]
    most = Markup("; ").join(
        words.inline(
            "group-most",
            key=i // config.group + 1,
            heads=", ".join(str(h + 1) for h in range(i, i + config.group)),
            tokens=Markup(", ").join(markup.chip(page.names[w.argmax()]) for w in weights[i : i + config.group]),
        )
        for i in range(0, config.heads, config.group)
    )
    page.read(words.inline("groups-read", token=markup.chip(page.names[query]), layer=layer + 1, most=most))
    chart = charts.by_group(weights, config.kv_heads, page.names, names, words.percent)
    columns = {words.text("col-token"): page.names} | dict(zip(names, weights, strict=True))
    figures.show(chart, "groups", words.text("groups-alt", token=page.names[query], layer=layer + 1), columns)
    within, across = readings.within_and_across(readings.overlaps(page), config.kv_heads)
    if config.kv_heads < config.heads:
        section = "overlap-all" if config.kv_heads == 1 else "overlap-more" if within > across else "overlap-less"
        shown = {"within": words.percent(within), "across": words.percent(across)}
        st.html(words("overlap") + words(section, **shown))


def _from_one(i: int) -> str:
    return str(i + 1)


def show_pooled(page: Page) -> None:
    """What the model makes of the prompt when every layer has one key and one value."""
    words, found = page.words, readings.pooled(page)
    was, now = (markup.chip(token) for token in page.bundle.tokenizer.strings([found.was[0], found.now[0]]))
    numbers = {"before": found.before, "after": found.after, "moved": found.moved, "ratio": found.ratio}
    shown = {name: words.number(x) for name, x in numbers.items()}
    shown |= {"was": was, "now": now, "p": words.percent(found.was[1]), "q": words.percent(found.now[1])}
    page.read(words.inline("pooled-read", **shown))
    st.html(words("pooled-next-same" if found.was[0] == found.now[0] else "pooled-next", **shown) + words("pooled-why"))
    listing.show(PoolKeys)


@st.fragment
def show_measured(page: Page) -> None:
    """What a token costs under each way of sharing, measured when asked for."""
    words, text = page.words, page.words.text
    if not st.button(text("measure"), key="measure", type="primary"):
        return
    runs = readings.measured(page)
    page.read(_reading(runs, words))
    names = [text("bar-name", count=run.kv_heads) for run in runs]
    chart = charts.times([run.decode.seconds for run in runs], names, text("milliseconds"), words.number)
    figures.show(chart, "sharing-times", text("times-alt"), _table(runs, words))
    page.note(words.inline("measured-note"))
    listing.show(timing.kv_sharing_costs)


def setting(page: Page) -> dict[str, str]:
    """What the measurement is of, for its introduction."""
    counts = {"context": readings.CONTEXT, "layers": LAYERS, "runs": readings.RUNS}
    return {name: page.words.number(n) for name, n in counts.items()} | {"model": page.bundle.card.title}


def _reading(runs: list[timing.KVSharing], words: Words) -> Markup:
    """The first and the last way of sharing in a sentence."""
    first, last = (run.decode.median for run in (runs[0], runs[-1]))
    times = {"all": words.number(1e3 * first), "one": words.number(1e3 * last), "ratio": words.number(first / last)}
    return words.inline("measured-read", context=words.number(readings.CONTEXT), **times)


def _table(runs: list[timing.KVSharing], words: Words) -> dict[str, list]:
    """One row for each model measured."""
    return {
        words.text("col-kv"): [run.kv_heads for run in runs],
        words.text("col-attention"): [run.attention_parameters for run in runs],
        words.text("col-kept"): [run.cache_bytes for run in runs],
        words.text("col-median"): [1e3 * run.decode.median for run in runs],
        words.text("col-fastest"): [1e3 * run.decode.spread[0] for run in runs],
        words.text("col-slowest"): [1e3 * run.decode.spread[1] for run in runs],
    }
