"""The distribution of the next token, what sampling makes of it, and the logit lens."""

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from model import lens, sampling
from model.analysis.information import entropy
from model.analysis.streams import FinalNorm, final_norm
from model.sampling import Sampling
from model.trace import Trace
from model.transformer import Transformer
from model.zoo import Bundle
from ui.kit import markup
from ui.kit.language import Words

KEEP = frozenset({"final", "resid_pre", "resid_post"})
SOURCE = (Transformer.forward, sampling.softmax, sampling.stages)
TOP = 10  # tokens with a bar of their own
ONLY = 8  # tokens that only one order leaves, named
TEMPERATURES = (0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0)  # at which both orders are compared
LISTED = 200  # tokens in the table
DRAWS_SHOWN = 12  # one by one


@dataclass(frozen=True)
class Reading:
    """The last position, over the whole vocabulary of V tokens."""

    vector: np.ndarray  # (D,) what the language-model head reads
    logits: np.ndarray  # (V,)
    base: np.ndarray  # (V,) softmax of the logits
    top: np.ndarray  # (TOP,) ids of the likeliest, in order
    tokens: list[str]  # (TOP,) as they are shown
    norm: FinalNorm | None  # that made the vector; None where the last layer ends with its own

    def with_tail(self, values: np.ndarray) -> np.ndarray:
        """What adds up over the vocabulary, (…, V) -> (…, TOP + 1): the likeliest, and all others together."""
        rest = np.delete(values, self.top, axis=-1).sum(-1, keepdims=True)
        return np.append(values[..., self.top], rest, axis=-1)

    def tail(self, temperature: float) -> float:
        """The tail's probability at this temperature, nothing filtered."""
        return float(self.with_tail(stages(self, Sampling(temperature))[-1])[-1])


def read(bundle: Bundle, trace: Trace) -> Reading:
    """Needs resid_post and final."""
    logits = lens.next_logits(bundle.model, trace)
    top = np.argsort(-logits, kind="stable")[:TOP]
    tokens, norm = bundle.tokenizer.strings(top.tolist()), final_norm(bundle.model, trace)
    return Reading(trace.final[-1], logits, sampling.softmax(logits), top, tokens, norm)


def stages(reading: Reading, settings: Sampling) -> np.ndarray:
    """The distribution after softmax, temperature, top-k, top-p and min-p: (5, V)."""
    all_stages = sampling.stages(reading.logits, **vars(settings))
    return np.stack([all_stages.base, all_stages.tempered, all_stages.top_k, all_stages.top_p, all_stages.min_p])


def support_size(distribution: np.ndarray) -> int:
    """How many tokens can be drawn."""
    return int(np.count_nonzero(distribution))


@dataclass(frozen=True)
class Orders:
    """Which tokens top-p and min-p leave, by temperature, where it comes first and where it comes last."""

    temperatures: np.ndarray  # (N,)
    first: np.ndarray  # (N,) counts
    last: np.ndarray  # (N,) counts; all the same, for the filters see the probabilities of temperature 1
    only_first: list[np.ndarray]  # N times ids, the likeliest first
    only_last: list[np.ndarray]


def orders(reading: Reading, settings: Sampling) -> Orders:
    """At TEMPERATURES and at the one that is set. Top-k is left out: it keeps the same tokens in both orders."""
    filters = {"top_p": settings.top_p, "min_p": settings.min_p}
    temperatures = np.array(sorted({*TEMPERATURES, settings.temperature} - {0}))
    every = [
        (
            sampling.stages(reading.logits, temperature=float(t), **filters).final > 0,
            sampling.temperature_last(reading.logits, temperature=float(t), **filters) > 0,
        )
        for t in temperatures
    ]

    def ids(kept: np.ndarray) -> np.ndarray:
        found = np.flatnonzero(kept)
        return found[np.argsort(-reading.logits[found], kind="stable")]

    first, last = (np.array([np.count_nonzero(pair[i]) for pair in every]) for i in (0, 1))
    only_first, only_last = [ids(a & ~b) for a, b in every], [ids(b & ~a) for a, b in every]
    return Orders(temperatures, first, last, only_first, only_last)


def distribution_values(reading: Reading, distribution: np.ndarray, words: Words) -> dict[str, str]:
    """A distribution (V,) in words: what the sentences that read the figures aloud are filled with."""
    number, percent, size = words.number, words.percent, len(distribution)
    probabilities, bits = reading.with_tail(distribution), entropy(distribution)
    return {
        "best": markup.chip(reading.tokens[0]),
        "p": percent(probabilities[0]),
        "n": number(TOP),
        "together": percent(probabilities[:-1].sum()),
        "others": number(size - TOP),
        "tail": percent(probabilities[-1]),
        "left": number(support_size(distribution)),
        "bits": number(bits),
        "equal": number(2**bits),
        "most": number(float(np.log2(size))),
        "vocabulary": number(size),
        "width": number(len(reading.vector)),
    }


def stages_sentence(reading: Reading, distribution: np.ndarray, words: Words) -> Markup:
    """What the stages have left over."""
    count = support_size(distribution)
    section = {1: "stages-reading-one", len(distribution): "stages-reading-all"}.get(count, "stages-reading")
    before = words.percent(reading.base[reading.top[0]])
    return words.inline(section, **distribution_values(reading, distribution, words), before=before)


def vocabulary(bundle: Bundle, reading: Reading, words: Words) -> dict[str, list]:
    """The likeliest tokens as the columns of a table."""
    ids = np.argsort(-reading.logits, kind="stable")[:LISTED]
    return {
        words.text("token"): bundle.tokenizer.strings(ids.tolist()),
        words.text("id"): ids.tolist(),
        words.text("score"): reading.logits[ids].tolist(),
        words.text("probability"): reading.base[ids].tolist(),
    }


@dataclass(frozen=True)
class Candidate:
    """How a token gets its logit, which is a sum of products, and its probability, its power of e over that of all."""

    row: np.ndarray  # (D,) the token's of the language-model head
    products: np.ndarray  # (D,) of the row and the vector
    logit: float
    best: float  # the largest logit
    powers: np.ndarray  # (V,) e^(logit - best) of all tokens
    power: float
    probability: float


def candidate(bundle: Bundle, reading: Reading, index: int) -> Candidate:
    """index: of the likeliest tokens, from 0."""
    id, best = int(reading.top[index]), float(reading.logits.max())
    row = lens.unembedding_row(bundle.model, id)
    powers = np.exp(reading.logits.astype(np.float64) - best)
    probability = float(reading.base[id])
    return Candidate(row, reading.vector * row, float(reading.logits[id]), best, powers, float(powers[id]), probability)


@dataclass(frozen=True)
class Draws:
    """What came out of many draws."""

    first: list[str]  # the first DRAWS_SHOWN tokens, in order
    counts: np.ndarray  # (TOP + 1,) how often each of the likeliest came, and any other
    expected: np.ndarray  # (TOP + 1,) what their probabilities lead one to expect


def draws(bundle: Bundle, reading: Reading, distribution: np.ndarray, times: int, seed: int) -> Draws:
    """So many draws from a distribution (V,)."""
    ids = sampling.draw(distribution, seed=seed, count=times)
    counts = reading.with_tail(np.bincount(ids, minlength=len(distribution)))
    first = bundle.tokenizer.strings(ids[:DRAWS_SHOWN].tolist())
    return Draws(first, counts, times * reading.with_tail(distribution))


@dataclass(frozen=True)
class LensLevels:
    """The logit lens at the last position: after the embedding and after each of L layers."""

    ids: np.ndarray  # (L + 1,) the likeliest
    tokens: list[str]
    probabilities: np.ndarray  # (L + 1,) theirs
    answer: np.ndarray  # (L + 1,) the probability of what the last level says

    @property
    def first(self) -> int:
        """The first level that says what the last one says."""
        return int(np.argmax(self.ids == self.ids[-1]))

    @property
    def settled(self) -> int:
        """The first level from which on nothing else is said."""
        return int(np.max(np.flatnonzero(self.ids != self.ids[-1]), initial=-1)) + 1

    def names(self, words: Words) -> list[str]:
        """What the levels are called, from the bottom up."""
        return [words.text("embedding"), *(f"{words.text('layer')} {n}" for n in range(1, len(self.ids)))]

    def sentence(self, words: Words) -> Markup:
        """When the answer comes up for the first time, and from when on it stays."""

        def at(level: int) -> str:
            return words.text("at-layer", n=level, layers=len(self.ids) - 1) if level else words.text("at-embedding")

        last = len(self.ids) - 1  # after it there is nothing in which the answer could stay
        late, once = self.settled == last, self.first == self.settled
        section = {
            (True, True): "lens-reading-last",
            (True, False): "lens-reading-late",
            (False, True): "lens-reading-once",
            (False, False): "lens-reading",
        }[late, once]
        return words.inline(section, first=at(self.first), settled=at(self.settled), token=markup.chip(self.tokens[-1]))

    def table(self, words: Words) -> dict[str, list]:
        return {
            words.text("layer"): self.names(words),
            words.text("likeliest"): self.tokens,
            words.text("probability"): self.probabilities,
            self.tokens[-1]: self.answer,
        }


def logit_lens(bundle: Bundle, trace: Trace) -> LensLevels:
    """Every level over the whole vocabulary. Needs resid_pre and resid_post."""
    residual_stream = lens.residual_streams(trace, [-1])[0]
    top = lens.top_tokens(bundle.model, residual_stream)
    ids = top.token_ids[:, 0]
    answer = lens.token_probability(bundle.model, residual_stream, top, int(ids[-1]))
    return LensLevels(ids, bundle.tokenizer.strings(ids.tolist()), top.probabilities[:, 0], answer)
