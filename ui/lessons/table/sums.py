"""Lesson 13: what follows from a table: parameters, memory, operations, cache, with the numbers filled in."""

from dataclasses import replace
from fractions import Fraction

import streamlit as st
from markupsafe import Markup, escape

from model import arithmetic
from model.arithmetic import cache_bytes, count, count_pair, operations
from model.config import PAPER_2017, Config
from ui.kit import language, listing, markup
from ui.kit.numbers import number, percent

PARTS = ("head", "norms", "routers", "attention", "mlp", "experts", "positions", "embedding")
BITS = (32, 16, 8, 4)
USUAL = 16  # bits in which models are published
PREFIXES = ("", "k", "M", "G", "T", "P", "E", "Z")
SOURCE = (arithmetic.count, arithmetic.operations, arithmetic.cache_bytes)
BASE_2017 = replace(  # the base model of "Attention is all you need": 6 layers on each side, about 37,000 tokens
    PAPER_2017, vocab_size=37_000, width=512, layers=6, heads=8, kv_heads=8, head_width=64, mlp_width=2048
)


def scaled(amount: float, unit: str, lang: str) -> str:
    """With the prefix that leaves 1 or more: 16.1 GB."""
    power = max(0, min((len(str(int(amount))) - 1) // 3, len(PREFIXES) - 1))
    shown = number(amount / 1000**power if power or amount % 1 else int(amount), lang)
    return f"{shown}\u202f{PREFIXES[power]}{unit}"


def legible(n: float) -> float:
    """A count that is written in full as long as one can read it."""
    return n if n < 10**15 else float(n)


def in_full(n: float, lang: str) -> str:
    return number(legible(n), lang)


# ---- parameters


def matrices(config: Config, words: language.Words) -> list[tuple[str, str, int]]:
    """What one layer holds, as (part, label, numbers), each matrix with its bias; the experts all in one."""
    D, F = config.width, config.mlp_width
    inner, shared = config.heads * config.head_width, config.kv_heads * config.head_width

    def matrix(part: str, name: str, rows: int, columns: int, bias: int) -> tuple[str, str, int]:
        shape = f"{number(rows, words.lang)} × {number(columns, words.lang)}"
        return part, words.text(f"matrix-{name}", shape=shape), rows * columns + config.bias * bias

    found = [
        matrix("attention", "q", D, inner, inner),
        matrix("attention", "k", D, shared, shared),
        matrix("attention", "v", D, shared, shared),
        matrix("attention", "o", inner, D, D),
    ]
    if config.experts:
        parts = count(config)
        found += [("experts", "", parts.experts // config.layers), ("routers", "", parts.routers // config.layers)]
    else:
        gate = [matrix("mlp", "gate", D, F, F)] if config.mlp == "gated" else []
        found += [*gate, matrix("mlp", "up", D, F, F), matrix("mlp", "down", F, D, D)]
    return [*found, ("norms", "", 2 * norm(config))]


def norm(config: Config) -> int:
    """Parameters of one norm: LayerNorm has a shift besides its scale."""
    return config.width * (2 if config.norm == "layer" else 1)


def one_layer(config: Config) -> int:
    parts = count(config)
    inside = parts.attention + parts.mlp + parts.experts + parts.routers
    return inside // config.layers + 2 * norm(config)


def twin(pair: dict[str, Config], words: language.Words) -> dict[str, list]:
    counts = {name: count(config) for name, config in pair.items()}
    kept = [part for part in PARTS if any(getattr(each, part) for each in counts.values())]
    labels = [words.text(f"part-{part}") for part in kept] + [words.text("total"), words.text("active")]
    columns = {
        name: [legible(n) for n in (*(getattr(each, part) for part in kept), each.total, each.active)]
        for name, each in counts.items()
    }
    return {words.text("part"): labels} | columns


# ---- what follows


def reads(config: Config, tokens: int) -> tuple[float, float]:
    """How many tokens one token reads: on average over a prompt of `tokens`, and the next one after it (both count
    the token itself). Averages over the layers, which take the windows in turn."""
    if not config.causal:
        return tokens, tokens
    prefill = decode = 0.0
    for i, window in enumerate(config.windows):
        layers = len(range(i, config.layers, len(config.windows)))
        most = min(window or tokens, tokens)
        prefill += layers * (most - most * (most - 1) / 2 / tokens)  # the first tokens have fewer before them
        decode += layers * most
    return prefill / config.layers, decode / config.layers


def results(configs: list[Config], tokens: int, words: language.Words) -> list[dict]:
    """The lines beside the table: label, and a value for each model."""
    lang, length = words.lang, number(tokens, words.lang)
    counts = [count(config) for config in configs]

    def line(section: str, values, **said) -> dict:
        return {"label": words.text(section, **said), "values": list(values)}

    def flops(way: int) -> list[str]:
        return [
            scaled(operations(config, reads(config, tokens)[way]).total, "FLOP", lang)
            if config.causal or way == 0
            else words.text("nothing")
            for config in configs
        ]

    def cache(tokens: int) -> list[str]:
        return [
            scaled(cache_bytes(config, tokens), "B", lang) if config.causal else words.text("nothing")
            for config in configs
        ]

    lines = [line("total", (in_full(each.total, lang) for each in counts))]
    if any(each.idle for each in counts):
        lines.append(line("active", (in_full(each.active, lang) for each in counts)))
    return [
        *lines,
        line("per-layer", (in_full(one_layer(config), lang) for config in configs)),
        line("weigh", (scaled(each.total * USUAL / 8, "B", lang) for each in counts)),
        line("prefill", flops(0), tokens=length),
        line("decode", flops(1), tokens=length),
        line("cache-token", cache(1)),
        line("cache-tokens", cache(tokens), tokens=length),
    ]


# ---- the sums


def section(name: str, pair: dict[str, Config], tokens: int, words: language.Words) -> None:
    """The sums of the first model with its numbers, the memory of both."""
    config, lang = next(iter(pair.values())), words.lang
    found = count(config)

    def heading(section: str) -> None:
        st.html(f"<h2>{words.inline(f'title-{section}')}</h2>{words(f'text-{section}')}")

    heading("sums")
    aloud = {
        "model": markup.user_text(name),
        "total": in_full(found.total, lang),
        "layer": in_full(one_layer(config), lang),
    }
    st.html(f'<div class="read">{words.inline("sums-reading", **aloud)}</div>{_parameters(config, words)}')
    heading("memory")
    st.html("".join(_memory(each, which, tokens, words) for each, which in pair.items()))
    st.html(_cache(config, tokens, words) if config.causal else words("no-cache"))
    heading("flops")
    st.html(_flops(config, tokens, words))
    listing.show(*SOURCE)
    heading("pair")
    st.html(_pair(words))


def _arith(lines: list[str]) -> str:
    return f'<div class="arith" tabindex="0" role="region">{"".join(f"<p>{line}</p>" for line in lines)}</div>'


def _sum(words: language.Words, section: str, formula: str, factors: str, result: int, unit: str = "") -> str:
    note = markup.span(words.text(section), "note")
    shown = in_full(result, words.lang) + (f"\u202f{unit}" if unit else "")
    middle = "" if factors == shown else f" = {factors}"
    return f"{formula}{middle} = <b>{shown}</b> {note}"


def _parameters(config: Config, words: language.Words) -> str:
    found, L, lang = count(config), config.layers, words.lang
    D, F, H, G, K, V = (
        number(x, lang)
        for x in (config.width, config.mlp_width, config.heads, config.kv_heads, config.head_width, config.vocab_size)
    )

    def sums(terms: list[tuple]) -> list[str]:
        return [_sum(words, *term) for term in terms]

    def added(section: str, terms: list[tuple]) -> str:
        note = markup.span(words.text(section), "note")
        results = [result for *_, result in terms]
        return f"{' + '.join(in_full(x, lang) for x in results)} = <b>{in_full(sum(results), lang)}</b> {note}"

    attention = "2·D·H·K + 2·D·G·K", f"2 × {D} × {H} × {K} + 2 × {D} × {G} × {K}"
    halves = 2 if config.mlp == "plain" else 3
    mlp = f"{halves}·D·F", f"{halves} × {D} × {F}"
    if config.bias:
        attention = f"{attention[0]} + H·K + 2·G·K + D", f"{attention[1]} + {H} × {K} + 2 × {G} × {K} + {D}"
        up = ("F", F) if halves == 2 else ("2·F", f"2 × {F}")
        mlp = f"{mlp[0]} + {up[0]} + D", f"{mlp[1]} + {up[1]} + {D}"
    layer = [("sum-attention", *attention, found.attention // L)]
    if config.experts:
        E = number(config.experts, lang)
        layer.append(("sum-experts", f"E·({mlp[0]})", f"{E} × ({mlp[1]})", found.experts // L))
        layer.append(("sum-router", "D·E", f"{D} × {E}", found.routers // L))
    else:
        layer.append(("sum-mlp", *mlp, found.mlp // L))
    norms = ("2·2·D", f"2 × 2 × {D}") if config.norm == "layer" else ("2·D", f"2 × {D}")
    layer.append(("sum-norms", *norms, 2 * norm(config)))

    one, several = one_layer(config), config.segments
    rows = (f"(V + {several})·D", f"({V} + {several}) × {D}") if several else ("V·D", f"{V} × {D}")
    whole = [
        ("sum-layers", "L × …", f"{number(L, lang)} × {in_full(one, lang)}", L * one),
        ("sum-embedding", *rows, found.embedding),
    ]
    if found.positions:
        whole.append(("sum-positions", "C·D", f"{number(config.context, lang)} × {D}", found.positions))
    if outside := (found.norms - 2 * L * norm(config)) // norm(config):
        each = ("2·D", f"2 × {D}") if config.norm == "layer" else ("D", D)
        times = (f"{outside}·", f"{outside} × ") if outside > 1 else ("", "")
        whole.append(("sum-outside", times[0] + each[0], times[1] + each[1], outside * norm(config)))
    if found.head:
        whole.append(("sum-head", "V·D", f"{V} × {D}", found.head))
    tied = [words.inline("sum-tied")] if config.head and config.tied else []
    return _arith([*sums(layer), added("sum-layer", layer)]) + _arith([*sums(whole), *tied, added("sum-all", whole)])


def _memory(name: str, config: Config, tokens: int, words: language.Words) -> str:
    """Weights, cache and both by the bits of a number."""
    lang, total = words.lang, count(config).total
    columns = ["bits", "weights", *(("each-token", "all-tokens", "together") if config.causal else ())]
    head = "".join(
        f'<th scope="col" class="{"" if column == "bits" else "number"}">'
        f"{words.inline(f'col-{column}', tokens=number(tokens, lang))}</th>"
        for column in columns
    )

    def row(bits: int) -> str:
        weights, one, every = (
            total * bits / 8,
            cache_bytes(config, 1) * bits / USUAL,
            cache_bytes(config, tokens) * bits / USUAL,
        )
        amounts = (weights, one, every, weights + every)[: len(columns) - 1]
        cells = "".join(f'<td class="number">{scaled(amount, "B", lang)}</td>' for amount in amounts)
        return f'<tr><th scope="row">{words.inline("in-bits", n=bits)}</th>{cells}</tr>'

    table = f"<table class='grid-table'><thead><tr>{head}</tr></thead><tbody>{''.join(map(row, BITS))}</tbody></table>"
    scroll = f'<div style="overflow-x: auto" tabindex="0" role="region" aria-label="{escape(name)}">{table}</div>'
    return f'<p class="eyebrow" style="margin: 20px 0 6px">{markup.user_text(name)}</p>{scroll}'


def _cache(config: Config, tokens: int, words: language.Words) -> str:
    lang = words.lang
    L, G, K, T = (number(x, lang) for x in (config.layers, config.kv_heads, config.head_width, tokens))
    one, every = cache_bytes(config, 1), cache_bytes(config, tokens)
    unit = words.text("bytes")
    lines = [
        _sum(words, "sum-cache", "2·L·G·K·2", f"2 × {L} × {G} × {K} × 2", one, unit),
        _sum(words, "sum-cache-all", "T·2·L·G·K·2", f"{T} × {in_full(one, lang)}", every, unit),
    ]
    window = words("windowed", window=number(config.window, lang)) if config.window and tokens > config.window else ""
    return _arith(lines) + window


def _flops(config: Config, tokens: int, words: language.Words) -> str:
    lang = words.lang
    L, H, K = (number(x, lang) for x in (config.layers, config.heads, config.head_width))
    lines = []
    for way, read in zip(("prefill", "decode"), reads(config, tokens), strict=True):
        found = operations(config, read)
        if way == "decode" and not config.causal:
            break
        if way == "prefill":
            met = in_full(found.matrices // 2, lang)
            lines.append(_sum(words, "sum-matrices", "2·N", f"2 × {met}", found.matrices))
        factors = f"4 × {L} × {H} × {K} × {_mean(read, config.layers * tokens, lang)}"
        lines.append(_sum(words, f"sum-reads-{way}", "4·L·H·K·t", factors, found.attention))
        share = percent(found.attention / found.total, lang)
        note = markup.span(words.text(f"sum-{way}", share=share), "note")
        lines.append(f"<b>{scaled(found.total, 'FLOP', lang)}</b> {note}")
    return _arith(lines)


def _mean(reads: float, over: int, lang: str) -> str:
    """A mean over so many cases, exact."""
    exact = Fraction(reads).limit_denominator(over)
    whole = number(exact.numerator, lang)
    return whole if exact.denominator == 1 else f"{whole} ÷ {number(exact.denominator, lang)}"


def _pair(words: language.Words) -> str:
    """The encoder–decoder of 2017."""
    lang, whole = words.lang, count_pair(BASE_2017)
    parts = {part: number(getattr(whole, part), lang) for part in ("embedding", "attention", "mlp", "norms")}
    formula = " + ".join(parts.values())
    named = words.inline("pair-parts")
    return _arith([f"{Markup(named)}", f"{formula} = <b>{number(whole.total, lang)}</b>"])
