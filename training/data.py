"""What a run reads: the documents of a file that training/corpus.py wrote, one after another in rows."""

from functools import cached_property
from pathlib import Path

import numpy as np

from model import packing
from model.packing import Batch


class Text:
    """Documents in an order drawn anew for every round, cut wherever a row is full; the rows drawn again, so that no
    step reads a single source. Batches of `rows` rows of `context` tokens."""

    def __init__(self, file: Path, rows: int, context: int, seed: int):
        with np.load(file) as arrays:
            self.documents = np.split(arrays["ids"], arrays["starts"][1:-1])
            self.times = arrays["times"]  # how often a round reads each
        self.rows, self.context, self.seed = rows, context, seed
        self._round: tuple[int, packing.Rows] = -1, []

    @cached_property
    def steps(self) -> int:
        """Of one round. A row that is left over waits for none."""
        tokens = sum(len(text) * int(times) for text, times in zip(self.documents, self.times, strict=True))
        return tokens // self.context // self.rows

    def batch(self, step: int) -> Batch:
        number, at = divmod(step, self.steps)
        if self._round[0] != number:
            self._round = number, self._shuffled(number)
        rows = self._round[1][at * self.rows : (at + 1) * self.rows]
        return packing.lay_out(rows, self.documents, self.context)

    def _shuffled(self, number: int) -> packing.Rows:
        generator = np.random.default_rng([self.seed, number])
        order = generator.permutation(np.repeat(np.arange(len(self.documents)), self.times))
        rows = packing.pack([len(self.documents[i]) for i in order], self.context, "chopped")
        named = [[packing.Piece(int(order[p.document]), p.start, p.length) for p in row] for row in rows]
        return [named[i] for i in generator.permutation(len(named))]
