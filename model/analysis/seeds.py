"""What repeated trainings tell: models compared seed by seed, and how far the seed alone moves a result."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from model.weights.trials import Trial

# By so many must a mean difference lie from 0, before it counts as one. Of thirteen comparisons one or more would do so
# by chance in less than one case of twenty, once there are ten degrees of freedom (Student's t, Bonferroni's bound).
STANDARD_ERRORS = 4
FREEDOM = 3  # degrees of freedom that a standard deviation has at least, to be taken for an estimate


@dataclass(frozen=True)
class Difference:
    """Of two models that were trained with the same seeds. one, other (n,): what they need, in bits per byte, seed by
    seed; noise: the standard deviation of their difference from seed to seed."""

    one: np.ndarray
    other: np.ndarray
    noise: float

    @property
    def values(self) -> np.ndarray:
        """The difference for each seed, (n,)."""
        return self.one - self.other

    @property
    def mean(self) -> float:
        return float(self.values.mean())

    @property
    def margin(self) -> float:
        """How far from 0 the mean of as many seeds may lie by chance: STANDARD_ERRORS of its standard errors, and
        twice as far for a single seed, which nothing confirms."""
        seeds = len(self.values)
        return STANDARD_ERRORS * self.noise / seeds**0.5 * (2 if seeds == 1 else 1)

    @property
    def sign(self) -> int:
        """-1 where the one needs fewer bits, 1 where it needs more, 0 where the seeds cannot tell them apart: the
        mean is within the margin, or they do not agree."""
        signs = set(np.sign(self.values).astype(int).tolist())
        return signs.pop() if abs(self.mean) > self.margin and len(signs) == 1 else 0


class Comparison:
    """Trials of a base and of models that differ from it.

    One seed draws the first weights and the order of the texts, which is the same for all models: what an order makes
    easier it makes easier for all, so models are compared seed by seed (paired differences).
    """

    def __init__(self, trials: Iterable[Trial], base: str):
        self.base = base
        self._found: dict[tuple[str, int], dict[int, float]] = {}
        for trial in trials:
            self._found.setdefault((trial.model, trial.rate), {})[trial.seed] = trial.bits_per_byte

    @property
    def models(self) -> list[str]:
        """Those that were trained at the common learning rate."""
        return [model for model, rate in self._found if rate == 1]

    def rates(self, model: str) -> list[int]:
        """The learning rates with which a model was trained, in multiples of the common one."""
        return sorted(rate for name, rate in self._found if name == model)

    def seeds(self, model: str, rate: int = 1) -> dict[int, float]:
        """Bits per byte by seed; none where it was not trained so."""
        return dict(sorted(self._found.get((model, rate), {}).items()))

    def mean(self, model: str, rate: int = 1) -> float:
        """Bits per byte, the mean over the seeds. Raises KeyError where it was not trained so."""
        return float(np.mean(list(self._found[model, rate].values())))

    def difference(self, one: str, other: str, rate: int = 1) -> Difference:
        """Over the seeds that both have, the one trained with `rate` times the common learning rate. Raises KeyError
        where they have no seed in common, and where too few models have two for the noise to be known."""
        pair = self._pair(one, other, rate)
        if not len(pair) or np.isnan(self.noise):
            raise KeyError(f"{one} and {other} cannot be compared")
        return Difference(pair[:, 0], pair[:, 1], self.noise)

    def _pair(self, one: str, other: str, rate: int = 1) -> np.ndarray:
        """(n, 2) bits per byte of both, for the seeds that both have."""
        first, second = self.seeds(one, rate), self.seeds(other)
        return np.array([(first[seed], second[seed]) for seed in first if seed in second]).reshape(-1, 2)

    @cached_property
    def noise(self) -> float:
        """The standard deviation of a difference from the base from one seed to the next, bits per byte, over all
        models: 1.4826 · median(|d - mean d| √(n / (n - 1))), which a single model that learns with one seed and not
        with another hardly moves (median absolute deviation, Hampel 1974). NaN where too few have two seeds."""
        pairs = [self._pair(model, self.base) for model in self.models if model != self.base]
        groups = [pair[:, 0] - pair[:, 1] for pair in pairs if len(pair)]
        groups = [values for values in groups if len(values) > 1]
        if sum(len(values) - 1 for values in groups) < FREEDOM:
            return float("nan")
        apart = [np.abs(values - values.mean()) * (len(values) / (len(values) - 1)) ** 0.5 for values in groups]
        return 1.4826 * float(np.median(np.concatenate(apart)))
