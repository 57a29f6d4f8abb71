"""Documents of many lengths in rows of one length: what is wasted, and what packing needs. NumPy only."""

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Piece:
    """A stretch of a document: `length` tokens of it, from `start` on."""

    document: int
    start: int
    length: int


Rows = list[list[Piece]]


def pack(lengths: Sequence[int], context: int, method: str) -> Rows:
    """Puts documents of these lengths into rows of `context` tokens, by one of METHODS.

    A document longer than a row is cut into pieces; one without tokens has none. Raises ValueError for a context below
    1, a negative length or a method that we do not know.
    """
    if context < 1:
        raise ValueError(f"a context of {context} tokens holds nothing")
    if min(lengths, default=0) < 0:
        raise ValueError(f"a document of {min(lengths)} tokens")
    if method not in METHODS:
        raise ValueError(f"no method {method!r}; there are {', '.join(METHODS)}")
    return METHODS[method](lengths, context)


def padding_fraction(rows: Rows, context: int) -> float:
    """The fraction of all positions, rows × context, that hold padding (0 to 1; 0 without rows)."""
    places = len(rows) * context
    return 1 - sum(piece.length for row in rows for piece in row) / places if places else 0.0


def _pieces(lengths: Sequence[int], context: int) -> list[Piece]:
    return [
        Piece(document, start, min(context, length - start))
        for document, length in enumerate(lengths)
        for start in range(0, length, context)
    ]


def _padded(lengths: Sequence[int], context: int) -> Rows:
    """One to a row."""
    return [[piece] for piece in _pieces(lengths, context)]


def _first_fit(lengths: Sequence[int], context: int) -> Rows:
    """Into the first row with room, else into a new one."""
    return place_in_first_row(_pieces(lengths, context), context)


def _first_fit_decreasing(lengths: Sequence[int], context: int) -> Rows:
    """First fit, the longest first: never more than 11/9 of the fewest rows, and 6/9 of a row (Dósa 2007)."""
    return place_in_first_row(sorted(_pieces(lengths, context), key=lambda piece: -piece.length), context)


def place_in_first_row(pieces: list[Piece], context: int) -> Rows:
    """Each piece into the first row that has room for it, else into a new one."""
    rows, room = [], np.full(len(pieces), context)  # as if every row were there from the start: one always fits
    for piece in pieces:
        row = int(np.argmax(room >= piece.length))
        if row == len(rows):
            rows.append([])
        rows[row].append(piece)
        room[row] -= piece.length
    return rows


def _best_fit(lengths: Sequence[int], context: int) -> Rows:
    """Into the row that is left with the least room, else into a new one."""
    rows, room = [], []  # room: (free places, row), sorted
    for piece in _pieces(lengths, context):
        at = bisect_left(room, (piece.length, -1))
        free, row = room.pop(at) if at < len(room) else (context, len(rows))
        if row == len(rows):
            rows.append([])
        rows[row].append(piece)
        insort(room, (free - piece.length, row))
    return rows


def _chopped(lengths: Sequence[int], context: int) -> Rows:
    """All documents one after another, cut wherever a row is full: nothing is wasted but the end of the last row."""
    rows, room = [], 0
    for document, length in enumerate(lengths):
        start = 0
        while start < length:
            if not room:
                rows.append([])
                room = context
            piece = Piece(document, start, min(room, length - start))
            rows[-1].append(piece)
            start, room = start + piece.length, room - piece.length
    return rows


METHODS = {
    "padded": _padded,
    "first_fit": _first_fit,
    "first_fit_decreasing": _first_fit_decreasing,
    "best_fit": _best_fit,
    "chopped": _chopped,
}


@dataclass(frozen=True)
class Batch:
    """Rows as a model reads them, (R, context) each, of ints.

    targets: the token to predict at each position, IGNORE_INDEX where its piece ends and in padding. documents: which
    piece a token belongs to, numbered from 0 in its row; −1 for padding. positions start again with every piece.
    """

    ids: np.ndarray
    targets: np.ndarray
    positions: np.ndarray
    documents: np.ndarray


IGNORE_INDEX = -100  # what PyTorch's cross-entropy leaves out


def lay_out(rows: Rows, texts: Sequence[np.ndarray], context: int) -> Batch:
    """The tokens of the documents, `texts`, in these rows."""
    shape = len(rows), context
    batch = Batch(
        np.zeros(shape, np.int64), np.full(shape, IGNORE_INDEX), np.zeros(shape, np.int64), np.full(shape, -1)
    )
    for r, row in enumerate(rows):
        at = 0
        for number, piece in enumerate(row):
            here = slice(at, at + piece.length)
            ids = texts[piece.document][piece.start : piece.start + piece.length]
            batch.ids[r, here] = ids
            batch.targets[r, at : at + piece.length - 1] = ids[1:]
            batch.positions[r, here] = np.arange(piece.length)
            batch.documents[r, here] = number
            at += piece.length
    return batch
