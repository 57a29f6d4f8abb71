"""Whose documents are packed: those of the Brown corpus, or the prompt and the reader's own lines."""

from dataclasses import dataclass

import streamlit as st
from markupsafe import Markup

from ui.frame.page import Page
from ui.kit import cache, url_state
from ui.lessons.packing.batch import CONTEXTS, COUNTS, MAX_DOCUMENTS, METHODS, WINDOW, Batch, brown

MAX_CHARACTERS = 2_000_000  # of the reader's lines
LINES = "\n".join(
    ("Water boils at one hundred degrees.", "Anna plays the violin.", "The dog chased the squirrel up a tree.")
)


def short(tokens: int) -> str:
    """A length as it stands on the dial and in the link, where it must mean the same in every language."""
    return f"{tokens >> 10}k" if tokens >= 1024 else str(tokens)


LINK = {
    "method": url_state.one_of(*METHODS),
    "context": url_state.one_of(*map(short, CONTEXTS)),
    "own": url_state.ON,
    "documents": url_state.one_of(*COUNTS),
    "lines": url_state.text(),
    "row": url_state.integer_between(WINDOW),
    "window": url_state.integer_between(MAX_DOCUMENTS),
}


@dataclass(frozen=True)
class Lines:
    """The lines below the prompt, each a document."""

    full: list[str]  # those that hold something
    empty: int  # how many do not
    beyond: int  # how many are too many


def own_lines() -> Lines:
    lines = st.session_state.get("lines", st.query_params.get("lines", LINES)).split("\n")
    full = [line for line in lines if line.strip()]
    return Lines(full[: MAX_DOCUMENTS - 1], len(lines) - len(full), max(0, len(full) - MAX_DOCUMENTS + 1))


def _token_counts(page: Page, lines: tuple[str, ...]) -> tuple[int, ...]:
    encode = page.bundle.tokenizer.encode
    return cache.memo("packing-lengths", (page.model, lines), lambda: tuple(len(encode(line)) for line in lines))


def controls(page: Page) -> Batch:
    """Whose documents, how many, and the context."""
    words, dial = page.words, {"bind": "query-params", "width": 300}
    with st.container(key="packing-controls", horizontal=True, vertical_alignment="bottom", gap="medium"):
        context = st.select_slider(
            words.text("context"), CONTEXTS, CONTEXTS[4], key="context", format_func=short, **dial
        )
        own = st.toggle(words.text("own"), key="own", bind="query-params")
        count = st.select_slider(words.text("count"), COUNTS, COUNTS[5], key="documents", disabled=own, **dial)
    mine = (len(page.ids), *_token_counts(page, tuple(own_lines().full))) if own else ()
    return Batch(mine or brown()[:count], context, own)


def area(page: Page) -> None:
    """Where the reader writes documents, and what of them is not used as it stands."""
    words, lines = page.words, own_lines()
    size = {"height": 130, "max_chars": MAX_CHARACTERS, "persist_state": "session"}
    st.text_area(words.text("lines"), **url_state.bind_text("lines", LINES, "lines"), **size)
    notices = []
    if lines.empty:
        notices.append(words("empty-lines" if lines.empty > 1 else "empty-line", n=words.number(lines.empty)))
    if lines.beyond:
        notices.append(words("too-many", n=words.number(lines.beyond), most=words.number(MAX_DOCUMENTS)))
    if notices:
        page.notice(Markup().join(notices))
