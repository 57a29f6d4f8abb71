"""What is checked: a model and a text. And what a check is, and what it measures.

`CHECKS` is the registry of all checks. To add one, write a function of a Subject that returns a Measure, with one
sentence of docstring that says what is compared, and decorate it with `@check(sort, tolerance, applies_to)` in sums.py,
equivalences.py or against_transformers.py; lesson `is_it_true` and the command line find it by its name, and the
lesson wants a section "check-<name>" in each language.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import ArrayLike

from model import zoo
from model.checks.sabotage import SABOTAGES
from model.config import Config
from model.edits import Edit
from model.trace import LayerTrace, Trace
from model.transformer import Transformer, run

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

MAX_TOKENS = 32  # tokens

# What is still called equal, as a part of the largest number compared. A sum of float32 numbers is rounded at every
# step, by up to 6e-8 of what it has become; two sums of the same numbers differ where these are added in another order.
CLOSE = 1e-5  # one product, or a sum
DEEP = 3e-5  # through up to thirty layers, each of which hands its rounding on to the next
ANGLES = 1e-4  # a float32 angle of 1000 radians is good to 6e-5
FRACTIONS = 1e-6  # absolute, of fractions that add up to 1


@dataclass(frozen=True)
class Measure:
    """difference: the largest there is; as a part of `largest`, the largest number compared, where that is given.
    layer: where it was found, from 0."""

    difference: float
    largest: float | None = None
    layer: int | None = None


def absolute(ours: ArrayLike, theirs: ArrayLike, layer: int | None = None) -> Measure:
    """The largest difference of two arrays, in their own unit. NaN where a number is none."""
    return Measure(float(np.abs(np.asarray(ours, float) - theirs).max()), None, layer)


def relative(ours: ArrayLike, theirs: ArrayLike, layer: int | None = None) -> Measure:
    """The same, as a fraction of the largest number of `theirs`."""
    largest, difference = float(np.abs(theirs).max()), absolute(ours, theirs).difference
    return Measure(difference / largest if difference else 0.0, largest, layer)


def worst(measures: Iterable[Measure]) -> Measure:
    """The one with the largest difference; NaN counts as the largest of all."""
    return max(measures, key=lambda measure: np.inf if np.isnan(measure.difference) else measure.difference)


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
        """The text's tokens, at most MAX_TOKENS."""
        return self.bundle.tokenizer.encode(self.text)[:MAX_TOKENS]

    @cached_property
    def _broken(self) -> tuple[Transformer, tuple[Edit, ...]]:
        return SABOTAGES[self.sabotage](self.bundle.model) if self.sabotage else (self.bundle.model, ())

    @property
    def model(self) -> Transformer:
        """The model that is checked, broken where a sabotage is named."""
        return self._broken[0]

    def run(self, *edits: Edit, keep: set[str] | None = None) -> Trace:
        """A traced pass of the text, with what the sabotage does to every traced pass."""
        return run(self.model, self.ids, list(map(str, self.ids)), edits=(*self._broken[1], *edits), keep=keep)

    @cached_property
    def trace(self) -> Trace:
        """Of the text, with all fields."""
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
        out: Any = (self.model.forward if self.model.config.head else self.model.hidden_states)(ids, **settings)
        return out[0].float().cpu().numpy()

    def layers(self, compare: Callable[[LayerTrace, int], Measure]) -> Measure:
        """The worst measure of all layers; compare(layer, its number from 0)."""
        return worst(compare(layer, i) for i, layer in enumerate(self.trace.layers))

    @cached_property
    def reference_model(self) -> Any:
        """transformers' model of the same files. Raises ModelUnavailable, ImportError."""
        from model.checks import reference  # only here: transformers takes seconds to import

        return reference.model(self.name)

    @cached_property
    def reference_pass(self) -> dict:
        """What `reference.passes` reads off it."""
        from model.checks import reference

        return reference.passes(self.reference_model, self.ids)

    @cached_property
    def reference_tokenizer(self) -> "PreTrainedTokenizerBase":
        """transformers' tokenizer of the same files."""
        from model.checks import reference

        return reference.tokenizer(self.name)


@dataclass(frozen=True)
class Check:
    """sort: "parts", a whole against its parts; "ways", the same thing done in two ways; "theirs", against
    transformers. tolerance: the largest difference that is still called equal. measure: the
    comparison; applies_to: which models it can be asked of.
    """

    name: str
    sort: str
    tolerance: float
    measure: Callable[[Subject], Measure]
    applies_to: Callable[[Config], bool]


CHECKS: dict[str, Check] = {}  # by name, in the order of the table


def check(sort: str, tolerance: float, applies_to: Callable[[Config], bool] = lambda config: True):
    """Adds a function to the checks, under its own name."""

    def add(measure: Callable[[Subject], Measure]) -> Callable[[Subject], Measure]:
        CHECKS[measure.__name__] = Check(measure.__name__, sort, tolerance, measure, applies_to)
        return measure

    return add


def is_decoder(config: Config) -> bool:
    """Whether it predicts next tokens."""
    return config.head and config.causal


def has_router(config: Config) -> bool:
    """Whether its MLPs are experts."""
    return config.experts is not None


def is_rotary(config: Config) -> bool:
    """Whether queries and keys are rotated."""
    return config.position == "rotary"
