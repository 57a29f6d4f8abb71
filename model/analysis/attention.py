"""What is read off the attention weights of a trace. Layers, heads and tokens count from 0."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model import lens
from model.analysis.streams import shared_prefix
from model.tokens import Tokenizer
from model.trace import Trace


@dataclass(frozen=True)
class Cell:
    """One attention weight, by its place: the head, the query token and the key token."""

    layer: int
    head: int
    query: int
    key: int


def far_weights(pattern: np.ndarray) -> np.ndarray:
    """The last token's largest weight in each head: pattern (H, T, T) -> (H,).

    Weights on itself, on the token just before and on the first token do not count: many heads rest there whatever the
    sentence says (Xiao et al. 2023 call the first token an attention sink). Where a text is too short to have others,
    they do count.
    """
    row = pattern[:, -1]
    count = row.shape[1]
    return (row[:, 1 : count - 2] if count > 3 else row[:, : max(1, count - 1)]).max(-1)


def later_weight(pattern: np.ndarray) -> float:
    """The mean fraction of a query's attention weight, (…, T, T), that lies on later tokens; 0 under a causal mask."""
    return float(np.triu(pattern, 1).sum(-1).mean())


def targets(trace: Trace, content: np.ndarray, special: np.ndarray) -> np.ndarray:
    """For each query token (T,), the key token of `content` with the largest weight in any head of any layer.

    content, special (T,) bool: tokens that mean something by themselves, and those that the model puts around a text.
    The first token, the token itself and its neighbours do not count, as in `far_weights`; where nothing else is left,
    they do.
    """
    position = np.arange(len(trace.tokens))
    distance = np.abs(position[:, None] - position)
    readable = trace.layers[0].mask & ~special
    best = trace.stack("pattern").max((0, 1))
    far = readable & content & (distance > 1) & (position > 0)
    choice = np.where(far, best + 2, np.where(readable & (distance > 0), best + 1, best))
    return np.where(trace.layers[0].mask, choice, -1).argmax(1)


def strongest(trace: Trace, content: np.ndarray, special: np.ndarray) -> Cell:
    """The last token that is not special, and the head that gives its target (see `targets`) the largest weight."""
    own = np.flatnonzero(~special)
    query = int(own[-1]) if len(own) else len(trace.tokens) - 1
    key = int(targets(trace, content, special)[query])
    return Cell(*_argmax(trace.stack("pattern")[:, :, query, key]), query, key)


def even_head(trace: Trace, query: int) -> Cell:
    """The head that gives the first token nearest to half of its weight: its other half lies on tokens that follow."""
    return Cell(*_argmax(-np.abs(trace.stack("pattern")[:, :, query, 0] - 0.5)), query, 0)


def value_lengths(trace: Trace, cell: Cell) -> np.ndarray:
    """The length of each value times its weight, over all K numbers, in the head and for the query of a cell: (T,)."""
    return np.linalg.norm(lens.weighted_values(trace.layers[cell.layer], cell.head)[cell.query], axis=-1)


def hidden_weight(trace: Trace, masks: Sequence[np.ndarray]) -> np.ndarray:
    """The weight (T,) that each key token gets from queries that the masks, one (T, T) bool for each layer, would hide
    it from: of all weight of a query, on average over layers, heads and queries. Needs pattern."""
    hidden = [layer.pattern.mean(0) * ~mask for layer, mask in zip(trace.layers, masks, strict=True)]
    return np.mean(hidden, 0).mean(0)


def overlap(pattern: np.ndarray) -> np.ndarray:
    """How much of their attention weight every two heads of a layer put on the same key tokens: of weights
    (L, H, T, T) the sum over the keys of the smaller of the two, averaged over the query tokens, (L, H, H) from 0 to 1.
    The first query, which can attend to nothing but itself, does not count where there are others."""
    rows = pattern[:, :, 1:] if pattern.shape[2] > 1 else pattern
    return np.stack([np.minimum(layer[:, None], layer[None]).sum(-1).mean(-1) for layer in rows])


def row_changes(before: Trace, after: Trace, query: int) -> np.ndarray:
    """The largest change of each head's weights (L, H) in the row of `query`, on the tokens both texts begin with."""
    common = shared_prefix(before, after)
    row, later = (trace.stack("pattern")[:, :, query, :common] for trace in (before, after))
    return np.abs(later - row).max(-1)


@dataclass(frozen=True)
class Swap:
    """A text with two tokens exchanged. first, second: where they stood; text, tokens: the sentence then."""

    first: int
    second: int
    text: str
    tokens: list[str]


def swap(tokenizer: Tokenizer, trace: Trace, text: str, cell: Cell, content: np.ndarray) -> Swap | None:
    """Exchanges in the text of a trace the two tokens of `content` (T,) bool that the head of a cell reads most from
    its query token; whole words only, for half a word in the place of another makes none.

    None where there are no two, or where the new sentence would fall into other tokens.
    """
    words = tokenizer.words(text)
    row = trace.layers[cell.layer].pattern[cell.head, cell.query]
    usable = content & trace.layers[0].mask[cell.query] & [words.count(word) == 1 for word in words]
    usable[cell.query] = False
    most = [i for i in np.argsort(-row, kind="stable").tolist() if usable[i]][:2]
    if len(most) < 2 or len({bare(trace.tokens[i]) for i in most}) < 2:
        return None
    first, second = sorted(most)
    exchanged = _exchange(text, *(tokenizer.spans(text)[i] for i in (first, second)))
    ids, before = np.array(tokenizer.encode(exchanged)), trace.token_ids
    if len(ids) != len(before) or not set(np.flatnonzero(ids != before)) <= {first, second}:
        return None
    return Swap(first, second, exchanged, tokenizer.strings(ids.tolist()))


def _exchange(text: str, first: tuple[int, int], second: tuple[int, int]) -> str:
    """Two words of a text in each other's place, each without the spaces before it, which stay."""
    before, one = _split(text[slice(*first)])
    after, two = _split(text[slice(*second)])
    return text[: first[0]] + before + two + text[first[1] : second[0]] + after + one + text[second[1] :]


def _split(word: str) -> tuple[str, str]:
    bare = word.lstrip(" ")
    return word[: len(word) - len(bare)], bare


def bare(token: str) -> str:
    """A token as a word of a list: in lower case, without the marks of a space before it or of a word that goes on."""
    return token.strip("·#").lower()


def _argmax(x: np.ndarray) -> tuple[int, int]:
    row, column = np.unravel_index(x.argmax(), x.shape)
    return int(row), int(column)
