"""Lesson 10, second half: q and k as hands that turn with the position.

Pair i of a vector of K numbers is (x[i], x[i + K/2]), one complex number here: to turn it is to multiply it by
e^(i·angle). So a score is a sum over pairs, and of the two positions only their distance is left in it.
"""

from dataclasses import asdict, dataclass

import numpy as np
import streamlit as st
from markupsafe import Markup

import content
from model import transformer
from model.edits import MovePositions
from model.positions import Rotary, RotaryPositions
from model.trace import Trace
from ui import components
from ui.kit import cache, language, markup, url_state
from ui.kit.mounting import mount
from ui.kit.numbers import number
from ui.lessons.attention import readings
from ui.lessons.positions.tables import cosine

KEEP = frozenset({"q", "k", "scores", "pattern", "mask", "final"})
SOURCE = (RotaryPositions.rotate_pairs, Rotary.forward)
FAR = 4000  # how far the sliders move a token
LINK = {"layer": url_state.LAYER, "head": url_state.HEAD, "token": url_state.TOKEN, "key": url_state.TOKEN} | {
    "shift": url_state.integer_between(FAR, first=0),
    "apart": url_state.integer_between(FAR, first=0),
    "pair": url_state.integer_between(lambda page: page.bundle.model.config.head_width // 2),
}


@dataclass(frozen=True)
class Place:
    """What the dials show, all from 0: the token that reads and the one that is read, and how far they were moved:
    both by `shift`, the reader alone by `apart`."""

    layer: int
    head: int
    query: int
    key: int
    shift: int = 0
    apart: int = 0

    @property
    def distance(self) -> int:
        return self.query + self.apart - self.key


def pairs(x: np.ndarray) -> np.ndarray:
    """(…, K) -> (…, K/2) complex."""
    half = x.shape[-1] // 2
    return x[..., :half].astype(np.float64) + 1j * x[..., half:]


def products(trace: Trace, layer: int) -> np.ndarray:
    """Each query times each key before both are turned, pair by pair, over √K: (H, T, T, K/2) complex. The real part
    of their sum would be the score if no token had a position."""
    q, k = pairs(trace.layers[layer].q), pairs(trace.layers[layer].k)
    k = k.repeat(len(q) // len(k), axis=0).conj()
    return q[:, :, None] * k[:, None] / np.sqrt(2 * q.shape[-1])


def scores(product: np.ndarray, speeds: np.ndarray, distances: np.ndarray) -> np.ndarray:
    """The score of products (…, K/2) at each distance (N,): (…, N)."""
    return (product @ np.exp(1j * speeds[:, None] * distances)).real


def speeds(model) -> np.ndarray:
    """(K/2,) radians per position."""
    return model.position.speeds.cpu().numpy().astype(np.float64)


# ---- the dials


def place(page, trace: Trace) -> Place:
    """What the component last reported for this prompt; else what the link says; else the look of lesson 5."""
    look = readings.start(page.bundle, trace)
    start = Place(look.layer, look.head, look.query, look.key)
    said = (st.session_state.get("dials") or {}).get("place")
    if said is None:
        counted = {"layer": "layer", "head": "head", "query": "token", "key": "key"}
        said = {name: url_state.count(asked) for name, asked in counted.items()}
        said |= {name: url_state.count(name, 0) for name in ("shift", "apart")}
    elif said.get("text") != page.text:
        said = {}
    ends = {"layer": len(trace.layers), "head": len(trace.layers[0].q), "query": len(page.ids), "key": len(page.ids)}
    ends |= {"shift": FAR + 1, "apart": FAR + 1}
    fitting = {name: said[name] for name in ends if isinstance(said.get(name), int) and 0 <= said[name] < ends[name]}
    found = Place(**asdict(start) | fitting)
    return found if found.key <= found.query else start


def dials(page, trace: Trace) -> Place:
    """The component. It turns the hands by itself; the server gives it a layer's q and k, and asks the model."""
    at = place(page, trace)
    layer = trace.layers[at.layer]
    data = {
        **components.pack(q=layer.q, k=layer.k, scores=layer.scores, speeds=page.bundle.model.position.speeds.numpy()),
        "lang": page.lang,
        "words": content.load(page.lang, "positions"),
        "text": page.text,
        "tokens": page.tokens,
        "place": asdict(at),
        "layers": len(trace.layers),
        "far": FAR,
        "check": check(page, trace, at),
    }
    mount(page, "positions", "dials", data, reports=("place",))
    return at


def check(page, trace: Trace, at: Place) -> dict:
    """The model itself, run with its tokens at these positions.

    score: the one that the dials show; spread: how far any score of any head moved, where all tokens moved together;
    first: in layer 1, where q and k cannot have changed, the largest difference to the sum over the pairs.
    """
    if not at.shift and not at.apart:
        return {"score": float(trace.layers[at.layer].scores[at.head, at.query, at.key]), "spread": 0.0, "first": 0.0}
    positions = np.arange(len(page.ids)) + at.shift
    positions[at.query] += at.apart

    def compute() -> tuple[np.ndarray, float, float]:
        edit = MovePositions(positions=tuple(positions.tolist()))
        moved = transformer.run(page.bundle.model, page.ids, page.tokens, edits=(edit,), keep={"scores"})
        asked = np.stack([layer.scores[:, at.query, at.key] for layer in moved.layers])
        spread = max(float(np.abs(a.scores - b.scores).max()) for a, b in zip(moved.layers, trace.layers, strict=True))
        distances = positions[at.query] - positions
        angles = np.exp(1j * speeds(page.bundle.model) * distances[:, None])
        summed = (products(trace, 0)[:, at.query] * angles).real.sum(-1)
        return asked, spread, float(np.abs(summed - moved.layers[0].scores[:, at.query]).max())

    name = f"moved-{at.query}-{at.key}-{at.shift}-{at.apart}"
    asked, spread, first = cache.result(cache.Key(name, page.model, tuple(page.ids)), compute)
    return {"score": float(asked[at.layer, at.head]), "spread": spread, "first": first}


# ---- what follows the dials


def falling(page, trace: Trace, at: Place) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Distances (N,) up to the trained context, and three scores (N,) at each: of the chosen pair of tokens, averaged
    over all queries and the keys they may read in this head, and over all heads of all layers."""
    distances = np.unique(np.r_[:65, np.geomspace(64, page.bundle.model.config.context, 240).astype(int)])

    def compute() -> list[np.ndarray]:
        readable = trace.layers[0].mask[..., None]
        return [(products(trace, i) * readable).sum((1, 2)) / readable.sum() for i in range(len(trace.layers))]

    means = np.stack(cache.result(cache.Key("means", page.model, tuple(page.ids)), compute))
    chosen = products(trace, at.layer)[at.head, at.query, at.key]
    found = {"pair": chosen, "head": means[at.layer, at.head], "all": means.mean((0, 1))}
    return distances, {name: scores(x, speeds(page.bundle.model), distances) for name, x in found.items()}


def read_falling(distances: np.ndarray, scores: dict[str, np.ndarray], words: language.Words) -> Markup:
    """The sentence that reads the figure aloud."""
    found = {"near": scores["all"][1], "far": scores["all"][-1]}
    places = {"end": distances[-1], "best": distances[scores["head"].argmax()]}
    values = {name: number(x, words.lang) for name, x in (found | places).items()}
    return words.inline("falling-reading" if found["near"] > found["far"] else "falling-not", **values)


@dataclass(frozen=True)
class Twice:
    """The same token at two places: cosines (L, H) of its two queries, their largest difference (L,) before turning."""

    here: int
    there: int
    before: np.ndarray
    after: np.ndarray
    difference: np.ndarray
    turned: tuple[complex, complex, complex]  # the fastest pair of layer 1, head 1: as it is, turned here, turned there


def twice(page, token: int) -> Twice:
    """The chosen token once more, behind the last one."""

    def compute() -> dict:
        ids = [*page.ids, page.ids[token]]
        trace = transformer.run(page.bundle.model, ids, [*page.tokens, ""], keep={"q", "q_rot"})
        q, turned = (np.stack([getattr(layer, name) for layer in trace.layers]) for name in ("q", "q_rot"))
        hands = pairs(q)[0, 0, token, 0], pairs(turned)[0, 0, token, 0], pairs(turned)[0, 0, -1, 0]
        return {
            "here": token,
            "there": len(page.ids),
            "before": cosine(q[:, :, token], q[:, :, -1]),
            "after": cosine(turned[:, :, token], turned[:, :, -1]),
            "difference": np.abs(q[:, :, token] - q[:, :, -1]).max((1, 2)),
            "turned": tuple(map(complex, hands)),
        }

    return Twice(**cache.result(cache.Key(f"twice-{token}", page.model, tuple(page.ids)), compute))


def read_twice(page, found: Twice) -> dict[str, str]:
    return {
        "token": markup.chip(page.tokens[found.here]),
        "here": number(found.here, page.lang),
        "there": number(found.there, page.lang),
        "difference": number(found.difference[0], page.lang),
        "after": number(found.after[0].mean(), page.lang),
    }


def hands(found: Twice, words: language.Words) -> Markup:
    """The fastest pair of the token's query in layer 1, head 1, at both places."""

    def pair(x: complex) -> str:
        comma = ", " if words.lang == "en" else "; "
        return f"({number(x.real, words.lang)}{comma}{number(x.imag, words.lang)})"

    start, here, there = found.turned
    q = markup.span("q", "query")
    lines = (
        f"<p>{q} = {pair(start)} {markup.span(words.text('hands-both'), 'note')}</p>",
        *(
            f"<p>{words.inline('hands-at', place=place)}: {pair(turned)}</p>"
            for place, turned in ((found.here, here), (found.there, there))
        ),
    )
    return Markup(f'<div class="arith">{"".join(lines)}</div>')
