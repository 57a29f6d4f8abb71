"""The sums behind a table's results, with the numbers filled in."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import groupby

import streamlit as st
from markupsafe import Markup

from model import arithmetic
from model.arithmetic import Term, cache_bytes, count, keys_per_query, operations
from model.config import PAPER_2017, Config
from ui.frame.page import Page
from ui.kit import listing, markup, tables
from ui.kit.language import Words
from ui.lessons.table.results import BITS, legible

WIDTHS = (32, 16, 8, 4)  # bits of a number
ORDER = "VCDHGKFE"  # of the symbols in a product
BASE_2017 = replace(  # the base model of "Attention is all you need": 6 layers on each side, about 37,000 tokens
    PAPER_2017, vocab_size=37_000, width=512, layers=6, heads=8, kv_heads=8, head_width=64, mlp_width=2048
)
_MEMORY = Markup(
    '<p class="eyebrow" style="margin: 20px 0 6px">{}</p>'
    '<div class="sideways" tabindex="0" role="region" aria-label="{}">{}</div>'
)


def show_sums(page: Page, name: str, pair: dict[str, Config], tokens: int) -> None:
    """The sums of the first model with its numbers, the memory of both."""
    words, config = page.words, next(iter(pair.values()))

    def heading(section: str) -> None:
        page.heading(f"title-{section}", words(f"text-{section}"))

    heading("sums")
    values = {
        "model": markup.user_text(name),
        "total": words.number(legible(count(config).total)),
        "layer": words.number(legible(arithmetic.layer_parameters(config))),
    }
    st.html(markup.read(words.inline("sums-reading", **values)) + parameters(config, words))
    heading("memory")
    st.html(Markup().join(_memory(each, which, tokens, words) for each, which in pair.items()))
    st.html(_cache(config, tokens, words) if config.causal else words("no-cache"))
    heading("flops")
    st.html(_flops(config, tokens, words))
    listing.show(arithmetic.count, arithmetic.operations, arithmetic.cache_bytes)
    heading("pair")
    st.html(_encoder_and_decoder(words))


def _lines(name: str, lines: Iterable[Markup]) -> Markup:
    paragraphs = Markup().join(Markup("<p>{}</p>").format(line) for line in lines)
    return Markup('<div class="arith" tabindex="0" role="region" aria-label="{}">{}</div>').format(name, paragraphs)


def _line(words: Words, section: str, formula: str, factors: str, result: float, unit: str = "") -> Markup:
    shown = words.number(legible(result)) + (f"\u202f{unit}" if unit else "")
    middle = "" if factors == shown else f" = {factors}"
    note = markup.span(words.text(section), "note")
    return Markup("{}{} = <b>{}</b> {}").format(formula, middle, shown, note)


def _filled(formula: str, symbols: dict[str, str]) -> str:
    """A formula with its numbers in the places of its symbols: "2·D·F" as "2 × 768 × 3,072"."""
    return re.sub("[A-Za-z]", lambda symbol: symbols[symbol[0]], formula.replace("·", " × "))


def _symbols(config: Config, words: Words) -> dict[str, str]:
    numbers = {
        "V": config.vocab_size,
        "C": config.context,
        "D": config.width,
        "L": config.layers,
        "H": config.heads,
        "G": config.kv_heads,
        "K": config.head_width,
        "F": config.mlp_width,
        "E": config.experts or 0,
    }
    return {symbol: words.number(n) for symbol, n in numbers.items()}


# ---- parameters


def parameters(config: Config, words: Words) -> Markup:
    """Those of one layer, then those of the model, term by term."""
    symbols, L = _symbols(config, words), config.layers
    layer = _rows(arithmetic.layer_terms(config), symbols)
    one = arithmetic.layer_parameters(config)
    whole = [("sum-layers", "L × …", f"{symbols['L']} × {words.number(legible(one))}", L * one)]
    whole += _rows(arithmetic.outer_terms(config), symbols, outside=True)
    tied = [words.inline("sum-tied")] if config.head and config.tied else []

    def added(section: str, rows: list[tuple]) -> Markup:
        terms = " + ".join(words.number(legible(result)) for *_, result in rows)
        total = words.number(legible(sum(result for *_, result in rows)))
        return Markup("{} = <b>{}</b> {}").format(terms, total, markup.span(words.text(section), "note"))

    inside = [*(_line(words, *row) for row in layer), added("sum-layer", layer)]
    outside = [*(_line(words, *row) for row in whole), *tied, added("sum-all", whole)]
    return _lines(words.text("sum-layer"), inside) + _lines(words.text("sum-all"), outside)


def _rows(terms: Iterable[Term], symbols: dict[str, str], outside: bool = False) -> list[tuple[str, str, str, int]]:
    """Section, formula, the same in numbers, and result of each part."""
    rows = []
    for part, group in groupby(terms, key=lambda term: term.part):
        members = list(group)
        section = {"routers": "router", "norms": "outside" if outside else "norms"}.get(part, part)
        formula = _formula(members)
        rows.append((f"sum-{section}", formula, _filled(formula, symbols), sum(term.count for term in members)))
    return rows


def _formula(terms: list[Term]) -> str:
    """How many numbers the terms of one part hold: "2·D·H·K + 2·D·G·K + D"."""
    first = terms[0]
    if first.part == "norms":
        sides = "2·D" if first.bias else "D"
        return f"{first.copies}·{sides}" if first.copies > 1 else sides
    if first.name == "tokens" and len(terms) > 1:
        return f"(V + {terms[1].shape[0]})·D"
    products = Counter("·".join(sorted("·".join(term.symbols).split("·"), key=ORDER.index)) for term in terms)
    products.update(Counter(term.symbols[-1] for term in terms if term.bias))
    formula = " + ".join(product if n == 1 else f"{n}·{product}" for product, n in products.items())
    return f"E·({formula})" if first.part == "experts" else formula


# ---- memory and operations


def _memory(name: str, config: Config, tokens: int, words: Words) -> Markup:
    """Weights, cache and both by the bits of a number."""
    columns = ["bits", "weights", *(("each-token", "all-tokens", "together") if config.causal else ())]
    heads = [words.inline(f"col-{column}", tokens=words.number(tokens)) for column in columns]

    def row(bits: int) -> list[Markup | str]:
        weights = count(config).total * bits / 8
        each, every = (cache_bytes(config, n) * bits / BITS for n in (1, tokens))
        amounts = [words.bytes(n) for n in (weights, each, every, weights + every)]
        return [words.inline("in-bits", n=bits), *amounts][: len(columns)]

    return _MEMORY.format(markup.user_text(name), name, tables.grid(heads, map(row, WIDTHS)))


def _cache(config: Config, tokens: int, words: Words) -> Markup:
    symbols, unit = _symbols(config, words), words.text("bytes")
    each, every = cache_bytes(config, 1), cache_bytes(config, tokens)
    once, formula = words.number(legible(each)), "2·L·G·K·2"
    lines = [
        _line(words, "sum-cache", formula, _filled(formula, symbols), each, unit),
        _line(words, "sum-cache-all", f"T·{formula}", f"{words.number(tokens)} × {once}", every, unit),
    ]
    cut = config.window and tokens > config.window
    return _lines(words.text("title-memory"), lines) + (
        words("windowed", window=words.number(config.window)) if cut else ""
    )


def _flops(config: Config, tokens: int, words: Words) -> Markup:
    symbols, lines = _symbols(config, words), []
    phases = zip(("prefill", "decode") if config.causal else ("prefill",), keys_per_query(config, tokens), strict=False)
    for phase, keys in phases:
        work = operations(config, keys, head=phase == "decode")  # of a prompt, the last token alone needs logits
        met = words.number(legible(work.matrices // 2))
        lines.append(_line(words, f"sum-matrices-{phase}", "2·N", f"2 × {met}", work.matrices))
        formula = "4·L·H·K·t"
        factors = _filled(formula, symbols | {"t": _mean(keys, config.layers * tokens, words)})
        lines.append(_line(words, f"sum-reads-{phase}", formula, factors, work.attention))
        note = words.text(f"sum-{phase}", share=words.percent(work.attention / work.total))
        lines.append(Markup("<b>{}</b> {}").format(words.scaled(work.total, "FLOP"), markup.span(note, "note")))
    return _lines(words.text("title-flops"), lines)


def _mean(keys: float, over: int, words: Words) -> str:
    """A mean over so many cases, exact."""
    exact = Fraction(keys).limit_denominator(over)
    whole = words.number(exact.numerator)
    return whole if exact.denominator == 1 else f"{whole} ÷ {words.number(exact.denominator)}"


def _encoder_and_decoder(words: Words) -> Markup:
    """The model of 2017."""
    counted = arithmetic.count_pair(BASE_2017)
    terms = " + ".join(words.number(getattr(counted, part)) for part in ("embedding", "attention", "mlp", "norms"))
    total = Markup("{} = <b>{}</b>").format(terms, words.number(counted.total))
    return _lines(words.text("title-pair"), [words.inline("pair-parts"), total])
