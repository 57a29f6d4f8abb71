"""The same numbers added up in another order: in float32, another sum."""

import math

import numpy as np


def sums_by_order(numbers: np.ndarray) -> dict[str, float]:
    """Float32 sums of (n,) numbers, one after another in several orders; and the sum that is rounded but once."""
    by_size = numbers[np.argsort(np.abs(numbers), kind="stable")]
    orders = {"forward": numbers, "backward": numbers[::-1], "smallest": by_size, "largest": by_size[::-1]}
    return {name: float(sequential_sum(row)) for name, row in orders.items()} | {"exact": math.fsum(numbers.tolist())}


def shuffled_sums(numbers: np.ndarray, times: int) -> np.ndarray:
    """Float32 sums (times,) in orders drawn at random."""
    generator = np.random.default_rng(0)
    return np.array([sequential_sum(generator.permutation(numbers)) for _ in range(times)])


def sequential_sum(numbers: np.ndarray) -> np.float32:
    """The float32 sum, one number after another."""
    return np.cumsum(numbers, dtype=np.float32)[-1]  # np.sum would add by pairs, which rounds less
