"""What a link may say. A lesson names its parameters and what they may be (LINK, beside the code that reads them); what
a link says besides is left out, and the page says so once. Every reader of a value still refuses what does not fit."""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any
from urllib.parse import quote_plus

import streamlit as st
from markupsafe import Markup

import content
from model import zoo
from ui.kit import language, markup
from ui.server import user_models

VERSION = 1
PARTS = ("prompt", "model", "quiz", "code", "table", "take", "menu", "language", "theme", "share")  # for ?hide=
NAMED, SIGNS = 4, 40  # of what was left out: how much is named, and how much of it
LONGEST = 2_000  # characters of a typed text, as they stand in the link

Kind = Callable[[str, Any], bool]  # does this value fit, on this page (ui.frame.lesson.Page)?


# ---- what values may be


def integer_between(last: int | Callable[[Any], int], first: int = 1) -> Kind:
    def fits(value: str, page: Any) -> bool:
        found = number(value)
        return found is not None and first <= found <= (last(page) if callable(last) else last)

    return fits


def between(first: float, last: float) -> Kind:
    """Any number, as it is written in code."""
    plain = re.compile(r"\d{1,9}(\.\d{1,9})?")
    return lambda value, page: plain.fullmatch(value) is not None and first <= float(value) <= last


def one_of(*values: object) -> Kind:
    names = set(map(str, values))
    return lambda value, page: value in names


def subset_of(*values: object) -> Kind:
    """Several with commas between them."""
    names = set(map(str, values))
    return lambda value, page: set(value.split(",")) <= names


def matching(pattern: str) -> Kind:
    known = re.compile(pattern, re.ASCII)
    return lambda value, page: known.fullmatch(value) is not None


def text(longest: int = LONGEST) -> Kind:
    return lambda value, page: len(value) <= longest


LAYER = integer_between(lambda page: page.bundle.model.config.layers)
HEAD = integer_between(lambda page: page.bundle.model.config.heads)
TOKEN = integer_between(lambda page: len(page.ids))
ON = one_of("true", "false")

FRAME: Mapping[str, Kind] = {  # of every page; a prompt that is too long is cut, which the prompt bar says
    "v": lambda value, page: number(value) is not None,
    "lang": one_of(*content.LANGUAGES),
    "theme": one_of("light", "dark"),
    "model": lambda value, page: value in zoo.ENTRIES or user_models.is_name(value),
    "prompt": lambda value, page: True,
    "present": one_of("1"),
    "hide": subset_of(*PARTS),
}


# ---- reading it


def number(value: str) -> int | None:
    """A whole number, as it is written in a link."""
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else None


def count(name: str, first: int = 1) -> int | None:
    """The number that the link gives, counted from 0 where it counts from `first`; what there is may be less."""
    found = number(st.query_params.get(name, ""))
    return None if found is None or found < first else found - first


def invalid_params(known: Mapping[str, Kind], page: Any) -> list[tuple[str, str]]:
    """What the link says that nobody knows or that does not fit: names and values."""
    known = {**FRAME, **known}
    said = [(name, value) for name in st.query_params for value in st.query_params.get_all(name)]
    return [(name, value) for name, value in said if name not in known or not known[name](value, page)]


def warn_invalid_params(slug: str, known: Mapping[str, Kind], page: Any) -> None:
    """Says what of the link was left out: when the reader arrives, and until what else the link says changes."""
    said = {name: st.query_params.get_all(name) for name in st.query_params}
    if st.session_state.get("link", ("",))[0] != slug:
        newer = (number(st.query_params.get("v", "")) or 0) > VERSION
        st.session_state.link = slug, said, invalid_params(known, page), newer
    _, opened, left, newer = st.session_state.link
    names = {name for name, _ in left}
    if not (left or newer) or {**opened, **said} != opened or any(name not in said for name in opened.keys() - names):
        return
    words = language.words("ui")
    sentences = words("link-newer") if newer else Markup()
    if left:
        section = "link-unfit" if len(left) <= NAMED else "link-unfit-more"
        sentences += words(section, said=_named(left[:NAMED]), more=len(left) - NAMED)
    st.html(markup.notice(sentences))


def mark_client_side_change() -> None:
    """The reader has chosen something in a component, which writes the link where the server does not see it."""
    if "link" in st.session_state:
        slug, said, *_ = st.session_state.link
        st.session_state.link = slug, said, [], False


def _named(left: Iterable[tuple[str, str]]) -> Markup:
    def cut(said: str) -> str:
        return said if len(said) <= SIGNS else said[:SIGNS] + "…"

    code = Markup("<code>{}</code>").format
    return Markup(", ").join(code(markup.user_text(cut(f"{name}={value}"))) for name, value in left)


# ---- widgets in it


def bind(key: str, options: Iterable[Hashable], usual: Hashable, name: Callable[[Hashable], str] = str) -> dict:
    """For a widget of choices: what the link says, else the usual one; what is chosen goes into the link. It stands
    there under a name that is the same in every language: Streamlit's own binding would write its label."""
    options = tuple(options)
    if st.session_state.get(key) not in options:
        asked = st.query_params.get(key)
        st.session_state[key] = next((option for option in options if name(option) == asked), usual)
    return {"key": key, "on_change": _write_param, "args": (key, key, usual, name)}


def bind_text(key: str, usual: str, name: str, most: int = LONGEST) -> dict:
    """The same for a text of `most` characters, which the link calls `name`. One that is too long for a link stays out
    of it, and the page says so."""
    if key not in st.session_state:
        st.session_state[key] = st.query_params.get(name, usual)[:most]
    _write_param(key, name, usual)  # the state may be from before a look at another page
    if _long(st.session_state[key]):
        st.html(markup.note(language.words("ui").inline("link-too-long"), live=True))
    return {"key": key, "on_change": _write_param, "args": (key, name, usual)}


def _write_param(key: str, name: str, usual: Hashable, written: Callable[[Hashable], str] = str) -> None:
    value = st.session_state[key]
    if value == usual or _long(written(value)):
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != written(value):
        st.query_params[name] = written(value)


def _long(text: str) -> bool:
    return len(quote_plus(text, errors="replace")) > LONGEST
