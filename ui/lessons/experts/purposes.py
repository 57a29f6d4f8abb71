"""What the experts are for, as it was measured on held-out text."""

import numpy as np
import streamlit as st

from model.analysis.information import lift
from ui import components
from ui.frame.page import Page
from ui.kit import figures, markup
from ui.kit.folded import folded
from ui.kit.language import Words
from ui.kit.mounting import mount
from ui.lessons.experts.statistics import KINDS, Statistics
from viz import experts as charts

FOLD = "experts-paths"  # key of the folded part


def show_information(page: Page, statistics: Statistics) -> None:
    """What an expert tells about its tokens, in bits, beside what shuffled labels would."""
    words, text, values = page.words, page.words.text, statistics.values(page.words)
    most, genre = statistics.verdict
    page.heading("told-title", markup.read(words.inline(most, **values)), words(genre, **values), level=3)
    names = {kind: text(f"kind-{kind}") for kind in KINDS}
    layers = [text("layer-name", n=n + 1) for n in range(len(statistics.loads))]
    labels = text("measured"), text("shuffled")
    rows = {name: (statistics.information[kind], statistics.shuffled[kind]) for kind, name in names.items()}
    chart = charts.information(rows, layers, labels, text("bits"), words.number)
    columns = {text("layer"): list(range(1, len(layers) + 1)), text("entropy"): statistics.entropies}
    for name, pair in rows.items():
        columns |= {f"{name}, {label}": list(bits) for label, bits in zip(labels, pair, strict=True)}
    with st.container(gap="xsmall"):
        figures.show(chart, "information", text("information-alt"), columns)
        st.html(words("information-note", **values))


def show_paths(page: Page, statistics: Statistics) -> None:
    """Folded, unless the link says which layer is looked at: what each expert gets, and guesses from the path."""
    if "kinds" in st.query_params:
        st.session_state.setdefault(FOLD, True)
    folded(page.words.text("purpose-fold"), FOLD, lambda: _show_paths(page, statistics))


def _show_paths(page: Page, statistics: Statistics) -> None:
    show_word_classes(page, statistics)
    show_guesses(page, statistics)


def show_word_classes(page: Page, statistics: Statistics) -> None:
    """The lift of each word class and expert, and typical tokens. data: lift (L, C, E), the names of the C classes,
    typical tokens and `loads` (fractions) of each layer and expert, and the layer to start with, from 0."""
    page.heading("takes-title", page.words("takes", **statistics.values(page.words)), level=3)
    with np.errstate(divide="ignore"):
        lifts = np.stack([lift(table) for table in statistics.tables])
    typical = [
        [_typical(tokens, fraction) for tokens, fraction in zip(*layer, strict=True)]
        for layer in zip(statistics.typical, statistics.fractions, strict=True)
    ]
    data = {
        "view": "kinds",
        **components.pack(lift=lifts),
        "classes": statistics.classes,
        "typical": typical,
        "loads": statistics.fractions.tolist(),
        "start": int(np.argmax(statistics.information["class"])),
    }
    mount(page, "experts", "kinds", data, columns=_table(statistics, page.words), file="word-classes")


def _typical(tokens: list[dict], fraction: float) -> list[dict]:
    """Those that the expert takes more often than by chance."""
    return [token for token in tokens if token["taken"] > fraction * token["of"]]


def _table(statistics: Statistics, words: Words) -> dict[str, list]:
    """Counts: a row for each layer and word class."""
    layers, classes, experts = statistics.tables.shape
    columns = {
        words.text("layer"): [n + 1 for n in range(layers) for _ in range(classes)],
        words.text("kind-class"): [words.text(f"class-{name}") for _ in range(layers) for name in statistics.classes],
    }
    counts = statistics.tables
    return columns | {words.text("expert", n=e + 1): counts[..., e].ravel().tolist() for e in range(experts)}


def show_guesses(page: Page, statistics: Statistics) -> None:
    """How often the word class is guessed right from nothing, from the experts of 1, 2, … layers, from the token."""
    words, text = page.words, page.words.text
    layers = statistics.guessed["layers"]
    names = [text("guess-nothing"), text("guess-one")]
    names += [*(text("guess-layers", n=n) for n in range(2, len(layers) + 1)), text("guess-token")]
    right = [statistics.guessed["nothing"], *layers, statistics.guessed["token"]]
    accuracies = {"nothing": right[0], "path": layers[-1], "token": right[-1], "one": layers[0]}
    values = {name: words.percent(p) for name, p in accuracies.items()} | {"layers": len(layers)}
    page.heading("guess-title", words("guess", **values), level=3)
    columns = {text("guess-clue"): names, text("guess-right"): right}
    figures.show(charts.guesses(names, right, words.percent), "guesses", text("guess-alt"), columns)
    st.html(words("guess-good" if layers[-1] > (right[0] + right[-1]) / 2 else "guess-weak", **values))
    page.note(words.inline("purpose-source", tokens=words.number(statistics.tokens)))
