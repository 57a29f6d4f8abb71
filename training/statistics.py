"""What the experts are for, measured on held-out Brown text, whose words have part-of-speech tags written by people.

    python -m training.statistics

reads checkpoints/experts and writes checkpoints/experts/statistics.json: numbers and single words, no text. An
expert's choice is, at each layer, the expert with the largest weight for a token; the token's word class is that of the
word it ends in.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from model import transformer, zoo
from model.analysis.information import (
    contingency_table,
    entropy,
    lift,
    majority_accuracy,
    mutual_information,
    shuffled_mutual_information,
)
from training import corpus
from training.recipes import EXPERTS
from training.word_classes import CLASSES, class_of

FILE = zoo.CHECKPOINTS / zoo.EXPERTS / "statistics.json"
GENRES = "abcdefghjklmnpr"  # the letters of Brown's categories
TYPICAL = 12  # tokens named for each expert
PART = "ca05"  # a sample whose counts stand by themselves, for a test to count again


@dataclass(frozen=True)
class Choices:
    """Of N tokens: the expert chosen in each layer, (N, L), and what is known of each token, (N,)."""

    experts: np.ndarray
    tokens: np.ndarray
    classes: np.ndarray
    genres: np.ndarray
    samples: np.ndarray  # which sample of the corpus each token comes from
    visits: np.ndarray  # (L, E), how many tokens each expert is chosen for, first or not

    @classmethod
    def of(cls, bundle: zoo.Bundle, samples: Iterable[corpus.Sample]) -> "Choices":
        """Each sample is read in pieces as long as the rows of the training."""
        config, parts = bundle.model.config, []
        visits = np.zeros((config.layers, config.experts), int)
        for number, sample in enumerate(samples):
            encoding = bundle.tokenizer.backend.encode(sample.text)
            ends = np.array([end for _, end in encoding.offsets])
            words = np.searchsorted([end for _, end, _ in sample.spans], ends)  # the word that a token ends in
            classes = np.array([class_of(tag) for *_, tag in sample.spans])[words]
            experts = []
            for start in range(0, len(ends), EXPERTS.context):
                ids = encoding.ids[start : start + EXPERTS.context]
                trace = transformer.run(bundle.model, ids, [""] * len(ids), keep={"expert_index"})
                experts.append(np.stack([layer.expert_index[:, 0] for layer in trace.layers], axis=1))
                visits += [np.bincount(layer.expert_index.ravel(), minlength=config.experts) for layer in trace.layers]
            genre = GENRES.index(sample.genre)
            same = np.full(len(ends), genre), np.full(len(ends), number)
            parts.append((np.concatenate(experts), np.array(encoding.ids), classes, *same))
        return cls(*map(np.concatenate, zip(*parts, strict=True)), visits)


def measure(choices: Choices, bundle: zoo.Bundle) -> dict:
    """Everything that the lesson shows: a list over the layers, and what the whole path tells."""
    E, V = bundle.model.config.experts, len(bundle.tokenizer)
    kinds = {"class": (choices.classes, len(CLASSES)), "token": (choices.tokens, V), "genre": (choices.genres, 15)}
    layers = []
    for expert, visits in zip(choices.experts.T, choices.visits, strict=True):
        tables = {name: contingency_table(labels, expert, (n, E)) for name, (labels, n) in kinds.items()}
        layers.append(
            {
                "visits": visits.tolist(),
                "load": np.bincount(expert, minlength=E).tolist(),
                "entropy": entropy(np.bincount(expert, minlength=E)),
                "information": {name: mutual_information(table) for name, table in tables.items()},
                "shuffled": {
                    n: shuffled_mutual_information(labels, expert, (size, E), seed=0)
                    for n, (labels, size) in kinds.items()
                },
                "classes": tables["class"].tolist(),
                "genres": tables["genre"].tolist(),
                "typical": [typical_tokens(tables["token"], e, bundle) for e in range(E)],
            }
        )
    return {
        "tokens": len(choices.tokens),
        "classes": list(CLASSES),
        "genres": list(GENRES),
        "layers": layers,
    } | guesses_by_path(choices, E)


def typical_tokens(table: np.ndarray, expert: int, bundle: zoo.Bundle) -> list[dict]:
    """The tokens that an expert takes most, measured against how often they occur: those that add most to the mutual
    information of token and expert, each by its count times the logarithm of its lift."""
    often = np.nan_to_num(lift(table)[:, expert])
    order = np.argsort(-table[:, expert] * np.log2(np.maximum(often, 1)), kind="stable")
    names = bundle.tokenizer.strings(order[:TYPICAL].tolist())
    return [
        {"token": name, "taken": int(table[id, expert]), "of": int(table[id].sum())}
        for id, name in zip(order[:TYPICAL], names, strict=True)
    ]


def guesses_by_path(choices: Choices, experts: int) -> dict:
    """How often the word class is guessed right from the experts of the first layers alone, learned on every second
    sample and tried on the others; and from nothing, and from the token itself."""
    half = choices.samples % 2 == 0

    def tried(clues: np.ndarray) -> float:
        clues = np.unique(clues, return_inverse=True)[1]
        return majority_accuracy((clues[half], choices.classes[half]), (clues[~half], choices.classes[~half]))

    path, rates = np.zeros(len(choices.tokens), int), []
    for expert in choices.experts.T:
        path = path * experts + expert
        rates.append(tried(path))
    return {"guessed": {"layers": rates, "nothing": tried(np.zeros_like(path)), "token": tried(choices.tokens)}}


def held_out() -> list[corpus.Sample]:
    return [sample for sample in corpus.brown() if sample.held_out]


def class_counts(choices: Choices, experts: int) -> list:
    """Word class against expert, for every layer, as counts."""
    return [
        contingency_table(choices.classes, expert, (len(CLASSES), experts)).tolist() for expert in choices.experts.T
    ]


def main() -> None:
    corpus.fetch_brown()
    bundle = zoo.load("experts")
    statistics = measure(Choices.of(bundle, held_out()), bundle)
    part = [sample for sample in held_out() if sample.name == PART]
    statistics["part"] = {
        "sample": PART,
        "classes": class_counts(Choices.of(bundle, part), bundle.model.config.experts),
    }
    FILE.write_text(json.dumps(statistics, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
