"""The fields of a change: what each may hold, how a link writes it, and the value that a form begins with.

Everything counts from 1, as on screen and in the link. What this model or this prompt does not have raises
InvalidChange, which carries a code and not a sentence: the reader has a language.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import unquote

from model import masks
from model.config import Config
from model.errors import VetroError
from model.tokens import Tokenizer

ALL = "all"
SEPARATOR = "_"  # of two changes in a link: no browser writes it as %…
RULES = {"full": masks.Causal, "sliding": masks.Sliding, "strided": masks.Strided, "fixed": masks.Fixed}


class InvalidChange(VetroError, ValueError):
    """A change that cannot be made. code: why, as in the sections "unfit-…" of lesson `what_if`; values: what the
    sentence that says so is filled with."""


@dataclass(frozen=True)
class Setting:
    """What changes are fitted to. ids: the prompt's; other: those of the prompt that a patch is taken from."""

    config: Config
    tokenizer: Tokenizer
    ids: tuple[int, ...]
    other: tuple[int, ...] = ()

    def layers(self, layer: int | None) -> Iterable[int]:
        """The layers, from 0, that a field means: one, or all of them for None."""
        return range(self.config.layers) if layer is None else (layer - 1,)


class Field:
    """One field of a change; a subclass for each sort of value."""

    def parse(self, text: str) -> Any:
        """The value that a link writes so. Raises ValueError."""
        return _integer(text)

    def write(self, value: Any) -> str:
        return str(value)

    def check(self, value: Any, setting: Setting) -> None:
        """Raises InvalidChange where this model or prompt has no such thing."""

    def begin(self, setting: Setting) -> Any:
        """The value that a form begins with."""
        return 1


@dataclass(frozen=True)
class Index(Field):
    """One of several things, by its number. or_all: None stands for all of them."""

    or_all: bool = False
    code: ClassVar[str]

    def count(self, setting: Setting) -> int:
        raise NotImplementedError

    def parse(self, text: str) -> int | None:
        return None if self.or_all and text == ALL else _integer(text)

    def write(self, value: int | None) -> str:
        return ALL if value is None else str(value)

    def check(self, value: int | None, setting: Setting) -> None:
        count = self.count(setting)
        if value is not None and not 1 <= value <= count:
            raise InvalidChange(self.code, n=value, count=count)


class Layer(Index):
    code = "layer"

    def count(self, setting: Setting) -> int:
        return setting.config.layers


class Head(Index):
    code = "head"

    def count(self, setting: Setting) -> int:
        return setting.config.heads


class Expert(Index):
    code = "expert"

    def count(self, setting: Setting) -> int:
        if not setting.config.experts:
            raise InvalidChange("no-experts")
        return setting.config.experts


@dataclass(frozen=True)
class Token(Index):
    """A token of the prompt. first: of so many tokens, the one that a form begins with."""

    first: Callable[[int], int] = lambda count: count
    code = "token"

    def ids(self, setting: Setting) -> tuple[int, ...]:
        return setting.ids

    def count(self, setting: Setting) -> int:
        return len(self.ids(setting))

    def begin(self, setting: Setting) -> int:
        return self.first(self.count(setting))


class OtherToken(Token):
    """A token of the prompt that a patch is taken from."""

    code = "other-token"

    def ids(self, setting: Setting) -> tuple[int, ...]:
        return setting.other

    def check(self, value: int, setting: Setting) -> None:
        if not setting.other:
            raise InvalidChange("no-other")
        super().check(value, setting)


@dataclass(frozen=True)
class Amount(Field):
    """A whole number between two bounds. start: that a form begins with."""

    code: str
    low: int
    high: int
    start: int

    def check(self, value: int, setting: Setting) -> None:
        if not self.low <= value <= self.high:
            raise InvalidChange(self.code, n=value, most=self.high)

    def begin(self, setting: Setting) -> int:
        return self.start


PERCENT = Amount("percent", -1000, 1000, start=200)  # of what a head adds
OFFSET = Amount("far", -100_000, 100_000, start=10)  # positions
SEED = Amount("seed", 0, 1_000_000, start=1)
SIZE = Amount("size", 1, 4096, start=4)  # tokens of a window, or between two strides


class Text(Field):
    """A piece of text."""

    def parse(self, text: str) -> str:
        return unquote(text, errors="replace")

    def write(self, value: str) -> str:
        return value.replace("%", "%25").replace(SEPARATOR, "%5F")

    def begin(self, setting: Setting) -> str:
        return ""


class Rule(Text):
    """The name of an attention pattern."""

    def check(self, value: str, setting: Setting) -> None:
        if value not in RULES:
            raise InvalidChange("rule", rule=value)

    def begin(self, setting: Setting) -> str:
        return "sliding"


class Experts(Field):
    """Several experts, as many as are active."""

    def parse(self, text: str) -> tuple[int, ...]:
        return tuple(map(_integer, text.split(".")))

    def write(self, value: tuple[int, ...]) -> str:
        return ".".join(map(str, value))

    def check(self, value: tuple[int, ...], setting: Setting) -> None:
        for expert in value:
            Expert().check(expert, setting)
        active = setting.config.active_experts
        if len(set(value)) != active or len(value) != active:
            raise InvalidChange("force-count", n=len(set(value)), active=active)

    def begin(self, setting: Setting) -> tuple[int, ...]:
        return tuple(range(1, setting.config.active_experts + 1))


def _integer(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise ValueError(f"{text!r} is no whole number of at most nine digits")
    return int(text)
