"""The changes of an experiment as a reader makes them: what they are called, how they are written, what they do.

Everything here counts from 1, as on screen and in the link: `silence.14.7` is head 7 of layer 14. A layer or a head may
be "all", which is None here. Edits and the exported lines of Python count from 0.

A change that cannot be made raises InvalidChange, which carries a code and not a sentence: the reader has a language.
"""

import re
from collections.abc import Iterable
from dataclasses import MISSING, dataclass, fields
from functools import partial
from typing import ClassVar
from urllib.parse import unquote

import numpy as np

from model import masks
from model.config import Config
from model.edits import (
    Edit,
    ExpertOff,
    FixHead,
    ForceExperts,
    HideKey,
    MovePositions,
    PatchResidual,
    ScaleHead,
    SilenceHead,
    UseMask,
)
from model.tokens import Tokenizer
from model.trace import Trace

ALL = "all"
SEPARATOR = "_"  # two changes in a link: no browser writes it as %…
RULES = {"full": masks.Causal, "sliding": masks.Sliding, "strided": masks.Strided, "fixed": masks.Fixed}
MAX_PERCENT, MAX_SHIFT, MAX_SEED = 1000, 100_000, 1_000_000  # how far a head is scaled, a token moved, a seed counts
MAX_SIZE = 4096  # the widest window or stride


class InvalidChange(ValueError):
    """A change that cannot be made. code: why; values: what the sentence that says so is filled with."""

    def __init__(self, code: str, **values):
        super().__init__(f"{code} {values}")
        self.code, self.values = code, values


@dataclass(frozen=True)
class Setting:
    """What changes are fitted to. ids: the prompt's; other: those of the prompt that a patch is taken from."""

    config: Config
    tokenizer: Tokenizer
    ids: tuple[int, ...]
    other: tuple[int, ...] = ()

    def layers(self, layer: int | None) -> Iterable[int]:
        """From 0."""
        return range(self.config.layers) if layer is None else (layer - 1,)


@dataclass(frozen=True)
class Vectors:
    """What some edits put in: taken from the unchanged pass (needs z) and the other prompt's (needs resid_pre)."""

    before: Trace
    other: Trace | None = None

    def mean(self, layer: int, head: int) -> tuple[float, ...]:
        return tuple(self.before.layers[layer].z[head].mean(0).tolist())

    def stream(self, layer: int, token: int) -> tuple[float, ...]:
        return tuple(self.other.layers[layer].resid_pre[token].tolist())


class _Verbatim(str):
    """Stands in a repr as what it says: so the line that makes an edit is the edit's own repr."""

    __repr__ = str.__str__


class VectorExpressions(Vectors):
    """The same as lines of Python."""

    def __init__(self):
        pass

    def mean(self, layer: int, head: int) -> _Verbatim:
        return _Verbatim(f"tuple(before.layers[{layer}].z[{head}].mean(0))")

    def stream(self, layer: int, token: int) -> _Verbatim:
        return _Verbatim(f"tuple(other.layers[{layer}].resid_pre[{token}])")


@dataclass(frozen=True)
class Change:
    """One change. Its fields are written one after another, with dots between."""

    kind: ClassVar[str]

    def __str__(self) -> str:
        values = [(field, getattr(self, field.name)) for field in fields(self)]
        while values and values[-1][1] == values[-1][0].default:
            values.pop()
        return ".".join([self.kind, *(_write(value) for _, value in values)])

    def check(self, setting: Setting) -> None:
        """Raises InvalidChange where this model or prompt has no such thing."""

    def slots(self, setting: Setting) -> set[tuple]:
        """What it alone decides: two changes with a slot in common contradict each other."""
        return set()

    def edit(self, layer: int, setting: Setting, vectors: Vectors) -> Edit:
        """The edit of one layer, from 0."""
        raise NotImplementedError

    def layers(self, setting: Setting) -> Iterable[int]:
        return setting.layers(self.layer)

    def edits(self, setting: Setting, vectors: Vectors) -> list[Edit]:
        return [self.edit(layer, setting, vectors) for layer in self.layers(setting)]

    def code(self, setting: Setting) -> str:
        """The line of a list that makes these edits."""
        layers = tuple(self.layers(setting))
        if len(layers) == 1:
            return repr(self.edit(layers[0], setting, VectorExpressions()))
        return f"*({self.edit(_Verbatim('layer'), setting, VectorExpressions())!r} for layer in range({len(layers)}))"


@dataclass(frozen=True)
class Head(Change):
    layer: int
    head: int

    def check(self, setting: Setting) -> None:
        _among(self.layer, setting.config.layers, "layer")
        _among(self.head, setting.config.heads, "head")

    def slots(self, setting: Setting) -> set[tuple]:
        return {("head", self.layer, self.head)}


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

    percent: int
    kind = "scale"

    def check(self, setting: Setting) -> None:
        super().check(setting)
        if abs(self.percent) > MAX_PERCENT:
            raise InvalidChange("percent", n=self.percent, most=MAX_PERCENT)

    def edit(self, layer: int, setting: Setting, vectors: Vectors) -> Edit:
        return ScaleHead(layer, self.head - 1, self.percent / 100)


@dataclass(frozen=True)
class Cut(Change):
    """A token no longer reads another one: in a head, in all heads of a layer, or everywhere."""

    layer: int | None
    head: int | None
    query: int
    key: int
    kind = "cut"

    def check(self, setting: Setting) -> None:
        config, tokens = setting.config, len(setting.ids)
        if self.layer is not None:
            _among(self.layer, config.layers, "layer")
        if self.head is not None:
            _among(self.head, config.heads, "head")
        _among(self.query, tokens, "token")
        _among(self.key, tokens, "token")
        if config.causal and self.key > self.query:
            raise InvalidChange("future", query=self.query, key=self.key)

    def slots(self, setting: Setting) -> set[tuple]:
        heads = range(setting.config.heads) if self.head is None else (self.head - 1,)
        edge = (self.query, self.key)
        return {("edge", layer, head, *edge) for layer in self.layers(setting) for head in heads}

    def edit(self, layer: int, setting: Setting, vectors: Vectors) -> Edit:
        return HideKey(layer, self.query - 1, self.key - 1, None if self.head is None else self.head - 1)


@dataclass(frozen=True)
class Swap(Change):
    """Another token in the place of one. It is no edit: the ids are other ones before the pass begins."""

    token: int
    text: str
    kind = "swap"

    def check(self, setting: Setting) -> None:
        _among(self.token, len(setting.ids), "token")
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

    def edits(self, setting: Setting, vectors: Vectors) -> list[Edit]:
        return []

    def code(self, setting: Setting) -> str:
        return f"ids[{self.token - 1}] = bundle.tokenizer.find({self.piece(setting)!r})"


@dataclass(frozen=True)
class UseRule(Change):
    """A layer, or every layer, reads by another rule."""

    layer: int | None
    rule: str
    size: int = 0
    kind = "mask"

    def check(self, setting: Setting) -> None:
        if self.layer is not None:
            _among(self.layer, setting.config.layers, "layer")
        if self.rule not in RULES:
            raise InvalidChange("rule", rule=self.rule)
        if self.rule != "full":
            _among(self.size, MAX_SIZE, "size")

    def slots(self, setting: Setting) -> set[tuple]:
        return {("mask", layer) for layer in self.layers(setting)}

    @property
    def mask(self) -> masks.Mask:
        return RULES[self.rule]() if self.rule == "full" else RULES[self.rule](self.size)

    def edit(self, layer: int, setting: Setting, vectors: Vectors) -> Edit:
        return UseMask(layer, self.mask)


@dataclass(frozen=True)
class Positions(Change):
    """Tokens stand elsewhere than they are."""

    def slots(self, setting: Setting) -> set[tuple]:
        return {("positions",)}

    def layers(self, setting: Setting) -> Iterable[int]:
        return (-1,)  # no layer, but once

    def positions(self, count: int) -> tuple[int, ...]:
        raise NotImplementedError

    def edit(self, layer: int, setting: Setting, vectors: Vectors) -> Edit:
        return MovePositions(positions=self.positions(len(setting.ids)))


@dataclass(frozen=True)
class Shift(Positions):
    """All tokens from `start` on stand so much further on."""

    by: int
    start: int = 1
    kind = "shift"

    def check(self, setting: Setting) -> None:
        _among(self.start, len(setting.ids), "token")
        if abs(self.by) > MAX_SHIFT:
            raise InvalidChange("far", n=self.by, most=MAX_SHIFT)
        places = self.positions(len(setting.ids))
        if min(places) < 0:
            raise InvalidChange("before", n=self.by, token=self.start)
        if setting.config.position == "learned" and max(places) >= setting.config.context:
            raise InvalidChange("table", place=max(places) + 1, count=setting.config.context)

    def positions(self, count: int) -> tuple[int, ...]:
        return tuple(i + self.by if i >= self.start - 1 else i for i in range(count))


@dataclass(frozen=True)
class Scramble(Positions):
    """The tokens' positions are dealt out anew. The same seed always deals the same."""

    seed: int
    kind = "scramble"

    def check(self, setting: Setting) -> None:
        if not 0 <= self.seed <= MAX_SEED:
            raise InvalidChange("seed", n=self.seed, most=MAX_SEED)

    def positions(self, count: int) -> tuple[int, ...]:
        return tuple(np.random.default_rng(self.seed).permutation(count).tolist())


@dataclass(frozen=True)
class Patch(Change):
    """The stream of a token, before a layer reads it, is that of a token of the other prompt."""

    layer: int
    token: int
    source: int
    kind = "patch"

    def check(self, setting: Setting) -> None:
        _among(self.layer, setting.config.layers, "layer")
        _among(self.token, len(setting.ids), "token")
        if not setting.other:
            raise InvalidChange("no-other")
        _among(self.source, len(setting.other), "other-token")

    def slots(self, setting: Setting) -> set[tuple]:
        return {("stream", self.layer, self.token)}

    def edit(self, layer: int, setting: Setting, vectors: Vectors) -> Edit:
        return PatchResidual(layer, self.token - 1, vectors.stream(layer, self.source - 1))


@dataclass(frozen=True)
class Drop(Change):
    """The router may not choose this expert: the next in its order takes its place."""

    layer: int | None
    expert: int
    kind = "drop"

    def check(self, setting: Setting) -> None:
        _experts(self.layer, (self.expert,), setting.config)

    def slots(self, setting: Setting) -> set[tuple]:
        return {("expert", layer, self.expert) for layer in self.layers(setting)}

    def edit(self, layer: int, setting: Setting, vectors: Vectors) -> Edit:
        return ExpertOff(layer, self.expert - 1)


@dataclass(frozen=True)
class Force(Change):
    """Every token goes to these experts, as many as are active."""

    layer: int | None
    experts: tuple[int, ...]
    kind = "force"

    def check(self, setting: Setting) -> None:
        _experts(self.layer, self.experts, setting.config)
        active = setting.config.active_experts
        if len(set(self.experts)) != active or len(self.experts) != active:
            raise InvalidChange("force-count", n=len(set(self.experts)), active=active)

    def slots(self, setting: Setting) -> set[tuple]:
        layers = tuple(self.layers(setting))
        named = {("expert", layer, expert) for layer in layers for expert in self.experts}
        return named | {("force", layer) for layer in layers}

    def edit(self, layer: int, setting: Setting, vectors: Vectors) -> Edit:
        return ForceExperts(layer, tuple(expert - 1 for expert in self.experts))


KINDS = {
    change.kind: change for change in (Silence, Mean, Scale, Cut, Swap, Patch, UseRule, Shift, Scramble, Drop, Force)
}


def parse(text: str) -> Change:
    """A change as it is written. Raises InvalidChange for a kind that there is not, or what is no such change."""
    kind, _, rest = text.partition(".")
    if kind not in KINDS:
        raise InvalidChange("kind", text=text)
    slots = fields(KINDS[kind])
    parts = rest.split(".", len(slots) - 1) if rest else []
    if sum(slot.default is MISSING for slot in slots) > len(parts):
        raise InvalidChange("written", text=text)
    try:
        return KINDS[kind](*(_READ[slot.type](part) for slot, part in zip(slots, parts, strict=False)))
    except ValueError:
        raise InvalidChange("written", text=text) from None


def _whole(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise ValueError
    return int(text)


_READ = {
    int: _whole,
    int | None: lambda text: None if text == ALL else _whole(text),
    str: partial(unquote, errors="replace"),
    tuple[int, ...]: lambda text: tuple(map(_whole, text.split("."))),
}


def _write(value: int | str | tuple | None) -> str:
    if value is None:
        return ALL
    if isinstance(value, tuple):
        return ".".join(map(str, value))
    return str(value).replace("%", "%25").replace(SEPARATOR, "%5F")


def _among(n: int, count: int, code: str) -> None:
    if not 1 <= n <= count:
        raise InvalidChange(code, n=n, count=count)


def _experts(layer: int | None, experts: tuple[int, ...], config: Config) -> None:
    if not config.experts:
        raise InvalidChange("no-experts")
    if layer is not None:
        _among(layer, config.layers, "layer")
    for expert in experts:
        _among(expert, config.experts, "expert")
