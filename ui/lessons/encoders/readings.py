"""What the lesson reads: attention both ways and only back, sentences as vectors, and three searches."""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from model.analysis import retrieval, streams
from model.trace import Trace
from model.zoo import Bundle
from ui.frame.page import Page
from ui.kit import cache, markup
from ui.kit.language import Words

PATTERN = frozenset({"pattern"})
PLACE = r"(\d{1,2})-(\d{1,2})"  # a layer and head, or two lines, in the link
SIDES = ("encoder", "decoder")
LIMIT = 64  # tokens of the encoder: WordPiece may need more than the decoder's own
MEAN = -1  # as a head: the mean over all
SHOWN = 140  # characters of a sentence
CANDIDATES = 10  # that the keyword search hands on


# ---- attention maps


@dataclass(frozen=True)
class Look:
    """What is looked at in one model. layer and head from 0, head MEAN for all."""

    layer: int
    head: int

    def weights(self, trace: Trace) -> np.ndarray:
        """(T, T): how much each query token gives to each key token."""
        pattern = trace.layers[self.layer].pattern
        return pattern.mean(0) if self.head == MEAN else pattern[self.head]

    def name(self, trace: Trace, words: Words) -> str:
        heads = len(trace.layers[self.layer].pattern)
        where = {"layer": self.layer + 1, "head": self.head + 1, "heads": heads}
        return words.text("where-mean" if self.head == MEAN else "where-head", **where)


def encoder_trace(encoder: Bundle, page: Page) -> Trace:
    """Of the page's text in the encoder."""
    return cache.trace(encoder, encoder.tokenizer.encode(page.text)[:LIMIT], PATTERN)


def traces(encoder: Bundle, page: Page) -> tuple[Trace, Trace]:
    """Of the page's text in the encoder and in the decoder."""
    return encoder_trace(encoder, page), page.trace(PATTERN)


def start(side: str, trace: Trace, link: Mapping[str, str]) -> Look:
    """What the link says ("4-2": layer 4, head 2; head 0 for the mean), if the model has it; else the mean of the layer
    that rests least on the first token, where heads go that have nothing to read."""
    linked = re.fullmatch(PLACE, link.get(side, ""))
    least = int(np.argmin(trace.stack("pattern")[..., 0].mean((1, 2))))
    return look([int(n) - 1 for n in linked.groups()] if linked else None, trace) or Look(least, MEAN)


def look(reported: object, trace: Trace) -> Look | None:
    """A layer and head, from 0, as the component reports them; None where the model has no such."""
    match reported:
        case [int(layer), int(head)]:
            heads = len(trace.layers[0].pattern)
            return Look(layer, head) if 0 <= layer < len(trace.layers) and MEAN <= head < heads else None
    return None


def shift(bundle: Bundle, text: str, added: str, limit: int) -> tuple[str, float]:
    """Words are added to a text: the token of the text whose vector changes most, and by how much of its length."""
    before, after = (
        cache.trace(bundle, bundle.tokenizer.encode(each)[:limit], {"final"}) for each in (text, text + added)
    )
    position, change = streams.largest_shift(before, after)
    return before.tokens[position], change


# ---- sentences


@dataclass(frozen=True)
class Sentences:
    """The reader's list, and its vectors (n, D), each of length 1."""

    texts: list[str]
    vectors: np.ndarray

    def shown(self, i: int) -> Markup:
        return markup.user_text(clipped(self.texts[i]))

    @property
    def key(self) -> int:
        return zlib.crc32("\n".join(self.texts).encode(errors="replace"))

    @property
    def cosines(self) -> np.ndarray:
        """Of all pairs, (n, n)."""
        return self.vectors @ self.vectors.T

    @property
    def closest(self) -> tuple[int, int]:
        """The pair with the largest cosine."""
        apart = np.where(np.eye(len(self.texts), dtype=bool), -2, self.cosines)
        i, j = np.unravel_index(apart.argmax(), apart.shape)
        return int(i), int(j)

    def pair(self, reported: object) -> tuple[int, int]:
        """Two lines, from 0, as the component reports them; the closest pair where that is none."""
        match reported:
            case [int(i), int(j)] if i != j and min(i, j) >= 0 and max(i, j) < len(self.texts):
                return i, j
        return self.closest


def clipped(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def vector(encoder: Bundle, text: str) -> np.ndarray:
    """Of a sentence, (D,), of length 1."""

    def compute() -> np.ndarray:
        return retrieval.sentence_vectors(encoder.model, encoder.tokenizer, [text])[0]

    return cache.result(cache.Key("sentence-vector", encoder.card.name, settings=(text,)), compute)


# ---- searches


@dataclass(frozen=True)
class Hits:
    """What three searches find: indices of sentences, the best first; scores (n,) by BM25 and cosines (n,) of all."""

    keywords: list[int]
    nearest: list[int]
    reranked: list[int]
    scores: np.ndarray
    cosines: np.ndarray


def hits(encoder: Bundle, sentences: Sentences, query: str) -> Hits:
    scores = retrieval.keyword_scores(query, sentences.texts)
    cosines = sentences.vectors @ vector(encoder, query)
    keywords = [int(i) for i in np.argsort(-scores, kind="stable") if scores[i] > 0]
    nearest = np.argsort(-cosines, kind="stable").tolist()
    return Hits(keywords, nearest, retrieval.rerank(scores, cosines, CANDIDATES).tolist(), scores, cosines)
