"""All that is kept: models, traces and results for all readers, who only read them, and memos of one session.

A key is a frozen dataclass that holds everything what is kept depends on. Its `repr` stands for it, which names the
types: 1, 1.0 and True are equal, and so would be their keys.

What is kept is bounded by its bytes (ui/server/limits.py); what was not used for the longest time goes first. Of
readers who ask for the same at once, one computes it and the others wait for it.
"""

import pickle
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from hashlib import sha256
from threading import Condition
from typing import TYPE_CHECKING, TypeVar

import streamlit as st
from cachetools import LRUCache, cached

from ui.server import admission, local_models, user_models
from ui.server.limits import limits

if TYPE_CHECKING:
    from model.edits import Edit
    from model.trace import Trace
    from model.zoo import Bundle

T = TypeVar("T")
ENTRY_BYTES = 512  # of a key and its places in the tables: a flood of small results is made of them
VARIANT_BYTES = 1_000_000  # of the objects of a model with 30 layers, without its weights

_models: dict[str, "Bundle"] = {}
_reading = Condition()
_apart: ContextVar[bool] = ContextVar("apart", default=False)


@contextmanager
def apart() -> Iterator[None]:
    """Nothing that is computed within comes from what is kept for the readers, or goes there: how long an answer takes
    then does not tell what others have typed, and one client cannot push out what the readers use."""
    token = _apart.set(True)
    try:
        yield
    finally:
        _apart.reset(token)


def sizes() -> dict[str, tuple[float, float]]:
    """Of each cache, by its name: the bytes that it holds, and their bound. Models are not bounded: there are as many
    as model.zoo.ENTRIES, those that the host has chosen, and on a machine of one's own one more."""
    with _reading:
        models = sum(map(_weight_bytes, _models.values()))
    return {
        "models": (models, float("inf")),
        **{
            name: (kept.cache.currsize, kept.cache.maxsize)
            for name, kept in {"variants": _variant, "traces": _kept_trace, "results": _pickled}.items()
        },
    }


def bounded(bytes_: int, size: Callable[[T], int]) -> "LRUCache[bytes, T]":
    """A cache of so many bytes. A value that would take more than a quarter of them is not kept: it would push out
    those of many readers."""

    def counted(value: T) -> int:
        taken = size(value) + ENTRY_BYTES
        return taken if taken <= bytes_ // 4 else bytes_ + 1  # more than the whole: cachetools does not keep it

    return LRUCache(bytes_, counted)


def _turn() -> AbstractContextManager:
    """A fragment that needs the model waits for its turn like a page, which has it already. Nobody waits for a turn who
    computes what others, in their turn, may wait for: first the turn, then the cache."""
    # Streamlit may end a run that is of no use any more wherever the run reads its session's state.
    return admission.PAGES.slot(lambda ahead: st.session_state.get("lesson"))


def _found(kept: Callable[..., T], key: object, *rest: object) -> T:
    """What is kept for the key, or else is computed when it is this reader's turn."""
    with kept.cache_condition:
        value = kept.cache.get(_digest(key))
    if value is None:
        with _turn():
            return kept(key, *rest)
    return value


def _digest(key: object, *rest: object) -> bytes:
    """A key of a fixed size, of the first argument alone."""
    return sha256(repr(key).encode()).digest()


def _weight_bytes(bundle: "Bundle") -> int:
    return sum(parameter.nbytes for parameter in bundle.model.parameters())


def bundle(name: str) -> "Bundle":
    """The model, its tokenizer and its card. Raises model.zoo.ModelUnavailable, which is not kept: also for one that no
    reader may have read (ui/server/local_models.py)."""
    return user_models.find(name) if user_models.is_name(name) else _bundle(name)


@cached(_models, key=str, condition=_reading)
def _bundle(name: str) -> "Bundle":
    from model import zoo

    if name in zoo.ENTRIES:
        return zoo.load(name)
    path = local_models.find(name)
    if local_models.chosen() is None:  # there may be any number of them, of any size: one at a time
        _forget_bundles(*(other for other in tuple(_models) if other not in zoo.ENTRIES))
    loaded, stamp = zoo.load(path), local_models.stamp(path)  # what is kept of earlier files is not these files' own
    return replace(loaded, card=replace(loaded.card, name=f"{name} {stamp}"))


def _forget_bundles(*names: str) -> None:
    """Those of these names, or all."""
    with _reading:
        for name in names or tuple(_models):
            _models.pop(name, None)


bundle.clear = _forget_bundles


def variant(original: "Bundle", **changes: object) -> "Bundle":
    """A model's weights, shared and not copied, under a configuration that differs in a few choices (hf.variant)."""
    return _variant((original.card.name, tuple(sorted(changes.items()))), original)


def _variant_bytes(variant: "Bundle") -> int:
    """Its weights are those of the original, which stay as long as it does where they are a reader's."""
    return VARIANT_BYTES + (_weight_bytes(variant) if user_models.is_name(variant.card.name) else 0)


@cached(bounded(limits().variant_bytes, _variant_bytes), key=_digest, condition=Condition())
def _variant(key: tuple[str, tuple[tuple[str, object], ...]], original: "Bundle") -> "Bundle":
    from model import hf

    name, changes = key
    card = replace(original.card, name=f"{name} with {changes}")
    return replace(original, model=hf.variant(original.model, **dict(changes)), card=card)


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
    if _apart.get():
        return _trace(key, bundle)
    if kept:
        return _found(_kept_trace, key, bundle)
    with _turn():
        return _trace(key, bundle)


def _trace(key: Pass, bundle: "Bundle") -> "Trace":
    from model import transformer

    tokens = bundle.tokenizer.strings(list(key.ids))
    return transformer.run(bundle.model, list(key.ids), tokens, edits=key.edits, keep=set(key.keep))


@cached(bounded(limits().trace_bytes, lambda trace: trace.bytes()), key=_digest, condition=Condition())
def _kept_trace(key: Pass, bundle: "Bundle") -> "Trace":
    return _trace(key, bundle)


trace.clear = _kept_trace.cache_clear


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
    return compute() if _apart.get() else pickle.loads(_found(_pickled, key, compute))


@cached(bounded(limits().result_bytes, len), key=_digest, condition=Condition())
def _pickled(key: Key, compute: Callable[[], object]) -> bytes:
    return pickle.dumps(compute(), pickle.HIGHEST_PROTOCOL)


result.clear = _pickled.cache_clear


def stream(key: Key, steps: Callable[[], Iterator[T]]) -> Iterator[list[T]]:
    """What `steps()` gives, as a list that grows while it is computed; whole at once where it has been before."""
    if _digest(key) not in _pickled.cache:
        with _turn():
            values: list[T] = []
            for value in steps():
                values.append(value)
                yield values
            yield result(key, lambda: values)
    else:
        yield result(key, lambda: list(steps()))


@cached({}, condition=Condition())
def shared(name: str) -> dict:
    """A dict that all readers share, for what is measured once on this server."""
    return {}


def memo(name: str, key: Hashable, make: Callable[[], T]) -> T:
    """What `make()` gives, kept in this session under `name` until the key changes."""
    kept = st.session_state.get(name)
    if kept is None or kept[0] != key:
        kept = st.session_state[name] = key, make()
    return kept[1]
