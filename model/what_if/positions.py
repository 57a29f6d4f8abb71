"""Changes of where tokens stand. Everything here counts from 1; edits count from 0."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from model.edits import Edit, MovePositions
from model.what_if import fields
from model.what_if.base import Change, Vectors
from model.what_if.fields import InvalidChange, Setting


@dataclass(frozen=True)
class Positions(Change):
    """Tokens stand elsewhere than they are."""

    def slots(self, setting: Setting) -> set[tuple]:
        return {("positions",)}

    def layers(self, setting: Setting) -> Iterable[int]:
        return (-1,)  # no layer, but once

    def tokens(self, setting: Setting) -> Iterable[int]:
        return (i for i, position in enumerate(self.positions(len(setting.ids))) if i != position)

    def positions(self, count: int) -> tuple[int, ...]:
        """Of so many tokens, from 0."""
        raise NotImplementedError

    def edit(self, layer: int, setting: Setting, vectors: Vectors) -> Edit:
        return MovePositions(positions=self.positions(len(setting.ids)))


@dataclass(frozen=True)
class Shift(Positions):
    """All tokens from `start` on stand so much further on."""

    by: Annotated[int, fields.OFFSET]
    start: Annotated[int, fields.Token(first=lambda count: count // 2 + 1)] = 1
    kind = "shift"

    @property
    def name(self) -> str:
        return self.kind if self.start == 1 else "shift-from"

    def check(self, setting: Setting) -> None:
        super().check(setting)
        positions = self.positions(len(setting.ids))
        if min(positions) < 0:
            raise InvalidChange("before", n=self.by, token=self.start)
        if setting.config.position == "learned" and max(positions) >= setting.config.context:
            raise InvalidChange("table", place=max(positions) + 1, count=setting.config.context)

    def positions(self, count: int) -> tuple[int, ...]:
        return tuple(i + self.by if i >= self.start - 1 else i for i in range(count))


@dataclass(frozen=True)
class Scramble(Positions):
    """The tokens' positions are dealt out anew. The same seed always deals the same."""

    seed: Annotated[int, fields.SEED]
    kind = "scramble"

    def positions(self, count: int) -> tuple[int, ...]:
        return tuple(np.random.default_rng(self.seed).permutation(count).tolist())
