"""How byte-pair encoding learns its list of merges (Sennrich et al. 2016), on a text that is small enough to watch."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Learned:
    """One merge of the list. count: how often the pair stood side by side; words: all words after it, in pieces."""

    left: bytes
    right: bytes
    count: int
    words: tuple[tuple[bytes, ...], ...]


def learn(words: Sequence[bytes], most: int) -> list[Learned]:
    """At most so many merges: of all pairs of neighbours inside the words, each occurrence counted, the most frequent
    one becomes a piece, of several that are as frequent the first in the text. It ends where no pair occurs twice."""
    parts = [tuple(bytes([byte]) for byte in word) for word in words]
    learned: list[Learned] = []
    while len(learned) < most:
        counts = Counter(pair for word in parts for pair in pairwise(word))
        if not counts:
            break
        (left, right), count = counts.most_common(1)[0]  # of equal counts the one that was met first
        if count < 2:
            break
        parts = [_merged(word, left, right) for word in parts]
        learned.append(Learned(left, right, count, tuple(parts)))
    return learned


def _merged(word: tuple[bytes, ...], left: bytes, right: bytes) -> tuple[bytes, ...]:
    pieces: list[bytes] = []
    i = 0
    while i < len(word):
        joined = word[i : i + 2] == (left, right)
        pieces.append(left + right if joined else word[i])
        i += 2 if joined else 1
    return tuple(pieces)
