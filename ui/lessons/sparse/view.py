"""What lesson 7 draws: patterns as masks, how far they reach, what they cost, what the real model loses under them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import streamlit as st
import torch
from markupsafe import Markup

import content
from model import lens, masks
from model.analysis.losses import Predictions, bits_per_byte
from model.edits import UseMask
from model.masks import Causal, Fixed, Mask, Sliding, Strided
from ui import components
from ui.frame.page import Page
from ui.kit import cache, language, markup, url_state
from ui.kit.numbers import number, percent

PASSAGE = (
    "Mary kept the brass key in a blue tin behind the flour. On Monday her brother Tom came to stay, and they baked "
    "bread, walked along the river and talked about the old house. On Friday, when Tom asked her how to open the gate, "
    "Mary went into the kitchen, moved the flour, opened the blue tin and gave him the brass"
)
RULES = {"full": Causal, "sliding": Sliding, "strided": Strided, "fixed": Fixed}
PATTERNS = (*RULES, "alternating")
SIZES = (2, 4, 8, 16, 32, 64)
COMPARED = (4, 16, 32)
FEW, WIDE = 24, 64  # a text of fewer tokens shows little of a pattern: a grid of WIDE places stands beside it
NEVER = 255  # in the bytes of a reach
KEEP = {"final", "pattern"}  # of the pass with nothing hidden
LENGTHS = 2 ** np.arange(4, 21)
LINK = {
    "pattern": url_state.one_of(*PATTERNS),
    "size": url_state.one_of(*SIZES),
    "board": url_state.one_of("wide"),
    "token": url_state.integer_between(lambda page: max(len(page.ids), WIDE)),
    "cost": url_state.TOKEN,
}


@dataclass(frozen=True)
class Choice:
    """A pattern, and its window or stride; the full one has none, and its size means nothing."""

    pattern: str
    size: int = SIZES[0]

    def rules(self, layers: int) -> tuple[Mask, ...]:
        """The rule of each layer."""
        if self.pattern == "alternating":
            return masks.windowed((self.size, None), layers)
        return ((Causal() if self.pattern == "full" else RULES[self.pattern](self.size)),) * layers

    def scores(self, length: int) -> float:
        """Scores of one head for a text of this many tokens, on average over the layers."""
        return _scores(self, length)

    def hides(self, length: int) -> bool:
        return self.scores(length) < FULL.scores(length)

    def name(self, words: language.Words) -> str:
        return words.text(self.pattern) if self.pattern == "full" else words.text(f"name-{self.pattern}", n=self.size)


@lru_cache(maxsize=1_000)  # the curves of all patterns, and what the last prompts cost
def _scores(choice: Choice, length: int) -> float:
    return sum(rule.score_count(length) for rule in choice.rules(2)) / 2


FULL, START = Choice("full"), Choice("sliding", 16)
ALL = (FULL, *(Choice(pattern, size) for pattern in PATTERNS[1:] for size in SIZES))


# ---------------------------------------------------------------- the choice


def asked(said: Mapping[str, str]) -> Choice:
    """The choice that the link makes."""
    pattern, size = said.get("pattern"), said.get("size")
    return Choice(
        pattern if pattern in PATTERNS else START.pattern, int(size) if size in map(str, SIZES) else START.size
    )


def chosen(state: object, otherwise: Choice) -> Choice:
    """What the component reports."""
    match state:
        case {"pattern": str(pattern), "size": int(size)} if pattern in PATTERNS and size in SIZES:
            return Choice(pattern, size)
    return otherwise


# ---------------------------------------------------------------- the grid


@lru_cache(maxsize=4)
def board(length: int, layers: int) -> tuple[np.ndarray, np.ndarray]:
    """Of every choice in ALL, C of them: who may read whom in two neighbouring layers, a row's cells as bits
    (C, 2, T, ⌈T / 8⌉), and after how many layers token j can have reached token i (C, T, T), NEVER where it cannot."""
    places = torch.arange(length)
    rows = np.stack([[rule(places, places).numpy() for rule in choice.rules(2)] for choice in ALL])
    reach = np.stack([masks.reach(choice.rules(layers), length) for choice in ALL])
    return np.packbits(rows, axis=-1), np.where(reach < 0, NEVER, reach).astype(np.uint8)


def grid(page: Page, start: Choice) -> dict:
    """Everything the component needs."""
    config = page.bundle.model.config
    rows, reach = board(len(page.ids), config.layers)
    arrays = {"rows": rows, "reach": reach}
    if few := len(page.ids) < FEW:
        arrays["wideRows"], arrays["wideReach"] = board(WIDE, config.layers)
    return {
        **components.pack(**arrays),
        "part": "grid",
        "tokens": page.tokens,
        "wide": WIDE if few else 0,
        "patterns": PATTERNS,
        "sizes": SIZES,
        "start": vars(start),
        "layers": config.layers,
        "heads": config.heads,
        "lang": page.lang,
        "words": content.load(page.lang, "sparse"),
    }


def table(page: Page, choice: Choice) -> dict[str, list]:
    """A row for each token: how many it reads, and after how many layers the first one can have reached it."""
    length, text = len(page.ids), page.words.text
    places = np.arange(length)
    columns = {text("col-token"): page.tokens, text("col-full"): FULL.rules(1)[0].keys_per_query(places).tolist()}
    if choice.pattern == "alternating":
        columns[text("col-local")] = choice.rules(1)[0].keys_per_query(places).tolist()
    elif choice.pattern != "full":
        columns[choice.name(page.words)] = choice.rules(1)[0].keys_per_query(places).tolist()
    layers = masks.reach(choice.rules(page.bundle.model.config.layers), length)[:, 0]
    return columns | {text("col-reach"): ["–" if n < 0 else int(n) for n in layers]}


def source(choice: Choice) -> tuple:
    """The code behind a choice."""
    rule = masks.windowed if choice.pattern == "alternating" else type(choice.rules(1)[0])
    return (rule, *([Sliding] if rule is masks.windowed else []), UseMask, masks.reach)


# ---------------------------------------------------------------- what it costs


def curves(choice: Choice, words: language.Words) -> dict[str, np.ndarray]:
    """Scores of one head in one layer for every length in LENGTHS, by what the curve is called; the last one has a
    stride that grows with the length, as Child et al. let it."""
    named = {other: Choice(other, choice.size) for other in PATTERNS}
    found = {each.name(words): [each.scores(int(n)) for n in LENGTHS] for each in named.values()}
    found[words.text("name-root")] = [Strided(round(int(n) ** 0.5)).score_count(int(n)) for n in LENGTHS]
    return {name: np.array(scores) for name, scores in found.items()}


def costs(choice: Choice, words: language.Words) -> Markup:
    """The cost of the longest text, in words."""
    longest, lang = int(LENGTHS[-1]), words.lang
    full, own = FULL.scores(longest), choice.scores(longest)
    values = {"longest": number(longest, lang), "full": number(float(full), lang), "pattern": choice.name(words)}
    if choice.pattern == "full":
        return words.inline("cost-reading-full", **values)
    growth = own / choice.scores(longest // 2)
    rest = {"own": number(float(own), lang), "less": number(full / own, lang), "growth": number(growth, lang)}
    return words.inline("cost-reading", **values, **rest)


# ---------------------------------------------------------------- what the model loses


def measured(page: Page, choice: Choice) -> Predictions:
    """The model's pass under this pattern, with the edits that make it: computed now, or found in the cache."""
    choice = choice if choice.hides(len(page.ids)) else FULL
    rules = choice.rules(page.bundle.model.config.layers)
    edits = tuple(UseMask(layer, rule) for layer, rule in enumerate(rules) if rule != Causal())

    def compute() -> Predictions:
        trace, model = page.trace({"final"} if edits else KEEP, edits), page.bundle.model
        return Predictions.of(model, trace)

    name = f"sparse-{choice.pattern}-{choice.size}"
    return cache.result(cache.Key(name, page.model, tuple(page.ids)), compute)


def lost_weight(page: Page, choice: Choice) -> tuple[float, float]:
    """How much of their weight the heads give, with nothing hidden, to what this pattern hides, on average over
    layers, heads and tokens; and how much of it to the first token alone."""
    trace, places = page.trace(KEEP), torch.arange(len(page.ids))
    rules = choice.rules(len(trace.layers))
    hidden = [
        layer.pattern.mean(0) * ~rule(places, places).numpy() for layer, rule in zip(trace.layers, rules, strict=True)
    ]
    weights = np.stack(hidden).sum((0, 1)) / (len(hidden) * len(places))
    return float(weights.sum()), float(weights[0])


def losses(page: Page, before: Predictions, after: Predictions) -> dict:
    """What the component draws of the passage."""
    return {
        "part": "losses",
        "tokens": page.tokens,
        "before": before.bits.tolist(),
        "after": after.bits.tolist(),
        "lang": page.lang,
        "words": content.load(page.lang, "sparse"),
    }


def said(page: Page, choice: Choice, before: Predictions, after: Predictions) -> dict[str, object]:
    """Both runs in words: what the sentences of the page are filled with."""
    lang, best = page.lang, int(before.probabilities.argmax())
    now = int(after.probabilities.argmax())
    lost, first = lost_weight(page, choice)
    tokenizer, runs = page.bundle.tokenizer, {"before": before, "after": after}
    ends = {name: bits_per_byte(run.bits, tokenizer, page.ids) for name, run in runs.items()}
    p, q = before.probabilities, after.probabilities
    bits = {"extra": ends["after"] - ends["before"], "kl": lens.divergence(p, q)}
    shares = {"p": p[best], "q": q[best], "r": q[now], "lost": lost, "sink": first}
    return {
        **{name: number(x, lang) for name, x in (ends | bits).items()},
        **{name: percent(x, lang) for name, x in shares.items()},
        "best": markup.chip(page.bundle.tokenizer.strings([best])[0]),
        "now": markup.chip(page.bundle.tokenizer.strings([now])[0]),
        "first": markup.chip(page.tokens[0]),
        "pattern": choice.name(page.words),
    }


def compared(page: Page, waiting) -> list[tuple[Choice, float, float]]:
    """Every pattern at the sizes of COMPARED: the choice, the share of the scores it computes, the bits per byte.
    Each takes a pass; `waiting` says how many are done."""
    choices = [FULL, *(Choice(pattern, size) for pattern in PATTERNS[1:] for size in COMPARED)]
    key, length = (page.model, tuple(page.ids)), len(page.ids)
    kept = st.session_state.get("sparse-compared")
    if kept is None or kept[0] != key:
        found = []
        for done, choice in enumerate(choices):
            progress = page.words.inline("comparing", n=done + 1, all=len(choices))
            waiting.html(f'<p class="note" role="status">{progress}</p>')
            share = choice.scores(length) / FULL.scores(length)
            found.append((choice, share, bits_per_byte(measured(page, choice).bits, page.bundle.tokenizer, page.ids)))
        waiting.empty()
        st.session_state["sparse-compared"] = kept = key, found
    return kept[1]


def grid_table(found: list[tuple[Choice, float, float]], words: language.Words) -> Markup:
    """Bits per byte, a row for each pattern, a column for each size."""
    bits = {choice: number(x, words.lang) for choice, _, x in found}

    def row(pattern: str) -> str:
        cells = (bits[FULL if pattern == "full" else Choice(pattern, size)] for size in COMPARED)
        return f'<th scope="row">{words.inline(pattern)}</th>' + "".join(f'<td class="number">{x}</td>' for x in cells)

    head = "".join(f'<th scope="col" class="number">{size}</th>' for size in COMPARED)
    body = "".join(f"<tr>{row(pattern)}</tr>" for pattern in PATTERNS)
    corner, what = f'<th scope="col">{words.inline("col-pattern")}</th>', words.inline("table-note")
    table = f"<thead><tr>{corner}{head}</tr></thead><tbody>{body}</tbody>"
    return Markup(f'<p class="note">{what}</p><table class="grid-table">{table}</table>')
