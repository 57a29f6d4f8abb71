"""What attention heads write into the residual stream, how far they move a logit, and what kind each is."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from model import lens
from model.edits import SilenceHead
from model.trace import Trace
from model.transformer import Transformer, run

THRESHOLD = 0.4  # of its weight that makes a head one of a kind


@dataclass(frozen=True)
class Writes:
    """What every head adds to the residual stream. L layers, H heads, T tokens."""

    lengths: np.ndarray  # (L, H, T)
    sources: np.ndarray  # (L, H, T) length of what a key token would give if it had all the weight
    together: np.ndarray  # (L, T) length of the H vectors added up
    difference: np.ndarray  # (L,) the largest between that sum and attn_out
    place: np.ndarray  # (L, T) the number of attn_out, of D, that is largest
    parts: np.ndarray  # (L, H, T) what each head adds to that number
    own: np.ndarray  # (L, T) that number of attn_out
    stream: np.ndarray  # (L, T) length of the stream that they are added to


def writes(model: Transformer, trace: Trace) -> Writes:
    """Needs z, v, attn_out and resid_pre."""
    layers = []
    for index, layer in enumerate(trace.layers):
        each = lens.head_writes(model, trace, index)
        added = each.sum(0)
        place = np.abs(layer.attn_out).argmax(-1)
        rows = np.arange(len(place))
        layers.append((
            np.linalg.norm(each, axis=-1),
            np.linalg.norm(lens.value_writes(model, trace, index), axis=-1),
            np.linalg.norm(added, axis=-1),
            np.abs(added - layer.attn_out).max(),
            place.astype(np.int32),
            each[:, rows, place],
            layer.attn_out[rows, place],
            np.linalg.norm(layer.resid_pre, axis=-1),
        ))  # fmt: skip
    return Writes(*map(np.stack, zip(*layers, strict=True)))


@dataclass(frozen=True)
class LogitParts:
    """A token's logit after the text, or its lead over another token's, and the direct effects that it is made of."""

    heads: np.ndarray  # (L, H)
    mlps: np.ndarray  # (L,)
    rest: float
    own: float  # the model's own

    @property
    def total(self) -> float:
        """The parts added up."""
        return float(self.heads.sum()) + float(self.mlps.sum()) + self.rest


def logit_parts(
    model: Transformer, trace: Trace, logits: np.ndarray, token: int, rival: int | None = None
) -> LogitParts:
    """logits (V,): the model's own. Where there is a rival, every part is the difference of two: a logit is a sum, and
    so is a lead. Needs what `lens.direct_effects` needs."""
    parts = lens.direct_effects(model, trace, token)
    heads, mlps, rest, own = parts.heads, parts.mlps, parts.rest, float(logits[token])
    if rival is not None:
        less = lens.direct_effects(model, trace, rival)
        heads, mlps, rest = heads - less.heads, mlps - less.mlps, rest - less.rest
        own -= float(logits[rival])
    return LogitParts(heads, mlps, rest, own)


def effects(model: Transformer, trace: Trace, token: int) -> np.ndarray:
    """The direct effect (L, H) of each head on a token's logit. Where a norm on the stream forbids that (post-norm),
    what each head wrote at the last token, as the language-model head reads it: good for an order, and no effect. Needs
    z, and what `lens.direct_effects` needs."""
    if model.config.norm_place != "post":
        return lens.direct_effects(model, trace, token).heads
    row = lens.unembedding_row(model, token)
    return np.stack([lens.head_writes(model, trace, layer)[:, -1] @ row for layer in range(len(trace.layers))])


def classify_heads(scores: np.ndarray) -> np.ndarray:
    """The kind of every head (L, H), as its place in lens.KINDS: of the scores (4, L, H) of `lens.head_kinds`, the one
    that is highest. One more for a head that is of no kind."""
    return np.where(scores.max(0) >= THRESHOLD, scores.argmax(0), len(scores))


def kind_masks(ids: np.ndarray) -> np.ndarray:
    """The keys that a head of each of lens.KINDS would read in this text (T,): (4, T, T) bool. The first query, which
    can read only itself, tells no kinds apart."""
    position = np.arange(len(ids))
    back = position[:, None] - position
    same = (ids[:, None] == ids) & (back >= 0)
    after = np.zeros_like(same)
    after[:, 1:] = same[:, :-1] & (back[:, :-1] > 0)
    masks = np.stack([back == 1, (position == 0) & (back > 0), same, after])
    masks[:, 0] = False
    return masks


def mean_weight(pattern: np.ndarray, keys: np.ndarray) -> float:
    """The weight that a head (T, T) gives, on average, to the keys (T, T) bool, over queries that have any, or NaN."""
    rows = keys.any(-1)
    return float((pattern * keys).sum(-1)[rows].mean()) if rows.any() else float("nan")


def repeated_surprisal(
    model: Transformer, avoid: Iterable[int], length: int, silent: Iterable[tuple[int, int]] = ()
) -> tuple[float, float]:
    """What a token costs in a text of random ones, in bits: in a first copy, and when the same `length` tokens come
    again. avoid: ids that are not drawn; silent: heads, (layer, head) each, that add nothing at any token."""
    usable = np.setdiff1d(np.arange(model.config.vocab_size), list(avoid))
    ids = np.tile(np.random.default_rng(0).choice(usable, length, replace=False), 2).tolist()
    edits = [SilenceHead(layer, head) for layer, head in silent]
    bits = lens.surprisal(model, run(model, ids, ids, edits=edits, keep={"final"}))
    return float(bits[: length - 1].mean()), float(bits[length:].mean())


@dataclass(frozen=True)
class InductionTest:
    """What a token of the second copy of a random text costs, in bits, without the heads of a kind. count, previous:
    how many induction and previous-token heads there are; without, without_previous: the cost without all of these;
    others: the costs without `count` other heads, a draw each."""

    count: int
    previous: int
    without: float
    without_previous: float
    others: tuple[float, ...]


def ablate_induction(
    model: Transformer, avoid: Iterable[int], length: int, kind: np.ndarray, draws: int
) -> InductionTest | None:
    """Silences the induction heads of a model, and to compare the previous-token heads, and as many others, drawn at
    random. kind: see `classify_heads`. None where there are no induction heads, or not as many others."""
    of_kind = {name: np.argwhere(kind == i).tolist() for i, name in enumerate(lens.KINDS)}
    induction, others = of_kind["induction"], np.argwhere(kind != lens.KINDS.index("induction"))
    if not induction or len(others) < len(induction):
        return None

    def cost(silent: Iterable[Iterable[int]]) -> float:
        return repeated_surprisal(model, avoid, length, [(layer, head) for layer, head in silent])[1]

    generator = np.random.default_rng(0)
    drawn = [others[generator.choice(len(others), len(induction), replace=False)].tolist() for _ in range(draws)]
    previous = of_kind["previous"]
    return InductionTest(
        len(induction), len(previous), cost(induction), cost(previous), tuple(cost(silent) for silent in drawn)
    )
