"""What the lesson reads off MiniLM in another order, and off a decoder whose queries and keys are rotated further."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby

import numpy as np

from model.analysis.positions import (
    complex_pairs,
    cosine,
    mean_products,
    pair_products,
    rotary_speeds,
    scores_at,
)
from model.edits import MovePositions
from model.trace import Trace
from model.zoo import Bundle
from ui.frame.page import Page
from ui.kit import cache, url_state
from ui.kit.content_words import content_words, start_cell

KEEP = frozenset({"q", "k", "scores", "pattern", "mask", "final"})
LIMIT = 24  # tokens
MOST = 256  # tokens of MiniLM that are read
FAR = 4000  # how far the sliders move a token
ORDER = r"(swap|shuffle)-(\d{1,4})"
LINK = {
    "order": url_state.matching(ORDER),
    "row": url_state.integer_between(10**9, first=0),
    "layer": url_state.LAYER,
    "head": url_state.HEAD,
    "token": url_state.TOKEN,
    "key": url_state.TOKEN,
    "shift": url_state.integer_between(FAR, first=0),
    "apart": url_state.integer_between(FAR, first=0),
    "pair": url_state.integer_between(lambda page: page.bundle.model.config.head_width // 2),
}


# ---- another order


@dataclass(frozen=True)
class Bag:
    """A sentence as written and in another order. Sentence vectors (D,): the mean of all tokens' final vectors."""

    tokens: list[str]
    order: list[int]  # which token stands at each position now
    moved: set[int]  # the tokens of words that changed places
    table: tuple[np.ndarray, np.ndarray]  # with the table of positions: as written, rearranged
    bare: tuple[np.ndarray, np.ndarray]  # without it


def linked_order(params: Mapping[str, str]) -> tuple[str, int]:
    """The order of the link, "swap-1" or "shuffle-3": a way and a seed. Anything else is the first swap."""
    match = re.fullmatch(ORDER, params.get("order", ""))
    return (match[1], int(match[2])) if match else ("swap", 0)


def rearranged(tokens: list[str], words: Sequence[int | None], way: str, seed: int) -> list[list[int]]:
    """The positions of the tokens, word by word, in another order: two words exchanged, or all shuffled. `words` (T,)
    says which word a token belongs to; where it is None, the token stays. The swap of seed 0 takes the first word and
    the last one that mean something."""
    before = whole_words(words)
    loose = np.array([n for n, (first, *_) in enumerate(before) if words[first] is not None])
    order, generator = np.arange(len(before)), np.random.default_rng(seed)
    if len(loose) < 2:
        return before
    if way == "shuffle":
        order[loose] = generator.permutation(loose)
    else:
        known = loose[content_words([spelled(tokens, before[n]) for n in loose])]
        ends = known if len(known) > 1 else loose
        pair = [ends[0], ends[-1]] if seed == 0 else generator.choice(loose, 2, replace=False)
        order[pair] = order[pair[::-1]]
    return [before[n] for n in order]


def whole_words(words: Sequence[int | None]) -> list[list[int]]:
    """The positions of each word's tokens; a token of no word stands alone."""
    keys = [("", n) if word is None else ("word", word) for n, word in enumerate(words)]
    return [[n for n, _ in group] for _, group in groupby(enumerate(keys), key=lambda pair: pair[1])]


def spelled(tokens: list[str], word: list[int]) -> str:
    """A word out of its tokens, with the mark of the space before it, if there is one."""
    return "".join(tokens[n].removeprefix("##") for n in word)


def bag(encoder: Bundle, text: str, way: str, seed: int) -> Bag:
    """What MiniLM makes of the sentence in two orders, with its table of positions and without it."""
    ids = encoder.tokenizer.encode(text)[:MOST]
    tokens = encoder.tokenizer.strings(ids)
    words = encoder.tokenizer.words(text)[:MOST]
    placed = rearranged(tokens, words, way, seed)
    order = [n for word in placed for n in word]
    moved = {n for old, new in zip(whole_words(words), placed, strict=True) if old != new for n in (*old, *new)}

    def compute() -> list[tuple[np.ndarray, np.ndarray]]:
        bundles = encoder, cache.variant(encoder, position="none")
        return [(_mean_vector(each, ids), _mean_vector(each, [ids[i] for i in order])) for each in bundles]

    table, bare = cache.result(cache.Key("bag", encoder.card.name, tuple(ids), (way, seed)), compute)
    return Bag(tokens, order, moved, table, bare)


def _mean_vector(bundle: Bundle, ids: list[int]) -> np.ndarray:
    return cache.trace(bundle, ids, {"final"}, kept=False).final.mean(0)


# ---- queries and keys, rotated


@dataclass(frozen=True)
class Place:
    """What the dials show, all from 0: the query token and the key token, and how far they were moved: both by `shift`,
    the query alone by `apart`."""

    layer: int
    head: int
    query: int
    key: int
    shift: int = 0
    apart: int = 0

    @property
    def distance(self) -> int:
        return self.query + self.apart - self.key


def fitting_place(asked: Mapping[str, object], page: Page, trace: Trace) -> Place:
    """What is asked for, as far as there is such a place; else where lesson `attention` begins."""
    cell = start_cell(page.bundle, trace)
    start = Place(cell.layer, cell.head, cell.query, cell.key)
    ends = {"layer": len(trace.layers), "head": len(trace.layers[0].q), "query": len(page.ids), "key": len(page.ids)}
    ends |= {"shift": FAR + 1, "apart": FAR + 1}
    fitting = {
        name: asked[name] for name, end in ends.items() if isinstance(asked.get(name), int) and 0 <= asked[name] < end
    }
    place = Place(**asdict(start) | fitting)
    return place if place.key <= place.query else start


def check(page: Page, trace: Trace, place: Place) -> dict[str, float]:
    """The model itself, run with its tokens at these positions.

    score: the one that the dials show; spread: how far any score of any head moved, where all tokens moved together;
    first: in layer 1, where q and k cannot have changed, the largest difference to the sum over the pairs.
    """
    if not place.shift and not place.apart:
        score = trace.layers[place.layer].scores[place.head, place.query, place.key]
        return {"score": float(score), "spread": 0.0, "first": 0.0}
    positions = np.arange(len(page.ids)) + place.shift
    positions[place.query] += place.apart

    def compute() -> tuple[np.ndarray, float, float]:
        moved = page.trace({"scores"}, (MovePositions(positions=tuple(positions.tolist())),), kept=False)
        spread = max(float(np.abs(a.scores - b.scores).max()) for a, b in zip(moved.layers, trace.layers, strict=True))
        distances = positions[place.query] - positions
        angles = np.exp(1j * rotary_speeds(page.bundle.model) * distances[:, None])
        summed = (pair_products(trace, 0)[:, place.query] * angles).real.sum(-1)
        difference = float(np.abs(summed - moved.layers[0].scores[:, place.query]).max())
        return moved.stack("scores")[:, :, place.query, place.key], spread, difference

    key = page.key("moved", place.query, place.key, place.shift, place.apart)
    scores, spread, first = cache.result(key, compute)
    return {"score": float(scores[place.layer, place.head]), "spread": spread, "first": first}


def scores_by_distance(page: Page, trace: Trace, place: Place) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Distances (N,) up to the trained context, and three scores (N,) at each: of the chosen pair of tokens, averaged
    over all queries and the keys they may attend to in this head, and over all heads of all layers."""
    distances = np.unique(np.r_[:65, np.geomspace(64, page.bundle.model.config.context, 240).astype(int)])
    means = cache.result(page.key("mean-products"), lambda: mean_products(trace))
    chosen = pair_products(trace, place.layer)[place.head, place.query, place.key]
    products = {"pair": chosen, "head": means[place.layer, place.head], "all": means.mean((0, 1))}
    speeds = rotary_speeds(page.bundle.model)
    return distances, {name: scores_at(x, speeds, distances) for name, x in products.items()}


@dataclass(frozen=True)
class Twice:
    """The same token at two positions: cosines (L, H) of its two queries before and after rotation, and their largest
    difference (L,) before it."""

    here: int
    there: int
    before: np.ndarray
    after: np.ndarray
    difference: np.ndarray
    rotated: tuple[complex, complex, complex]  # the fastest pair of layer 1, head 1: as it is, and at both positions


def twice(page: Page, token: int) -> Twice:
    """The chosen token once more, behind the last one."""

    def compute() -> Twice:
        trace = cache.trace(page.bundle, [*page.ids, page.ids[token]], {"q", "q_rot"}, kept=False)
        q, rotated = trace.stack("q"), trace.stack("q_rot")
        hands = complex_pairs(q)[0, 0, token, 0], *complex_pairs(rotated)[0, 0, [token, -1], 0]
        return Twice(
            here=token,
            there=len(page.ids),
            before=cosine(q[:, :, token], q[:, :, -1]),
            after=cosine(rotated[:, :, token], rotated[:, :, -1]),
            difference=np.abs(q[:, :, token] - q[:, :, -1]).max((1, 2)),
            rotated=tuple(map(complex, hands)),
        )

    return cache.result(page.key("twice", token), compute)
