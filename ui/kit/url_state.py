"""What a link may say. A lesson names its parameters and what they may be (LINK, beside the code that reads them); what
a link says besides is left out, and the page says so once. What reads a value still refuses one that does not fit."""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, urlencode

import streamlit as st
from markupsafe import Markup
from streamlit.runtime.scriptrunner import get_script_run_ctx

import content
from model import zoo
from ui.kit import language, markup
from ui.server import local_models, user_models

if TYPE_CHECKING:
    from ui.frame.page import Page

VERSION = 1
PARTS = ("prompt", "model", "quiz", "code", "table", "take", "menu", "language", "theme", "share")  # for ?hide=
MAX_NAMED, MAX_SHOWN = 4, 40  # of what was left out: parameters that are named, and characters of each
MAX_LENGTH = 2_000  # characters of a typed text, as they stand in the link
MOVED = re.compile(r"[\w-]{1,40}", re.ASCII)  # what a link may hand on to another lesson

Kind = Callable[[str, "Page"], bool]  # does this value fit, on this page?


# ---- what values may be


def integer_between(last: "int | Callable[[Page], int]", first: int = 1) -> Kind:
    def fits(value: str, page: "Page") -> bool:
        integer = number(value)
        return integer is not None and first <= integer <= (last(page) if callable(last) else last)

    return fits


def between(first: float, last: float) -> Kind:
    """Any number, as it is written in code."""
    plain = re.compile(r"\d{1,9}(\.\d{1,9})?")
    return lambda value, page: plain.fullmatch(value) is not None and first <= float(value) <= last


def one_of(*values: object) -> Kind:
    names = set(map(str, values))
    return lambda value, page: value in names


@dataclass(frozen=True)
class SubsetOf:
    """Several of these names, with commas between them. What else stands there is left out, and only that."""

    names: tuple[str, ...]

    def __call__(self, value: str, page: "Page") -> bool:
        return not self.unknown(value)

    def unknown(self, value: str) -> list[str]:
        return [name for name in value.split(",") if name not in self.names]


def matching(pattern: str) -> Kind:
    known = re.compile(pattern, re.ASCII)
    return lambda value, page: known.fullmatch(value) is not None


def anything(value: str, page: "Page") -> bool:
    """For what its reader judges, and says what it could not use."""
    return True


def text(max_length: int = MAX_LENGTH) -> Kind:
    return lambda value, page: len(value) <= max_length


LAYER = integer_between(lambda page: page.bundle.model.config.layers)
HEAD = integer_between(lambda page: page.bundle.model.config.heads)
TOKEN = integer_between(lambda page: len(page.ids))
ON = one_of("true", "false")

FRAME: Mapping[str, Kind] = {  # of every page; a prompt that is too long is cut, which the prompt bar says
    "v": lambda value, page: number(value) is not None,
    "lang": one_of(*content.LANGUAGES),
    "theme": one_of("light", "dark"),
    "model": lambda value, page: value in zoo.ENTRIES or user_models.is_name(value) or local_models.may_open(value),
    "prompt": anything,
    "present": one_of("1"),
    "hide": SubsetOf(PARTS),
}


# ---- reading it


def number(value: str) -> int | None:
    """A whole number, as it is written in a link."""
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else None


def count(name: str, first: int = 1) -> int | None:
    """The number that the link gives, counted from 0 where it counts from `first`; what there is may be less."""
    integer = number(st.query_params.get(name, ""))
    return None if integer is None or integer < first else integer - first


def invalid_params(known: Mapping[str, Kind], page: "Page") -> list[tuple[str, str]]:
    """What the link says that nobody knows or that does not fit: names and values."""
    known = {**FRAME, **known}
    params = [(name, value) for name in st.query_params for value in st.query_params.get_all(name)]
    invalid = [(name, value) for name, value in params if name not in known or not known[name](value, page)]
    return [(name, part) for name, value in invalid for part in _unknown_parts(known.get(name), value)]


def _unknown_parts(kind: Kind | None, value: str) -> list[str]:
    return kind.unknown(value) if isinstance(kind, SubsetOf) else [value]


def warn_invalid_params(slug: str, known: Mapping[str, Kind], page: "Page") -> None:
    """Says what of the link was left out: when the reader arrives, and until what else the link says changes."""
    params = {name: st.query_params.get_all(name) for name in st.query_params}
    if st.session_state.get("link", ("",))[0] != slug:
        newer = (number(st.query_params.get("v", "")) or 0) > VERSION
        st.session_state.link = slug, params, invalid_params(known, page), newer
    _, opened, invalid, newer = st.session_state.link
    valid = opened.keys() - {name for name, _ in invalid}
    if not (invalid or newer) or {**opened, **params} != opened or valid - params.keys():
        return
    words = language.words("ui")
    sentences = words("link-newer") if newer else Markup()
    if invalid:
        section = "link-unfit" if len(invalid) <= MAX_NAMED else "link-unfit-more"
        sentences += words(section, said=_listed(invalid[:MAX_NAMED]), more=len(invalid) - MAX_NAMED)
    st.html(markup.notice(sentences))


def point_to_moved(moved: Mapping[str, str]) -> None:
    """A link to another lesson where the page's own link says what belongs to that one: parameters, with its slug. The
    prompt and the like follow by themselves (ui/server/head.html); what is no number or name is left behind."""
    said = {name: value for name in moved if MOVED.fullmatch(value := st.query_params.get(name, ""))}
    for slug in dict.fromkeys(moved[name] for name in said):
        params = {name: value for name, value in said.items() if moved[name] == slug}
        title = language.words("path").inline(slug)
        address = Markup('<a href="{}?{}">{}</a>').format(slug, urlencode(params), title)
        st.html(markup.notice(language.words("ui")("link-moved", lesson=address)))


def mark_client_side_change() -> None:
    """The reader has chosen something in a component, which writes the link where the server does not see it."""
    if "link" in st.session_state:
        slug, params, *_ = st.session_state.link
        st.session_state.link = slug, params, [], False


def _listed(params: Iterable[tuple[str, str]]) -> Markup:
    def cut(param: str) -> str:
        return param if len(param) <= MAX_SHOWN else param[:MAX_SHOWN] + "…"

    code = Markup("<code>{}</code>").format
    return Markup(", ").join(code(markup.user_text(cut(f"{name}={value}"))) for name, value in params)


# ---- widgets in it


def by_history() -> bool:
    """Whether the page runs because the browser has another link: after Back or Forward, a link of ours, or a switch of
    language or theme. Then the link says what is chosen."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def bind(key: str, options: Iterable[Hashable], default: Hashable, name: Callable[[Hashable], str] = str) -> dict:
    """For a widget of choices: what the link says, else the default; what is chosen goes into the link. It stands
    there under a name that is the same in every language: Streamlit's own binding would write its label."""
    options = tuple(options)
    if by_history() or st.session_state.get(key) not in options:
        asked = st.query_params.get(key)
        st.session_state[key] = next((option for option in options if name(option) == asked), default)
    return {"key": key, "on_change": _write_param, "args": (key, key, default, name)}


def keep(key: str) -> str:
    """The key of a widget of choices that is in no link. Streamlit's browser part tells choices by their labels: when
    the language was switched it is told anew which one is chosen, else it would send the old label as the choice."""
    if by_history() and key in st.session_state:
        st.session_state[key] = st.session_state[key]
    return key


def write(values: Mapping[str, str | None]) -> None:
    """Several parameters into the link, as one step of the browser's history; None takes one out."""
    params = {name: st.query_params.get_all(name) for name in st.query_params if name not in values}
    st.query_params.from_dict(params | {name: value for name, value in values.items() if value is not None})


def bind_text(key: str, default: str, name: str, max_length: int = MAX_LENGTH) -> dict:
    """The same for a text of `max_length` characters, which the link calls `name`. One that is too long for a link
    stays out of it, and the page says so."""
    linked = st.query_params.get(name, default)[:max_length]
    back = by_history() and not st.session_state.get("arrived")  # what was typed outlives a look at another page
    # Where the link says what is there already, a half-typed text is left alone.
    if key not in st.session_state or (back and linked != st.session_state[key] and not _long(st.session_state[key])):
        st.session_state[key] = linked
    _write_param(key, name, default)
    if _long(st.session_state[key]):
        st.html(markup.note(language.words("ui").inline("link-too-long"), live=True))
    return {"key": key, "on_change": _write_param, "args": (key, name, default)}


def _write_param(key: str, name: str, default: Hashable, written: Callable[[Hashable], str] = str) -> None:
    value = st.session_state[key]
    if value == default or _long(written(value)):
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != written(value):
        st.query_params[name] = written(value)


def _long(text: str) -> bool:
    return len(quote_plus(text, errors="replace")) > MAX_LENGTH
