"""The prompt bar: model, prompt, number of tokens, Run. Model and prompt live in the link, so they follow from page to page."""

import unicodedata
from dataclasses import dataclass

import streamlit as st

from ui import html, session

DEFAULT = "The dog chased the squirrel because it"
CHARACTERS = 600  # what a link may carry; more than any lesson's limit of tokens


@dataclass(frozen=True)
class Prompt:
    model: str
    bundle: object
    source: str  # what was typed
    ids: list[int]  # of its first tokens, up to the lesson's limit
    text: str  # what those tokens say


def bar(models: tuple[str, ...], limit: int) -> Prompt:
    """Draws the bar. Stops the page with one clear sentence when there is no usable model or prompt."""
    words = session.words("ui")
    with st.container(key="bar", horizontal=True, gap=None, vertical_alignment="center"):
        model = st.selectbox(words.text("model"), models, key="model", bind="query-params", format_func=_title, label_visibility="collapsed")
        source = st.text_input(
            words.text("prompt"), DEFAULT, key="prompt", bind="query-params", on_change=_shorten, label_visibility="collapsed", autocomplete="off"
        )
        count = st.empty()
        st.button(words.text("run"), key="run", type="primary")
    length, source = max(len(source), st.session_state.get("prompt_length", 0)), source[:CHARACTERS]
    loaded = _bundle(model, words)
    if problem := _problem(source):
        st.html(f'<div class="notice" role="alert">{words(problem)}</div>')
        st.stop()
    ids = loaded.tokenizer.encode(source)
    kept, text = _first(loaded.tokenizer, ids, limit)
    count.html(f'<span class="count">{words.inline("tokens", n=len(kept))}</span>')
    cut = []
    if len(kept) < len(ids):
        rest = loaded.tokenizer.decode(ids[len(kept) :])
        cut.append(words("cut-tokens", kept=len(kept), cut=len(ids) - len(kept), rest=rest[:80] + "…" * (len(rest) > 80)))
    if length > CHARACTERS:
        cut.append(words("cut-characters", kept=CHARACTERS, length=length))
    if cut:
        st.html(f'<div class="notice" role="status">{"".join(cut)}</div>')
    return Prompt(model, loaded, source, kept, text)


def _title(name: str) -> str:
    return name


def _shorten() -> None:
    """Before the prompt is stored: a page of text must not become a link of 100,000 characters."""
    st.session_state.prompt_length = len(st.session_state.prompt)
    st.session_state.prompt = st.session_state.prompt[:CHARACTERS]


def _problem(text: str) -> str | None:
    if not text:
        return "prompt-empty"
    if not text.strip():
        return "prompt-blank"
    if any(unicodedata.category(character) == "Cc" for character in text):
        return "prompt-control"
    return None


def _first(tokenizer, ids: list[int], limit: int) -> tuple[list[int], str]:
    """The first tokens and their text, never ending inside a character."""
    for end in range(min(limit, len(ids)), 0, -1):
        text = tokenizer.decode(ids[:end])
        if end == len(ids) or not text.endswith("\ufffd"):
            return ids[:end], text
    return ids[:limit], tokenizer.decode(ids[:limit])


def _bundle(name: str, words: session.Words):
    from model.zoo import ModelUnavailable

    try:
        return session.bundle(name)
    except ModelUnavailable as problem:
        st.html(
            f'<section class="broken" role="alert"><h2>{words.inline("model-unavailable")}</h2>'
            f"{words('model-file', file=problem.file, expected=problem.expected)}{words('remedy-' + problem.remedy)}</section>"
        )
        st.stop()
