"""What every change of an experiment has: its fields, its text in a link, its check and its edits."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, get_args

from model.edits import Edit
from model.trace import Trace
from model.what_if.fields import Field, Setting


@dataclass(frozen=True)
class Vectors:
    """What some edits put in: taken from the unchanged pass (needs z) and the other prompt's (needs resid_pre)."""

    before: Trace
    other: Trace | None = None

    def mean(self, layer: int, head: int) -> tuple[float, ...]:
        return tuple(self.before.layers[layer].z[head].mean(0).tolist())

    def residual(self, layer: int, token: int) -> tuple[float, ...]:
        return tuple(self.other.layers[layer].resid_pre[token].tolist())  # pyright: ignore[reportOptionalMemberAccess]


@dataclass(frozen=True)
class Change:
    """One change. A link writes its kind and its fields one after another, with dots between."""

    kind: ClassVar[str]

    @classmethod
    def fields(cls) -> dict[str, Field]:
        """What each field may hold, by name, in the order of the link."""
        return {field.name: get_args(field.type)[1] for field in dataclasses.fields(cls)}

    @property
    def name(self) -> str:
        """Of the sentence that names it: the kind, for some with what sort of it."""
        return self.kind

    def __str__(self) -> str:
        values = [(field, getattr(self, field.name)) for field in dataclasses.fields(self)]
        while values and values[-1][1] == values[-1][0].default:
            values.pop()
        kinds = self.fields()
        return ".".join([self.kind, *(kinds[field.name].write(value) for field, value in values)])

    def check(self, setting: Setting) -> None:
        """Raises InvalidChange where this model or prompt has no such thing."""
        for name, field in self.fields().items():
            field.check(getattr(self, name), setting)

    def slots(self, setting: Setting) -> set[tuple]:
        """What it alone decides: two changes with a slot in common contradict each other."""
        return set()

    def edit(self, layer: int, setting: Setting, vectors: Vectors) -> Edit:
        """The edit of one layer, from 0."""
        raise NotImplementedError

    def layers(self, setting: Setting) -> Iterable[int]:
        """The layers that it edits, from 0."""
        return setting.layers(self.layer)  # pyright: ignore[reportAttributeAccessIssue] (those without say so themselves)

    def heads(self, setting: Setting) -> Iterable[int]:
        """The heads of its layers that it changes, from 0."""
        return ()

    def tokens(self, setting: Setting) -> Iterable[int]:
        """The tokens that it changes, from 0: before the pass, or as they enter its layer."""
        return ()

    def edits(self, setting: Setting, vectors: Vectors) -> list[Edit]:
        return [self.edit(layer, setting, vectors) for layer in self.layers(setting)]
