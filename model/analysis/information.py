"""What one kind of label tells about another: mutual information and lift, from a table of counts. NumPy only."""

import numpy as np

SHUFFLES = 5


def contingency_table(a: np.ndarray, b: np.ndarray, sizes: tuple[int, int]) -> np.ndarray:
    """How often each pair of labels occurs together: labels (N,) and (N,), ints from 0 -> (A, B)."""
    return np.bincount(a * sizes[1] + b, minlength=sizes[0] * sizes[1]).reshape(sizes)


def entropy(counts: np.ndarray) -> float:
    """How undecided a label is, in bits (Shannon 1948), from its counts, or from probabilities that sum to 1."""
    fractions = counts[counts > 0] / counts.sum()
    return float(-(fractions * np.log2(fractions)).sum())


def mutual_information(counts: np.ndarray) -> float:
    """How many bits knowing one label tells about the other (Shannon 1948), from a table (A, B). Of counts it comes out
    too high, the more so the more labels there are: what shuffled labels give is the measure of that."""
    return entropy(counts.sum(0)) + entropy(counts.sum(1)) - entropy(counts.ravel())


def lift(counts: np.ndarray) -> np.ndarray:
    """How many times as often as by chance each pair occurs, (A, B). 1 where the labels have nothing to do with one
    another; NaN for a label that never occurs."""
    total = counts.sum()
    with np.errstate(invalid="ignore"):
        return counts * total / (counts.sum(1, keepdims=True) * counts.sum(0, keepdims=True))


def shuffled_mutual_information(a: np.ndarray, b: np.ndarray, sizes: tuple[int, int], seed: int) -> float:
    """The mutual information that is left when the second labels are dealt out anew: the mean of SHUFFLES deals."""
    generator = np.random.default_rng(seed)
    tables = (contingency_table(a, generator.permutation(b), sizes) for _ in range(SHUFFLES))
    return float(np.mean([mutual_information(table) for table in tables]))


def majority_accuracy(seen: tuple[np.ndarray, np.ndarray], new: tuple[np.ndarray, np.ndarray]) -> float:
    """How often a label is guessed right from a clue: the label that went most often with the same clue among those
    seen; for a clue never seen, the most frequent of all. seen, new: (clues, labels), ints from 0."""
    clues, labels = seen
    counts = contingency_table(clues, labels, (int(max(clues.max(), new[0].max())) + 1, int(labels.max()) + 1))
    best = np.where(counts.any(1), counts.argmax(1), counts.sum(0).argmax())
    return float((best[new[0]] == new[1]).mean())
