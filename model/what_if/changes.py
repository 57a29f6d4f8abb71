"""The changes of an experiment as a reader makes them: what they are called, how a link writes them, what they do.

`silence.14.7` is head 7 of layer 14: everything here counts from 1. A layer or a head may be "all", which is None here.
Edits count from 0. `KINDS` is the registry: a new kind of change is a class with its fields, and an entry there.
"""

import dataclasses
from collections.abc import Iterable
from dataclasses import MISSING, dataclass
from typing import Annotated

from model import masks
from model.edits import (
    Edit,
    ExpertOff,
    FixHead,
    ForceExperts,
    HideKey,
    PatchResidual,
    ScaleHead,
    SilenceHead,
    UseMask,
)
from model.what_if import fields
from model.what_if.base import Change, Vectors
from model.what_if.fields import RULES, InvalidChange, Setting
from model.what_if.positions import Scramble, Shift

Layer = Annotated[int, fields.Layer()]
AnyLayer = Annotated[int | None, fields.Layer(or_all=True)]
Token = Annotated[int, fields.Token()]


@dataclass(frozen=True)
class Head(Change):
    """A change of all that one head adds."""

    layer: Layer
    head: Annotated[int, fields.Head()]

    def slots(self, setting: Setting) -> set[tuple]:
        return {("head", self.layer, self.head)}

    def heads(self, setting: Setting) -> Iterable[int]:
        return (self.head - 1,)


@dataclass(frozen=True)
class Silence(Head):
    """A head adds nothing."""

    kind = "silence"

    def edit(self, layer: int, setting: Setting, vectors: Vectors) -> Edit:
        return SilenceHead(layer, self.head - 1)


@dataclass(frozen=True)
class Mean(Head):
    """A head adds everywhere what it adds on average over the positions of the unchanged pass."""

    kind = "mean"

    def edit(self, layer: int, setting: Setting, vectors: Vectors) -> Edit:
        return FixHead(layer, self.head - 1, vectors.mean(layer, self.head - 1))


@dataclass(frozen=True)
class Scale(Head):
    """A head adds so many percent of what it added."""

    percent: Annotated[int, fields.PERCENT]
    kind = "scale"

    def edit(self, layer: int, setting: Setting, vectors: Vectors) -> Edit:
        return ScaleHead(layer, self.head - 1, self.percent / 100)


@dataclass(frozen=True)
class Cut(Change):
    """A query token no longer reads a key token: in a head, in all heads of a layer, or everywhere."""

    layer: AnyLayer
    head: Annotated[int | None, fields.Head(or_all=True)]
    query: Token
    key: Annotated[int, fields.Token(first=lambda count: min(2, count))]
    kind = "cut"

    def check(self, setting: Setting) -> None:
        super().check(setting)
        if setting.config.causal and self.key > self.query:
            raise InvalidChange("future", query=self.query, key=self.key)

    def slots(self, setting: Setting) -> set[tuple]:
        return {
            ("edge", layer, head, self.query, self.key)
            for layer in self.layers(setting)
            for head in self.heads(setting)
        }

    def heads(self, setting: Setting) -> Iterable[int]:
        return range(setting.config.heads) if self.head is None else (self.head - 1,)

    def edit(self, layer: int, setting: Setting, vectors: Vectors) -> Edit:
        return HideKey(layer, self.query - 1, self.key - 1, None if self.head is None else self.head - 1)


@dataclass(frozen=True)
class Swap(Change):
    """Another token in the place of one. It is no edit: the ids are other ones before the pass begins."""

    token: Token
    text: Annotated[str, fields.Text()]
    kind = "swap"

    def check(self, setting: Setting) -> None:
        super().check(setting)
        if not self.text:
            raise InvalidChange("empty")
        if self.id(setting) is None:
            raise InvalidChange("word", text=self.text)

    def slots(self, setting: Setting) -> set[tuple]:
        return {("token", self.token)}

    def piece(self, setting: Setting) -> str | None:
        """The piece of text that becomes the token: with a space before it where the old one has one, if there is
        such a token."""
        old = setting.tokenizer.bytes(setting.ids[self.token - 1])
        spaced = (f" {self.text}", self.text)
        for piece in spaced if old.startswith(b" ") else spaced[::-1]:
            if self.text and setting.tokenizer.find(piece) is not None:
                return piece
        return None

    def id(self, setting: Setting) -> int | None:
        piece = self.piece(setting)
        return None if piece is None else setting.tokenizer.find(piece)

    def layers(self, setting: Setting) -> Iterable[int]:
        return ()

    def tokens(self, setting: Setting) -> Iterable[int]:
        return (self.token - 1,)

    @property
    def name(self) -> str:
        return self.kind if self.text else "swap-empty"


@dataclass(frozen=True)
class UseRule(Change):
    """A layer, or every layer, reads by another attention pattern."""

    layer: AnyLayer
    rule: Annotated[str, fields.Rule()]
    size: Annotated[int, fields.SIZE] = 0  # not used by "full"
    kind = "mask"

    @property
    def name(self) -> str:
        return f"rule-{self.rule}"

    def check(self, setting: Setting) -> None:
        for name, field in self.fields().items():
            if (name, self.rule) != ("size", "full"):
                field.check(getattr(self, name), setting)

    def slots(self, setting: Setting) -> set[tuple]:
        return {("mask", layer) for layer in self.layers(setting)}

    @property
    def mask(self) -> masks.Mask:
        return RULES[self.rule]() if self.rule == "full" else RULES[self.rule](self.size)

    def heads(self, setting: Setting) -> Iterable[int]:
        return range(setting.config.heads)

    def edit(self, layer: int, setting: Setting, vectors: Vectors) -> Edit:
        return UseMask(layer, self.mask)


@dataclass(frozen=True)
class Patch(Change):
    """A token's vector in the residual stream, before a layer reads it, is that of a token of the other prompt
    (activation patching: Vig et al. 2020; Meng et al. 2022)."""

    layer: Layer
    token: Token
    source: Annotated[int, fields.OtherToken()]
    kind = "patch"

    def slots(self, setting: Setting) -> set[tuple]:
        return {("stream", self.layer, self.token)}

    def tokens(self, setting: Setting) -> Iterable[int]:
        return (self.token - 1,)

    def edit(self, layer: int, setting: Setting, vectors: Vectors) -> Edit:
        return PatchResidual(layer, self.token - 1, vectors.residual(layer, self.source - 1))


@dataclass(frozen=True)
class Drop(Change):
    """The router may not choose this expert: the next in its order takes its place."""

    layer: AnyLayer
    expert: Annotated[int, fields.Expert()]
    kind = "drop"

    def slots(self, setting: Setting) -> set[tuple]:
        return {("expert", layer, self.expert) for layer in self.layers(setting)}

    def edit(self, layer: int, setting: Setting, vectors: Vectors) -> Edit:
        return ExpertOff(layer, self.expert - 1)


@dataclass(frozen=True)
class Force(Change):
    """Every token goes to these experts, as many as are active."""

    layer: AnyLayer
    experts: Annotated[tuple[int, ...], fields.Experts()]
    kind = "force"

    def slots(self, setting: Setting) -> set[tuple]:
        layers = tuple(self.layers(setting))
        named = {("expert", layer, expert) for layer in layers for expert in self.experts}
        return named | {("force", layer) for layer in layers}

    def edit(self, layer: int, setting: Setting, vectors: Vectors) -> Edit:
        return ForceExperts(layer, tuple(expert - 1 for expert in self.experts))


KINDS: dict[str, type[Change]] = {
    change.kind: change for change in (Silence, Mean, Scale, Cut, Swap, Patch, UseRule, Shift, Scramble, Drop, Force)
}


def parse(text: str) -> Change:
    """A change as a link writes it. Raises InvalidChange: "kind" for one that KINDS lacks, "written" for fields that
    are too few or no values of their kind."""
    kind, _, rest = text.partition(".")
    if kind not in KINDS:
        raise InvalidChange("kind", text=text)
    required = sum(field.default is MISSING for field in dataclasses.fields(KINDS[kind]))
    readers = KINDS[kind].fields().values()
    parts = rest.split(".", len(readers) - 1) if rest else []
    try:
        values = [field.parse(part) for field, part in zip(readers, parts, strict=False)]
    except ValueError:
        raise InvalidChange("written", text=text) from None
    if len(values) < required:
        raise InvalidChange("written", text=text)
    return KINDS[kind](*values)
