"""Small tasks that a tiny transformer learns in seconds: what it reads, what counts as its answer, and its tokens.

Every task writes one example a row, in tokens of one letter each. `batch(step)` gives the rows to learn from, drawn
anew at every step from the seed; `held_out()` gives rows that no step reads. Targets are set where an answer is due
and nowhere else, so loss and accuracy speak of the answers alone.

`TASKS` is the registry: a new task is a class with its `characters` and `draw`, and an entry there.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from model import tokens
from model.packing import IGNORE_INDEX, Batch
from model.tokens import LETTERS, Tokenizer

MARK = ">"  # here the answer begins
_TRAINING, _HELD_OUT = 0, 1  # what the random numbers are for


@dataclass(frozen=True)
class Task:
    """seed: of everything drawn; rows: examples of a step."""

    seed: int = 0
    rows: int = 64

    characters: ClassVar[str]  # its tokens, in the order of their ids

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """One token for each letter."""
        return tokens.byte_bpe([LETTERS[ord(letter)] for letter in self.characters], [], [])

    @property
    def length(self) -> int:
        """Tokens of a row."""
        return self.held_out(1).ids.shape[1]

    def batch(self, step: int) -> Batch:
        """The rows to learn from at this step."""
        return self._batch(np.random.default_rng([self.seed, _TRAINING, step]), self.rows, False)

    def held_out(self, rows: int = 128) -> Batch:
        """Rows that no step reads."""
        return self._batch(np.random.default_rng([self.seed, _HELD_OUT]), rows, True)

    def _batch(self, random: np.random.Generator, rows: int, held_out: bool) -> Batch:
        ids, answers = self.draw(random, rows, held_out)
        return _to_batch(ids, answers[:, 1:])

    def draw(self, random: np.random.Generator, rows: int, held_out: bool) -> tuple[np.ndarray, np.ndarray]:
        """ids (R, T), and which of them are an answer, (R, T) of bools."""
        raise NotImplementedError

    def prompt(self) -> str:
        """A held-out example up to where its answer begins."""
        batch = self.held_out(1)
        first = int((batch.targets[0] != IGNORE_INDEX).argmax())
        return self.tokenizer.decode(batch.ids[0, : first + 1].tolist())


def _to_batch(ids: np.ndarray, answers: np.ndarray) -> Batch:
    """Each row one document. answers (R, T - 1): whether the token after this one is to be guessed."""
    targets = np.full_like(ids, IGNORE_INDEX)
    targets[:, :-1] = np.where(answers, ids[:, 1:], IGNORE_INDEX)
    positions = np.broadcast_to(np.arange(ids.shape[1]), ids.shape)
    return Batch(ids, targets, positions.copy(), np.zeros_like(ids))


class Rewrite(Task):
    """Letters, the mark, and the letters again in an order that depends on the task."""

    characters = "abcdefghijkl" + MARK
    size: ClassVar[int] = 8

    def draw(self, random: np.random.Generator, rows: int, held_out: bool) -> tuple[np.ndarray, np.ndarray]:
        source = random.integers(len(self.characters) - 1, size=(rows, self.size))
        mark = np.full((rows, 1), len(self.characters) - 1)
        answers = np.zeros((rows, 2 * self.size + 1), bool)
        answers[:, self.size + 1 :] = True
        return np.concatenate((source, mark, self.rewrite(source)), axis=1), answers

    @staticmethod
    def rewrite(source: np.ndarray) -> np.ndarray:
        """The letters (R, size) in the order of the answer."""
        raise NotImplementedError


class Copy(Rewrite):
    """cab>cab"""

    @staticmethod
    def rewrite(source: np.ndarray) -> np.ndarray:
        return source


class Reverse(Rewrite):
    """cab>bac"""

    @staticmethod
    def rewrite(source: np.ndarray) -> np.ndarray:
        return source[:, ::-1]


class Sort(Rewrite):
    """cab>abc"""

    @staticmethod
    def rewrite(source: np.ndarray) -> np.ndarray:
        return np.sort(source, axis=1)


class Induction(Task):
    """Different letters, repeated until the row is full, after a number of letters that differs from row to row, so
    that no fixed distance leads to the answer: look for the letter before, and see what followed it."""

    characters = "abcdefghijklmnopqrstuvwxyz"
    size: ClassVar[int] = 32
    periods: ClassVar[tuple[int, int]] = (8, 20)

    def draw(self, random: np.random.Generator, rows: int, held_out: bool) -> tuple[np.ndarray, np.ndarray]:
        period = random.integers(*self.periods, size=(rows, 1), endpoint=True)
        letters = random.permuted(np.tile(np.arange(len(self.characters)), (rows, 1)), axis=1)
        position = np.arange(self.size)
        # the first letter that comes again cannot be known: the answers begin with the one after it
        return np.take_along_axis(letters, position % period, axis=1), position > period


class Sum(Task):
    """3+8+5=6: the last digit of the sum."""

    characters = "0123456789+="
    held_out_sums: ClassVar[int] = 200  # of the 1000, never seen in training

    def draw(self, random: np.random.Generator, rows: int, held_out: bool) -> tuple[np.ndarray, np.ndarray]:
        order = np.random.default_rng([self.seed, 2]).permutation(1000)
        chosen = random.choice(order[: self.held_out_sums] if held_out else order[self.held_out_sums :], rows)
        a, b, c = chosen // 100, chosen // 10 % 10, chosen % 10
        plus, equals = np.full(rows, 10), np.full(rows, 11)
        ids = np.stack((a, plus, b, plus, c, equals, (a + b + c) % 10), axis=1)
        answers = np.zeros(ids.shape, bool)
        answers[:, -1] = True
        return ids, answers


@dataclass(frozen=True)
class Text(Task):
    """A text of the learner's, byte by byte: guess what comes next. Its last tenth is held out."""

    rows: int = 16
    text: str = ""

    characters = "".join(map(chr, range(256)))  # a token for every byte, so that the model can read any prompt
    size: ClassVar[int] = 64
    bounds: ClassVar[tuple[int, int]] = (500, 20_000)  # bytes a text must and may have

    @cached_property
    def ids(self) -> np.ndarray:
        return np.frombuffer(self.text.encode(), np.uint8).astype(np.int64)

    def draw(self, random: np.random.Generator, rows: int, held_out: bool) -> tuple[np.ndarray, np.ndarray]:
        part = np.split(self.ids, [len(self.ids) * 9 // 10])[held_out]
        size = min(self.size, len(part))
        starts = random.integers(len(part) - size, size=(rows, 1), endpoint=True)
        return part[starts + np.arange(size)], np.ones((rows, size), bool)

    def prompt(self) -> str:
        return bytes(self.held_out(1).ids[0, :16].astype(np.uint8)).decode(errors="ignore")


TASKS = {"induction": Induction, "copy": Copy, "reverse": Reverse, "sort": Sort, "sum": Sum, "text": Text}
