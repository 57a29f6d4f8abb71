"""Lesson 1: its figures, each a view of the component `tokens`."""

import numpy as np
import streamlit as st
from markupsafe import Markup

from model import lens
from ui.frame.page import Page
from ui.kit import cache, listing, markup, url_state
from ui.kit.mounting import mount
from ui.kit.tables import Columns
from ui.lessons.tokens import readings, tables

DEFAULT_WORD = "strawberry"  # whose letters are counted
WRITTEN = 4  # numbers of a vector in the arithmetic
TOKENIZERS = ("smollm2", "minilm", "experts")  # that are compared


def chain(page: Page) -> None:
    """From the text to the rows of the embedding table, for one token to choose."""
    embed = lens.embedding(page.bundle.model, page.ids)
    _chain(page, embed)
    listing.show(type(page.bundle.model).hidden_states, type(page.bundle.model.embed_tokens))


@st.fragment
def _chain(page: Page, embed: np.ndarray) -> None:
    """embed: (T, D)."""
    tokenizer, words = page.bundle.tokenizer, page.words
    pieces = [tokenizer.bytes(id) for id in page.ids]
    at = readings.chosen(st.session_state.get("sentence", {}), url_state.count("token"), pieces)
    data = {**readings.sentence(tokenizer, page.ids, embed), "selected": at}
    columns = readings.table(tokenizer, page.ids, embed, words)
    _mount(page, "sentence", data, columns, reports=("chosen",))
    size = _size(page)
    page.heading("table-title", words("table-text", **size), words("table-size", **size))
    id, model = page.ids[at], page.bundle.model
    key = cache.Key("near", page.bundle.card.name, settings=(id,))
    near = cache.result(key, lambda: lens.neighbours(model, id, readings.NEAR))
    row = readings.row(page.bundle, id, near)
    text = words.text
    columns = {text("column-id"): row["near"], text("column-token"): row["nearTokens"]}
    _mount(page, "table", row, columns | {text("column-cosine"): row["cosines"]})
    page.note(words.inline("near-note"))
    st.html(arithmetic(page, embed[at], id))


def _size(page: Page) -> dict[str, str]:
    """How large the embedding table is, and how large a part of the model."""
    table, number = page.bundle.model.embed_tokens.weight, page.words.number
    return {
        "rows": number(len(table)),
        "width": number(table.shape[1]),
        "numbers": number(table.numel()),
        "share": page.words.percent(table.numel() / page.bundle.card.parameters),
        "all": number(page.bundle.card.parameters),
        "bytes": number(table.element_size()),
        "memory": page.words.bytes(table.numel() * table.element_size()),
    }


def arithmetic(page: Page, embed: np.ndarray, id: int) -> Markup:
    """Looking a row up and multiplying by one-hot, with their numbers. embed (D,): what the model itself made of it."""
    bundle, words = page.bundle, page.words
    rows, width = bundle.model.embed_tokens.weight.shape
    row = bundle.model.embed_tokens.weight[id].detach().float().cpu().numpy()
    product = lens.one_hot_product(bundle.model, id)

    def vector(x: np.ndarray) -> str:
        return words.separator.join([*map(words.number, x[:WRITTEN]), "…"])

    values = {
        "token": markup.chip(bundle.tokenizer.strings([id])[0]),
        "id": id,
        "last": rows - 1,
        "row": vector(row),
        "product": vector(product),
        "difference": words.number(float(max(np.abs(embed - row).max(), np.abs(embed - product).max()))),
        "rows": words.number(rows),
        "width": words.number(width),
    }
    return markup.arithmetic(words.inline(f"sum-{line}", **values) for line in ("row", "one-hot", "shapes", "same"))


def merges(page: Page) -> None:
    """How the words of the prompt are put together, merge by merge."""
    page.heading("merges-title", page.words("merges-text"))
    built = readings.merges(page.bundle.tokenizer, page.text)
    _mount(page, "merges", {"built": built, "longest": readings.LONGEST}, tables.merges(built, page.words))
    listing.show(type(page.bundle.tokenizer).merges)


def compare(page: Page) -> None:
    """The prompt under three tokenizers."""
    page.heading("compare-title", page.words("compare-text"))
    found = readings.compare(page.text, TOKENIZERS, cache.bundle)
    _mount(page, "compare", {"found": found}, tables.compared(found, page.words))


def vocabulary(page: Page) -> None:
    """What the vocabulary consists of, and a token of it to look up."""
    tokenizer, words = page.bundle.tokenizer, page.words
    counts = cache.result(cache.Key("makeup", page.bundle.card.name), lambda: readings.makeup(tokenizer))
    shown = {name: words.number(count) for name, count in counts.items()}
    spaced = words.percent(counts["spaced"] / counts["all"])
    page.heading("look-title", words("look-text", **{**shown, "spaced": spaced}))
    _look_up(page)


@st.fragment
def _look_up(page: Page) -> None:
    tokenizer, words = page.bundle.tokenizer, page.words
    status = Markup('<div role="status">{}</div>')
    asked = _text_input(page, "look", str(max(page.ids, key=lambda id: len(tokenizer.bytes(id)))))
    id, section = readings.look_up(tokenizer, asked)
    if id is None:
        ids = tokenizer.encode(asked)
        values = {"asked": markup.chip(asked.replace(" ", "·")), "last": len(tokenizer) - 1, "n": len(ids)}
        st.html(status.format(words(section, **values, pieces=readings.chips(tokenizer, ids))))
        return
    itself = tokenizer.find(asked)  # a piece with a dot that is no space
    st.html(status.format(words(section, id=id, itself=itself, token=readings.chips(tokenizer, [id]))))
    shelf = readings.shelf(tokenizer, id)
    columns = {words.text("column-id"): shelf["ids"], words.text("column-token"): shelf["tokens"]}
    _mount(page, "vocabulary", shelf, columns, on_look_change=_walk_on)
    page.note(words.inline("around-note"))


def _walk_on() -> None:
    st.session_state.look = str(st.session_state.vocabulary.look)


def spelling(page: Page) -> None:
    """The letters of a word, and the pieces that hide them."""
    page.heading("spell-title", page.words("spell-text"))
    _letters(page)
    st.html(page.words("spell-caveat"))


@st.fragment
def _letters(page: Page) -> None:
    word = _text_input(page, "spell", DEFAULT_WORD).strip() or DEFAULT_WORD
    hidden = readings.letters(page.bundle.tokenizer, word)
    _mount(page, "letters", hidden, tables.letters(hidden, page.words))


def _text_input(page: Page, name: str, default: str) -> str:
    """What is typed into the box that the link calls `name`."""
    most = readings.CHARACTERS
    bound = url_state.bind_text(name, default, name, most)
    return st.text_input(page.words.text(f"{name}-label"), max_chars=most, width=420, **bound)[:most]


def _mount(page: Page, view: str, data: dict, columns: Columns, **options) -> None:
    mount(page, "tokens", view, {"view": view, **data}, columns=columns, **options)
