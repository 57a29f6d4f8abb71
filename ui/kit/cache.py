"""All that is kept: models, traces and results for all readers, who only read them, and memos of one session.

A key is a frozen dataclass that holds everything what is kept depends on. Streamlit hashes its `repr`, which names the
types: its own hash of a dataclass takes two kinds of edit with the same fields for one another.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from ui.server import user_models

if TYPE_CHECKING:
    from model.edits import Edit
    from model.trace import Trace
    from model.zoo import Bundle

T = TypeVar("T")


def bundle(name: str) -> "Bundle":
    """The model, its tokenizer and its card. Raises model.zoo.ModelUnavailable, which is not kept: also for a path or a
    name of the hub, which no reader may have read."""
    return user_models.find(name) if user_models.is_name(name) else _bundle(name)


@st.cache_resource(show_spinner=False)
def _bundle(name: str) -> "Bundle":
    from model import zoo

    if name not in zoo.ENTRIES:
        raise zoo.ModelUnavailable("", f"one of {', '.join(zoo.ENTRIES)}", "foreign")
    return zoo.load(name)


bundle.clear = _bundle.clear


def variant(original: "Bundle", **changes: object) -> "Bundle":
    """A model's weights, shared and not copied, under a configuration that differs in a few choices (hf.variant)."""
    return _variant(original.card.name, tuple(sorted(changes.items())), original)


@st.cache_resource(max_entries=16, show_spinner=False)
def _variant(name: str, changes: tuple[tuple[str, object], ...], _original: "Bundle") -> "Bundle":
    from model import hf

    card = replace(_original.card, name=f"{name} with {changes}")
    return replace(_original, model=hf.variant(_original.model, **dict(changes)), card=card)


@dataclass(frozen=True)
class Pass:
    """A forward pass: model by the name on its card, token ids, names of the fields to keep, edits."""

    model: str
    ids: tuple[int, ...]
    keep: tuple[str, ...]
    edits: tuple["Edit", ...]


def trace(
    bundle: "Bundle",
    ids: list[int] | tuple[int, ...],
    keep: set[str] | frozenset[str],
    edits: tuple["Edit", ...] = (),
    *,
    kept: bool = True,
) -> "Trace":
    """The Trace of a forward pass, with the fields named in `keep`: the one road from a page to the model.

    kept: False where only what is read from the trace is kept (`result`).
    """
    key = Pass(bundle.card.name, tuple(ids), tuple(sorted(keep)), tuple(edits))
    hash(key)  # an array would be cut short in its repr; it has no hash
    return _kept_trace(key, bundle) if kept else _trace(key, bundle)


def _trace(key: Pass, bundle: "Bundle") -> "Trace":
    from model import transformer

    tokens = bundle.tokenizer.strings(list(key.ids))
    return transformer.run(bundle.model, list(key.ids), tokens, edits=key.edits, keep=set(key.keep))


# 48: of a class of thirty, at most 12 MB each
@st.cache_resource(max_entries=48, show_spinner=False, hash_funcs={Pass: repr})
def _kept_trace(key: Pass, _bundle: "Bundle") -> "Trace":
    return _trace(key, _bundle)


trace.clear = _kept_trace.clear


@dataclass(frozen=True)
class Key:
    """What a result depends on: its name, the model by the name on its card, token ids, and settings."""

    name: str
    model: str = ""
    ids: tuple[int, ...] = ()
    settings: tuple[Hashable, ...] = ()


def result(key: Key, compute: Callable[[], T]) -> T:
    """What `compute()` gives, as plain values: computed once for all readers, each of whom gets a copy."""
    hash(key)
    return _result(key, compute)


# 192: up to five for a page, at most 1 MB each, and one for each sentence of a list, 2 kB
@st.cache_data(max_entries=192, show_spinner=False, hash_funcs={Key: repr})
def _result(key: Key, _compute: Callable[[], T]) -> T:
    return _compute()


@st.cache_resource(show_spinner=False)
def shared(name: str) -> dict:
    """A dict that all readers share, for what is measured once on this server."""
    return {}


def memo(name: str, key: Hashable, make: Callable[[], T]) -> T:
    """What `make()` gives, kept in this session under `name` until the key changes."""
    kept = st.session_state.get(name)
    if kept is None or kept[0] != key:
        kept = st.session_state[name] = key, make()
    return kept[1]
