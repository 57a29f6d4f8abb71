"""What the lesson shows: patterns as masks, how far they reach, what they cost, what the model loses under them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch

from model import masks
from model.analysis import attention
from model.analysis.losses import Predictions, bits_per_byte
from model.edits import UseMask
from model.masks import Causal, Fixed, Mask, SinkWindow, Sliding, Strided
from ui.frame.page import Page
from ui.kit import cache, url_state
from ui.kit.language import Words

PASSAGE = (
    "Mary kept the brass key in a blue tin behind the flour. On Monday her brother Tom came to stay, and they baked "
    "bread, walked along the river and talked about the old house. On Friday, when Tom asked her how to open the gate, "
    "Mary went into the kitchen, moved the flour, opened the blue tin and gave him the brass"
)
RULES = {"full": Causal, "sliding": Sliding, "sink": SinkWindow, "strided": Strided, "fixed": Fixed}
PATTERNS = (*RULES, "alternating")
SIZES = (2, 4, 8, 16, 32, 64)
COMPARED = (4, 16, 32)
FEW, WIDE = 24, 64  # a text of fewer tokens shows little of a pattern: a grid of WIDE positions stands beside it
NEVER = 255  # in the bytes of a reach
NOISE = 0.005  # bits per byte: a smaller difference is none
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

    def score_count(self, length: int) -> float:
        """Attention scores of one head for a text of this many tokens, on average over the layers."""
        return sum(rule.score_count(length) for rule in self.rules(2)) / 2

    def hides(self, length: int) -> bool:
        return self.score_count(length) < FULL.score_count(length)

    def name(self, words: Words) -> str:
        return words.text(self.pattern) if self.pattern == "full" else words.text(f"name-{self.pattern}", n=self.size)


FULL, START = Choice("full"), Choice("sliding", 16)
ALL = (FULL, *(Choice(pattern, size) for pattern in PATTERNS[1:] for size in SIZES))


def linked_choice(params: Mapping[str, str]) -> Choice:
    """The choice that the link makes."""
    pattern, size = params.get("pattern"), params.get("size")
    return Choice(
        pattern if pattern in PATTERNS else START.pattern, int(size) if size in map(str, SIZES) else START.size
    )


def reported_choice(state: object, otherwise: Choice) -> Choice:
    """What the component reports."""
    match state:
        case {"pattern": str(pattern), "size": int(size)} if pattern in PATTERNS and size in SIZES:
            return Choice(pattern, size)
    return otherwise


# ---- patterns


def patterns(length: int, layers: int) -> tuple[np.ndarray, np.ndarray]:
    """Of every choice in ALL, C of them: the masks of two neighbouring layers, a row's cells as bits
    (C, 2, T, ⌈T / 8⌉), and after how many layers token j can have reached token i (C, T, T), NEVER where it cannot."""

    def compute() -> tuple[np.ndarray, np.ndarray]:
        positions = torch.arange(length)
        rows = np.stack([[rule(positions, positions).numpy() for rule in choice.rules(2)] for choice in ALL])
        reach = np.stack([masks.reach(choice.rules(layers), length) for choice in ALL])
        return np.packbits(rows, axis=-1), np.where(reach < 0, NEVER, reach).astype(np.uint8)

    return cache.result(cache.Key("sparse-patterns", settings=(length, layers)), compute)


def table(page: Page, choice: Choice) -> dict[str, list]:
    """A row for each token: how many it attends to, and after how many layers the first can have reached it."""
    length, text, rules = len(page.ids), page.words.text, choice.rules(page.bundle.model.config.layers)
    positions = np.arange(length)
    columns = {text("col-token"): page.names, text("col-full"): Causal().keys_per_query(positions).tolist()}
    if choice.pattern != "full":
        name = text("col-local") if choice.pattern == "alternating" else choice.name(page.words)
        columns[name] = rules[0].keys_per_query(positions).tolist()
    layers = masks.reach(rules, length)[:, 0]
    return columns | {text("col-reach"): ["–" if n < 0 else int(n) for n in layers]}


def score_counts(size: int) -> dict[str, np.ndarray]:
    """Attention scores of one head in one layer for every length in LENGTHS, by pattern; "root" has a stride that grows
    with the length, as Child et al. let it."""

    def compute() -> dict[str, np.ndarray]:
        counts = {pattern: [Choice(pattern, size).score_count(int(n)) for n in LENGTHS] for pattern in PATTERNS}
        counts["root"] = [Strided(round(int(n) ** 0.5)).score_count(int(n)) for n in LENGTHS]
        return {pattern: np.array(count) for pattern, count in counts.items()}

    return cache.result(cache.Key("sparse-scores", settings=(size,)), compute)


# ---- what the model loses


def predictions(page: Page, choice: Choice) -> Predictions:
    """What the model predicts under this pattern, with the edits that make it."""
    choice = choice if choice.hides(len(page.ids)) else FULL
    rules = choice.rules(page.bundle.model.config.layers)
    edits = tuple(UseMask(layer, rule) for layer, rule in enumerate(rules) if rule != Causal())

    def compute() -> Predictions:
        trace = page.trace({"final"}, edits, kept=False) if edits else page.trace(KEEP)
        return Predictions.of(page.bundle.model, trace)

    return cache.result(page.key("sparse", choice.pattern, choice.size), compute)


def loss(page: Page, choice: Choice) -> float:
    """Bits per byte under this pattern."""
    return bits_per_byte(predictions(page, choice).bits, page.bundle.tokenizer, page.ids)


def hidden_weight(page: Page, choice: Choice) -> tuple[float, float]:
    """How much of their weight the heads give, with nothing hidden, to what this pattern hides, on average over
    layers, heads and tokens; and how much of it to the first token alone."""
    trace, positions = page.trace(KEEP), torch.arange(len(page.ids))
    weights = attention.hidden_weight(
        trace, [rule(positions, positions).numpy() for rule in choice.rules(len(trace.layers))]
    )
    return float(weights.sum()), float(weights[0])


@dataclass(frozen=True)
class Compared:
    """A pattern, the fraction of all attention scores that it computes, and the loss in bits per byte."""

    choice: Choice
    fraction: float
    bits: float


def compared(page: Page, tell: Callable[[int, int], None]) -> list[Compared]:
    """Every pattern at the sizes of COMPARED. Each takes a pass; `tell` is told which of how many it is."""
    choices = [FULL, *(Choice(pattern, size) for pattern in PATTERNS[1:] for size in COMPARED)]
    length = len(page.ids)

    def compute() -> list[Compared]:
        rows = []
        for n, choice in enumerate(choices, 1):
            tell(n, len(choices))
            fraction = choice.score_count(length) / FULL.score_count(length)
            rows.append(Compared(choice, fraction, loss(page, choice)))
        return rows

    return cache.memo("sparse-compared", page.key("sparse-compared"), compute)
