"""Lesson 12, measured on held-out text: how evenly the experts are used, and what a token's expert tells about it.

The counts come from checkpoints/experts/statistics.json, which training/statistics.py wrote.
"""

import json
from dataclasses import dataclass

import numpy as np
import streamlit as st

from model import zoo
from model.analysis.information import entropy, lift
from ui import components
from ui.frame.page import Page
from ui.kit import cache, figures, language, tables
from ui.kit.numbers import number, percent
from ui.lessons.experts import routing
from viz import experts as charts

KINDS = ("token", "class", "genre")
LITTLE = 0.1  # of what the expert tells about the word class: less is little
NEAR = 3  # times what shuffled labels give: less cannot be told from chance


@dataclass(frozen=True)
class Statistics:
    """L layers, E experts, C word classes; a table (L, C, E) counts tokens."""

    tokens: int
    classes: list[str]
    loads: np.ndarray  # (L, E) tokens whose first choice an expert was
    entropies: list[float]  # bits, of the choice
    information: dict[str, list[float]]  # by kind, bits in each layer
    shuffled: dict[str, list[float]]
    tables: np.ndarray  # (L, C, E)
    genres: np.ndarray  # (L, 15, E)
    typical: list[list[list[dict]]]  # of each layer and expert
    guessed: dict

    @property
    def shares(self) -> np.ndarray:
        return self.loads / self.loads.sum(1, keepdims=True)


def read(page: Page) -> Statistics | None:
    """None, and one sentence, where the file is missing or damaged."""

    def compute() -> Statistics:
        found = json.loads((zoo.find(page.model).parent / "statistics.json").read_text(encoding="utf-8"))
        layers = found["layers"]
        of = lambda name: {kind: [layer[name][kind] for layer in layers] for kind in KINDS}  # noqa: E731
        return Statistics(
            found["tokens"],
            found["classes"],
            np.array([layer["load"] for layer in layers]),
            [layer["entropy"] for layer in layers],
            of("information"),
            of("shuffled"),
            np.array([layer["classes"] for layer in layers]),
            np.array([layer["genres"] for layer in layers]),
            [layer["typical"] for layer in layers],
            found["guessed"],
        )

    try:
        return cache.result(cache.Key("experts-statistics", page.model), compute)
    except (OSError, ValueError, KeyError, TypeError):
        st.html(f'<div class="notice" role="alert">{page.words("no-statistics")}</div>')
        return None


# ---- what the experts are for


def means(found: Statistics) -> dict[str, float]:
    """Bits above the shuffled labels, averaged over the layers, for each kind."""
    return {kind: float(np.mean(found.information[kind]) - np.mean(found.shuffled[kind])) for kind in KINDS}


def verdict(found: Statistics) -> tuple[str, str]:
    """The two sections that say what was measured: what the expert tells most about, and what it tells about genre."""
    told = means(found)
    most = max(KINDS, key=told.get)
    if np.mean(found.information["genre"]) < NEAR * np.mean(found.shuffled["genre"]):
        genre = "none"
    elif told["genre"] < LITTLE * told["class"]:
        genre = "little"
    else:
        genre = "much"
    return f"told-{most}", f"genre-{genre}"


def said(found: Statistics, page: Page) -> dict[str, str]:
    lang, told = page.lang, means(found)
    shuffled = {f"{kind}_shuffled": number(float(np.mean(found.shuffled[kind])), lang) for kind in KINDS}
    classes, genres = (entropy(table[0].sum(1)) for table in (found.tables, found.genres))
    best = int(np.argmax(found.information["class"]))
    return (
        {kind: number(float(np.mean(found.information[kind])), lang) for kind in KINDS}
        | shuffled
        | {
            "tokens": number(found.tokens, lang),
            "times": number(told["class"] / told["genre"], lang) if told["genre"] > 0 else "∞",
            "classes": number(classes, lang),
            "genres": number(genres, lang),
            "class_share": percent(np.mean(found.information["class"]) / classes, lang),
            "genre_share": percent(np.mean(found.information["genre"]) / genres, lang),
            "entropy": number(float(np.mean(found.entropies)), lang),
            "most": number(float(np.log2(found.loads.shape[1])), lang),
            "best": best + 1,
            "best_bits": number(found.information["class"][best], lang),
        }
    )


def purposes(page: Page, found: Statistics) -> None:
    """The bits, what was measured in words, the lift table with typical tokens, and guessing from the path."""
    words, lang, text = page.words, page.lang, page.words.text
    values = said(found, page)
    most, genre = verdict(found)
    told = f'<div class="read">{words.inline(most, **values)}</div>{words(genre, **values)}'
    st.html(f"<h3>{words.inline('told-title')}</h3>{told}")
    names = {kind: text(f"kind-{kind}") for kind in KINDS}
    layers = [text("layer-name", n=n + 1) for n in range(len(found.loads))]
    labels = text("measured"), text("shuffled")
    rows = {name: (found.information[kind], found.shuffled[kind]) for kind, name in names.items()}
    chart = charts.information(rows, layers, labels, text("bits"), lambda x: number(x, lang))
    with st.container(gap="xsmall"):
        figures.show(chart, "information", text("information-alt"))
        st.html(words("information-note", **values))
    columns = {text("layer"): list(range(1, len(layers) + 1)), text("entropy"): found.entropies}
    for name, pair in rows.items():
        columns |= {f"{name}, {label}": list(bits) for label, bits in zip(labels, pair, strict=True)}
    tables.twin(columns, "information")
    with np.errstate(divide="ignore"):
        lifts = np.stack([lift(table) for table in found.tables])
    typical = [
        [_typical(row, share) for row, share in zip(*pair, strict=True)]
        for pair in zip(found.typical, found.shares, strict=True)
    ]
    st.html(f"<h3>{words.inline('takes-title')}</h3>{words('takes', **values)}")
    routing.show(
        "kinds",
        page,
        **components.pack(lift=lifts),
        classes=found.classes,
        typical=typical,
        loads=found.shares.tolist(),
        start=int(np.argmax(found.information["class"])),
    )
    tables.twin(table(found, words), "word-classes")
    guesses(page, found)


def _typical(tokens: list[dict], share: float) -> list[dict]:
    """Those that the expert really takes more often than by chance."""
    return [one for one in tokens if one["taken"] > share * one["of"]]


def table(found: Statistics, words: language.Words) -> dict[str, list]:
    """Counts: a row for each layer and word class."""
    layers, classes, count = found.tables.shape
    columns = {
        words.text("layer"): [n + 1 for n in range(layers) for _ in range(classes)],
        words.text("kind-class"): [words.text(f"class-{name}") for _ in range(layers) for name in found.classes],
    }
    return columns | {words.text("expert", n=e + 1): found.tables[..., e].ravel().tolist() for e in range(count)}


def guesses(page: Page, found: Statistics) -> None:
    words, lang, text = page.words, page.lang, page.words.text
    layers = found.guessed["layers"]
    names = [text("guess-nothing"), text("guess-one")]
    names += [text("guess-layers", n=n) for n in range(2, len(layers) + 1)]
    shares = [found.guessed["nothing"], *layers, found.guessed["token"]]
    names.append(text("guess-token"))
    values = {"nothing": shares[0], "path": layers[-1], "token": shares[-1], "one": layers[0]}
    shown = {name: percent(share, lang) for name, share in values.items()}
    section = "guess-good" if layers[-1] > (shares[0] + shares[-1]) / 2 else "guess-weak"
    st.html(f"<h3>{words.inline('guess-title')}</h3>{words('guess', **shown, layers=len(layers))}")
    figures.show(charts.guesses(names, shares, lambda p: percent(p, lang)), "guesses", text("guess-alt"))
    st.html(words(section, **shown, layers=len(layers)))
    tables.twin({text("guess-clue"): names, text("guess-right"): shares}, "guesses")
