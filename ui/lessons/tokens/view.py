"""Its figures, each a view of the component `tokens`."""

from collections.abc import Callable

import numpy as np
import streamlit as st
from markupsafe import Markup

from model import lens
from model.analysis.merges import learn
from model.tokens import visible
from ui.frame.page import Page
from ui.kit import cache, listing, markup, url_state
from ui.kit.folded import folded
from ui.kit.mounting import mount
from ui.kit.tables import Columns
from ui.lessons.tokens import readings, tables

DEFAULT_WORD = "strawberry"  # whose letters are counted
WRITTEN = 4  # numbers of a vector in the arithmetic
QUANTISED = "smollm2"  # the model that comes in a file of fewer bits
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
    quantised = words("table-file") if page.bundle.card.name == QUANTISED else Markup()
    page.heading("table-title", words("table-text", **size), words("table-size", **size), quantised)
    id, model = page.ids[at], page.bundle.model
    key = cache.Key("near", page.bundle.card.name, settings=(id,))
    near, median = cache.result(key, lambda: (lens.neighbours(model, id, readings.NEAR), lens.median_cosine(model, id)))
    row = readings.row(page.bundle, id, near, median)
    text = words.text
    columns = {text("column-id"): row["near"], text("column-token"): row["nearTokens"]}
    _mount(page, "table", row, columns | {text("column-cosine"): row["cosines"]})
    page.note(words.inline("near-note", median=words.number(median), token=markup.chip(row["token"])))
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


def split(page: Page) -> None:
    """What is split before any merge, and the tokens that come of it."""
    if page.bundle.tokenizer.kind == "bytes":  # the rule that the words state
        page.heading("split-title", page.words("split-text"))
        _split(page)


@st.fragment
def _split(page: Page) -> None:
    tokenizer, words = page.bundle.tokenizer, page.words
    text = _text_input(page, "split", words.text("split-default"), readings.TEXT)
    pieces, ids = [visible(piece.encode()) for piece in tokenizer.split(text)], tokenizer.encode(text)
    spaces = readings.lone_spaces(tokenizer, ids)
    counts = {"pieces": len(pieces), "tokens": len(ids), "spaces": spaces}
    page.read(words.inline("split-reading" if spaces else "split-reading-none", **counts))
    rows = (("split-pieces", markup.chips(pieces)), ("split-tokens", readings.chips(tokenizer, ids)))
    line = Markup('<p class="eyebrow">{}</p><p>{}</p>')
    st.html(Markup().join(line.format(words.inline(name), chips) for name, chips in rows))


def learning(page: Page) -> None:
    """The first merges that counting finds in a text of the reader's."""
    page.heading("learn-title", page.words("learn-text"))
    _learning(page)
    listing.show(learn)


@st.fragment
def _learning(page: Page) -> None:
    words, number = page.words, page.words.number
    text = _text_input(page, "learn", words.text("learn-default"), readings.TEXT)
    learned = readings.learned(page.bundle.tokenizer, text)
    if not learned:
        page.read(words.inline("learn-none"))
        return
    left, right = (markup.chip(visible(piece)) for piece in (learned[0].left, learned[0].right))
    pieces = [visible(piece) for word in learned[-1].words for piece in word]
    counts = {"bytes": sum(map(len, map(b"".join, learned[-1].words))), "merges": len(learned), "pieces": len(pieces)}
    shown = {name: number(count) for name, count in counts.items()}
    page.read(words.inline("learn-reading", **shown, left=left, right=right, count=learned[0].count))
    heads = [words.inline(f"learn-{name}") for name in ("merge", "pair", "count", "left")]
    left_side, right_side = st.columns(2, gap="large")
    left_side.html(tables.learned(heads, learned))
    with right_side:
        st.html(words("learn-result", pieces=markup.chips(pieces)))
        page.note(words.inline("learn-note"))


def merges(page: Page) -> None:
    """How the words of the prompt are put together, merge by merge."""
    page.heading("merges-title", page.words("merges-text"))
    built = readings.built(page.bundle.tokenizer, page.text)
    _mount(page, "merges", {"built": built, "longest": readings.LONGEST}, tables.merges(built, page.words))
    listing.show(type(page.bundle.tokenizer).merges)


def compare(page: Page) -> None:
    """The prompt under three tokenizers."""
    page.heading("compare-title", page.words("compare-text"))
    found = readings.compare(page.text, TOKENIZERS, cache.bundle)
    _mount(page, "compare", {"found": found}, tables.compared(found, page.words))
    page.note(page.words.inline("wordpiece"))


def vocabulary(page: Page) -> None:
    """What the vocabulary consists of, and a token of it to look up."""
    _appendix(page, "look", lambda: _vocabulary(page))


def _appendix(page: Page, name: str, draw: Callable[[], None]) -> None:
    """A part of the page that is folded, unless the link says what is typed in it."""
    if name in st.query_params:
        st.session_state.setdefault(f"tokens-{name}", True)
    folded(page.words.text(f"{name}-title"), f"tokens-{name}", draw)


def _vocabulary(page: Page) -> None:
    tokenizer, words = page.bundle.tokenizer, page.words
    counts = cache.result(cache.Key("makeup", page.bundle.card.name), lambda: readings.makeup(tokenizer))
    shown = {name: words.number(count) for name, count in counts.items()}
    spaced = words.percent(counts["spaced"] / counts["all"])
    special = readings.chips(tokenizer, sorted(tokenizer.special))
    about = words("special-text", tokens=special) if tokenizer.special else Markup()
    st.html(words("look-text", **{**shown, "spaced": spaced}) + about)
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
    _appendix(page, "spell", lambda: _spelling(page))


def _spelling(page: Page) -> None:
    st.html(page.words("spell-text"))
    _letters(page)
    st.html(page.words("spell-caveat"))


@st.fragment
def _letters(page: Page) -> None:
    word = _text_input(page, "spell", DEFAULT_WORD).strip() or DEFAULT_WORD
    hidden = readings.letters(page.bundle.tokenizer, word)
    _mount(page, "letters", hidden, tables.letters(hidden, page.words))


def _text_input(page: Page, name: str, default: str, most: int = readings.CHARACTERS) -> str:
    """What is typed into the box that the link calls `name`."""
    bound = url_state.bind_text(name, default, name, most)
    width = 420 if most == readings.CHARACTERS else 760
    return st.text_input(page.words.text(f"{name}-label"), max_chars=most, width=width, **bound)[:most]


def _mount(page: Page, view: str, data: dict, columns: Columns, **options) -> None:
    mount(page, "tokens", view, {"view": view, **data}, columns=columns, **options)
