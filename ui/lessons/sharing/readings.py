"""What the lesson reads off: what each way of sharing costs, what heads that share a key attend to, and what is left of
the model when all its heads must share."""

from dataclasses import dataclass, replace

import numpy as np

from model import arithmetic, lens
from model.analysis import attention
from model.analysis.losses import Predictions, bits_per_byte
from model.config import Config
from model.edits import PoolKeys, PoolValues
from model.runtime import timing
from model.weights.published import MODELS
from ui.frame.page import Page
from ui.kit import cache, url_state

KEEP = {"final", "pattern"}
LAYERS, CONTEXT, RUNS = 6, 2048, 9  # of the measurement: a shallower model, so that it takes about a second
VOCABULARY = 100  # neither the embedding nor the language-model head is part of it
LINK = {
    "sharing": url_state.integer_between(lambda page: len(arithmetic.kv_head_choices(page.bundle.model.config))),
    "query": url_state.HEAD,
    "layer": url_state.LAYER,
    "token": url_state.TOKEN,
}


# ---- by counting


def ways(config: Config) -> list[dict[str, int]]:
    """Every way of sharing that these heads allow, from none to all of them, with what it costs; nothing else changes.

    kv_heads; numbers: that a token leaves in the cache of one layer; parameters: of attention in all layers; cache:
    bytes at the model's whole context, in 16 bits.
    """
    changed = [replace(config, kv_heads=n) for n in arithmetic.kv_head_choices(config)]
    return [
        {
            "kv_heads": way.kv_heads,
            "numbers": 2 * way.kv_heads * way.head_width,
            "parameters": arithmetic.count(way).attention,
            "cache": arithmetic.cache_bytes(way, way.context),
        }
        for way in changed
    ]


@dataclass(frozen=True)
class Cached:
    """A model, and the bytes that its cache takes at its whole context in 16 bits: with a key/value head for each query
    head, with its own number of them, and with a single one."""

    name: str
    config: Config
    multi: int
    own: int
    single: int


def cached(page: Page) -> list[Cached]:
    """The page's model, and published ones."""
    known = {page.bundle.card.title: page.bundle.model.config, **MODELS}

    def amount(config: Config, kv_heads: int) -> int:
        return arithmetic.cache_bytes(replace(config, kv_heads=kv_heads), config.context)

    return [
        Cached(name, config, *(amount(config, n) for n in (config.heads, config.kv_heads, 1)))
        for name, config in known.items()
    ]


# ---- what heads that share a key attend to


def overlaps(page: Page) -> np.ndarray:
    """Of every two heads of a layer, how much of their attention lies on the same tokens: (L, H, H), see
    attention.overlap. Of a lone token that says nothing."""
    return cache.result(page.key("head-overlaps"), lambda: attention.overlap(page.trace(KEEP).stack("pattern")))


def within_and_across(overlaps: np.ndarray, groups: int) -> tuple[float, float]:
    """The mean of these (L, H, H) over pairs of heads that share a key, and over pairs that do not; NaN where there are
    no such pairs."""
    heads = overlaps.shape[-1]
    group = np.arange(heads) // (heads // groups)
    same = group[:, None] == group
    pairs = same & ~np.eye(heads, dtype=bool), ~same
    return tuple(float(overlaps[:, each].mean()) if each.any() else float("nan") for each in pairs)  # pyright: ignore


def start_layer(page: Page) -> int:
    """Where heads that share a key agree least."""
    found, config = overlaps(page), page.bundle.model.config
    layers = [within_and_across(layer[None], config.kv_heads)[0] for layer in found]
    return int(np.nanargmin(layers)) if np.isfinite(layers).any() else 0


# ---- what is left when all must share


@dataclass(frozen=True)
class Pooled:
    """before, after: the loss of the prompt in bits per byte, with the model's own keys and values and with one pair in
    each layer, their mean; moved: how far the distribution of the next token moved, in bits (Kullback–Leibler); was,
    now: its likeliest tokens, with their probabilities."""

    before: float
    after: float
    moved: float
    was: tuple[int, float]
    now: tuple[int, float]

    @property
    def ratio(self) -> float:
        return self.after / self.before


def pooled(page: Page) -> Pooled:
    """Needs a prompt of at least two tokens."""

    def compute() -> Pooled:
        model, tokenizer = page.bundle.model, page.bundle.tokenizer
        edits = tuple(pool(layer) for layer in range(model.config.layers) for pool in (PoolKeys, PoolValues))
        passes = page.trace(KEEP), page.trace({"final"}, edits, kept=False)
        before, after = (Predictions.of(model, trace) for trace in passes)
        losses = [bits_per_byte(each.bits, tokenizer, page.ids) for each in (before, after)]
        best = [(int(p.argmax()), float(p.max())) for p in (before.probabilities, after.probabilities)]
        return Pooled(*losses, lens.divergence(before.probabilities, after.probabilities), *best)

    return cache.result(page.key("pooled"), compute)


# ---- by the clock


def measured(page: Page) -> list[timing.KVSharing]:
    """Models of this one's sizes, but shallower and with random weights, that differ in their key/value heads only."""
    config = replace(page.bundle.model.config, layers=LAYERS, vocab_size=VOCABULARY)
    key = cache.Key("sharing", page.bundle.card.name, settings=(LAYERS, CONTEXT, RUNS))
    return cache.result(key, lambda: list(timing.kv_sharing_costs(config, CONTEXT, RUNS)))
