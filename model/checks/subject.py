"""What is checked: a model and a text. And what a check is, and what it finds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from model import zoo
from model.checks.sabotage import SABOTAGES
from model.config import Config
from model.edits import Edit
from model.trace import LayerTrace, Trace
from model.transformer import Transformer, run

MAX_TOKENS = 32  # tokens

# What is still called equal, as a part of the largest number compared. A sum of float32 numbers is rounded at every
# step, by up to 6e-8 of what it has become; two sums of the same numbers differ where these are added in another order.
CLOSE = 1e-5  # one product, or a sum
DEEP = 3e-5  # through up to thirty layers, each of which hands its rounding on to the next
ANGLES = 1e-4  # a float32 angle of 1000 radians is good to 6e-5
SHARES = 1e-6  # absolute, of shares that add up to 1


@dataclass(frozen=True)
class Measure:
    """difference: the largest there is; as a part of `largest`, the largest number compared, where that is given.
    layer: where it was found, from 0."""

    difference: float
    largest: float | None = None
    layer: int | None = None


def absolute(ours, theirs, layer: int | None = None) -> Measure:
    return Measure(float(np.abs(np.asarray(ours, float) - theirs).max()), None, layer)


def relative(ours, theirs, layer: int | None = None) -> Measure:
    largest, difference = float(np.abs(theirs).max()), absolute(ours, theirs).difference
    return Measure(difference / largest if difference else 0.0, largest, layer)


def worst(measures: Iterable[Measure]) -> Measure:
    """The one with the largest difference; one that is no number is larger than any."""
    return max(measures, key=lambda found: np.inf if np.isnan(found.difference) else found.difference)


@dataclass(frozen=True)
class Subject:
    """A model of the zoo, whole or broken, and a text. What several checks need is computed once.

    What a model is meant to be is bundle.model.config; what it was broken to, model.config.
    """

    name: str
    bundle: zoo.Bundle
    text: str
    sabotage: str | None = None

    @cached_property
    def ids(self) -> list[int]:
        return self.bundle.tokenizer.encode(self.text)[:MAX_TOKENS]

    @cached_property
    def _broken(self) -> tuple[Transformer, tuple[Edit, ...]]:
        return SABOTAGES[self.sabotage](self.bundle.model) if self.sabotage else (self.bundle.model, ())

    @property
    def model(self) -> Transformer:
        return self._broken[0]

    def run(self, *edits: Edit, keep: set[str] | None = None) -> Trace:
        return run(self.model, self.ids, self.ids, edits=(*self._broken[1], *edits), keep=keep)

    @cached_property
    def trace(self) -> Trace:
        return self.run()

    @property
    def traced_output(self) -> np.ndarray:
        """What the trace says comes out: logits (T, V), or of a model without a head vectors (T, D)."""
        return self.trace.final if self.trace.logits is None else self.trace.logits

    @cached_property
    def plain_output(self) -> np.ndarray:
        """What comes out of the pass that shows nothing."""
        return self.forward(self.model.ids(self.ids))

    @torch.inference_mode()
    def forward(self, ids: torch.Tensor, **settings) -> np.ndarray:
        """ids (1, T), and settings as for Transformer.hidden_states."""
        out = (self.model.forward if self.model.config.head else self.model.hidden_states)(ids, **settings)
        return out[0].float().cpu().numpy()

    def layers(self, compare: Callable[[LayerTrace, int], Measure]) -> Measure:
        return worst(compare(layer, i) for i, layer in enumerate(self.trace.layers))

    @cached_property
    def reference_model(self):
        from model.checks import reference  # only here: transformers takes seconds to import

        return reference.model(self.name)

    @cached_property
    def reference_pass(self) -> dict:
        from model.checks import reference

        return reference.passes(self.reference_model, self.ids)

    @cached_property
    def reference_tokenizer(self):
        from model.checks import reference

        return reference.tokenizer(self.name)


@dataclass(frozen=True)
class Check:
    """sort: "parts", a whole against its parts; "ways", the same thing done in two ways; "theirs", against
    transformers. tolerance: the largest difference that is still called equal. fits: which models it can be asked of.
    """

    name: str
    sort: str
    tolerance: float
    measure: Callable[[Subject], Measure]
    applies_to: Callable[[Config], bool]


CHECKS: dict[str, Check] = {}


def check(sort: str, tolerance: float, fits: Callable[[Config], bool] = lambda config: True):
    """Adds a function to the checks, under its own name."""

    def add(find: Callable[[Subject], Measure]):
        CHECKS[find.__name__] = Check(find.__name__, sort, tolerance, find, fits)
        return find

    return add


def is_decoder(config: Config) -> bool:
    return config.head and config.causal


def has_router(config: Config) -> bool:
    return config.experts is not None


def is_rotary(config: Config) -> bool:
    return config.position == "rotary"
