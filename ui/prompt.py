"""The prompt bar: model, prompt, number of tokens, Run.

Model and prompt live in the link (?model=…&prompt=…) and nowhere else, so they follow from page to page. Streamlit's
own binding of widgets to the link ends at the page that holds the widget, therefore `_restore` and `_store`.
"""

import unicodedata
from dataclasses import dataclass

import streamlit as st

from model import zoo
from model.zoo import ModelUnavailable
from ui import html, session
from ui.numbers import number

DEFAULT = "The dog chased the squirrel because it"
CHARACTERS = 600  # what a link may carry; more than any lesson's limit of tokens


@dataclass(frozen=True)
class Prompt:
    model: str
    bundle: object
    source: str  # what was typed
    ids: list[int]  # of its first tokens, up to the lesson's limit
    text: str  # what those tokens say


def bar(models: tuple[str, ...], limit: int, first: str = DEFAULT) -> Prompt:
    """Draws the bar. Stops the page with one clear sentence when there is no usable model or prompt.

    `first` is the prompt where the link has none.
    """
    words = session.words("ui")
    prompt = _restore("prompt", st.query_params.get("prompt", first)[:CHARACTERS])
    asked = st.query_params.get("model")
    _restore("model", asked if asked in models else models[0])
    quiet = {"label_visibility": "collapsed", "on_change": _store}
    with st.container(key="bar", horizontal=True, gap=None):
        model = st.selectbox(
            words.text("model"), models, key="model", format_func=_title, args=("model", models[0]), **quiet
        )
        source = st.text_input(
            words.text("prompt"), prompt, key="prompt", autocomplete="off", args=("prompt", first), **quiet
        )
        count = st.empty()
        # Nothing hangs on the button: to press it is to leave the input, and that stores the prompt.
        st.button(words.text("run"), key="run", type="primary")
    loaded = _bundle(model, words)
    if problem := _problem(source):
        st.html(f'<div class="notice" role="alert">{words(problem)}</div>')
        st.stop()
    ids = loaded.tokenizer.encode(source)
    kept, text = _first(loaded.tokenizer, ids, limit)
    tokens = words.inline("tokens-one" if len(kept) == 1 else "tokens", n=len(kept))
    count.html(f'<span class="count">{tokens}</span>')
    if notice := _cut(words, source, len(kept), len(ids), loaded.tokenizer.decode(ids[len(kept) :])):
        st.html(f'<div class="notice" role="status">{notice}</div>')
    return Prompt(model, loaded, source, kept, text)


def _title(name: str) -> str:
    """A model's name, size and licence, without its size where it cannot be read."""
    words = session.words("ui")
    try:
        card = session.bundle(name).card
    except ModelUnavailable:
        return zoo.ENTRIES[name].card.title
    title = card.title if card.trained else words.text("untrained", title=card.title)
    return f"{title}  {number(card.parameters / 1e6, words.lang)}\u202fM · {card.licence}"


def _restore(key: str, value: str) -> str:
    """What the link says goes into the widget, and a half-typed prompt is left alone while the link says the same."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value
    return value


def _store(key: str, default: str) -> None:
    """Into the link, cut: a pasted book must become neither a link of 100,000 characters nor a page that hangs."""
    value = st.session_state[key]
    if key == "prompt":
        st.session_state.typed = len(value)
    if value == default:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = value[:CHARACTERS]


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


def _cut(words: session.Words, source: str, kept: int, tokens: int, rest: str) -> str:
    """What was left out, as HTML; empty when nothing was."""
    notice = ""
    if kept < tokens:
        shown = html.typed(rest.strip()[:80] + "…" * (len(rest) > 80))
        notice += words("cut-tokens", kept=kept, cut=tokens - kept, rest=shown)
    if len(source) == CHARACTERS < st.session_state.get("typed", 0):
        notice += words("cut-characters", kept=CHARACTERS, typed=number(st.session_state.typed, words.lang))
    return notice


def _bundle(name: str, words: session.Words):
    waiting = st.empty()
    if name not in st.session_state.setdefault("read", set()):  # the first visitor of a server may have to wait
        waiting.html(f'<p class="note" role="status">{words.inline("model-loading")}</p>')
    try:
        loaded = session.bundle(name)
        st.session_state.read.add(name)
        return loaded
    except ModelUnavailable as problem:
        card = zoo.ENTRIES[name].card
        what = words("model-file", file=problem.file, title=card.title, source=card.source)
        head = words.inline("model-unavailable")
        remedy = words(f"remedy-{problem.remedy}")
        st.html(f'<section class="broken" role="alert"><h2>{head}</h2>{what}{remedy}</section>')
        st.stop()
    finally:
        waiting.empty()
