"""What the lesson measured on held-out text: how evenly the experts are used, and what a token's expert tells about it.

The counts come from checkpoints/experts/statistics.json, which training/statistics.py wrote.
"""

import json
from dataclasses import dataclass

import numpy as np

from model import zoo
from model.analysis.information import entropy
from ui.frame.page import Page
from ui.kit import cache
from ui.kit.language import Words

KINDS = ("token", "class", "genre")
LITTLE = 0.1  # of what the expert tells about the word class: less is little
NEAR = 3  # times what shuffled labels give: less cannot be told from chance


@dataclass(frozen=True)
class Statistics:
    """L layers, E experts, C word classes; a table (L, C, E) counts tokens."""

    tokens: int
    classes: list[str]
    visits: np.ndarray  # (L, E) tokens that an expert was chosen for, first or not
    loads: np.ndarray  # (L, E) tokens whose first choice it was
    entropies: list[float]  # bits, of the choice
    information: dict[str, list[float]]  # by kind, bits in each layer
    shuffled: dict[str, list[float]]
    tables: np.ndarray  # (L, C, E)
    genres: np.ndarray  # (L, 15, E)
    typical: list[list[list[dict]]]  # of each layer and expert
    guessed: dict

    @property
    def visited(self) -> np.ndarray:
        """Of a layer's visits, those to an expert, (L, E)."""
        return self.visits / self.visits.sum(1, keepdims=True)

    @property
    def fractions(self) -> np.ndarray:
        """Of the tokens, those whose first choice an expert was, (L, E)."""
        return self.loads / self.loads.sum(1, keepdims=True)

    @property
    def excess(self) -> dict[str, float]:
        """Bits above the shuffled labels, averaged over the layers, for each kind."""
        return {kind: float(np.mean(self.information[kind]) - np.mean(self.shuffled[kind])) for kind in KINDS}

    @property
    def verdict(self) -> tuple[str, str]:
        """The two sections that say what was measured: what the expert tells most about, and what about genre."""
        most = max(KINDS, key=self.excess.get)
        if np.mean(self.information["genre"]) < NEAR * np.mean(self.shuffled["genre"]):
            genre = "none"
        elif self.excess["genre"] < LITTLE * self.excess["class"]:
            genre = "little"
        else:
            genre = "much"
        return f"told-{most}", f"genre-{genre}"

    def values(self, words: Words) -> dict[str, str]:
        """What the sentences about the measurement are filled with."""
        bits = {kind: float(np.mean(self.information[kind])) for kind in KINDS}
        bits |= {f"{kind}_shuffled": float(np.mean(self.shuffled[kind])) for kind in KINDS}
        bits["classes"], bits["genres"] = (entropy(table[0].sum(1)) for table in (self.tables, self.genres))
        bits |= {"entropy": float(np.mean(self.entropies)), "most": float(np.log2(self.loads.shape[1]))}
        best, excess = int(np.argmax(self.information["class"])), self.excess
        return {name: words.number(x) for name, x in bits.items()} | {
            "tokens": words.number(self.tokens),
            "times": words.number(excess["class"] / excess["genre"]) if excess["genre"] > 0 else "∞",
            "class_share": words.percent(bits["class"] / bits["classes"]),
            "genre_share": words.percent(bits["genre"] / bits["genres"]),
            "best": best + 1,
            "best_bits": words.number(self.information["class"][best]),
        }


def read(page: Page) -> Statistics | None:
    """None, and one sentence on the page, where the file is missing or damaged."""

    def compute() -> Statistics:
        measured = json.loads((zoo.find(page.model).parent / "statistics.json").read_text(encoding="utf-8"))
        layers = measured["layers"]
        by_kind = {
            name: {kind: [layer[name][kind] for layer in layers] for kind in KINDS}
            for name in ("information", "shuffled")
        }
        return Statistics(
            measured["tokens"],
            measured["classes"],
            np.array([layer["visits"] for layer in layers]),
            np.array([layer["load"] for layer in layers]),
            [layer["entropy"] for layer in layers],
            by_kind["information"],
            by_kind["shuffled"],
            np.array([layer["classes"] for layer in layers]),
            np.array([layer["genres"] for layer in layers]),
            [layer["typical"] for layer in layers],
            measured["guessed"],
        )

    try:
        return cache.result(cache.Key("experts-statistics", page.model), compute)
    except (OSError, ValueError, KeyError, TypeError):
        page.notice(page.words("no-statistics"), role="alert")
        return None
