"""Models that readers trained in lesson 16: the last few of the whole server, by names that nobody can guess.

A name stands for one model for ever, so what is cached under it is never another model's.
"""

import secrets
import threading
from collections import OrderedDict
from dataclasses import replace
from typing import TypeGuard

from model.zoo import Bundle, ModelUnavailable

PREFIX = "trained-"
MAX_MODELS = 40  # a few megabytes each; the one not used for the longest time goes first

_kept: OrderedDict[str, tuple[Bundle, str]] = OrderedDict()
_lock = threading.Lock()


def keep(bundle: Bundle, example: str) -> str:
    """Keeps a model; returns its name. example: a prompt of the task it was trained for."""
    name = PREFIX + secrets.token_urlsafe(9)
    bundle = replace(bundle, card=replace(bundle.card, name=name))
    with _lock:
        _kept[name] = bundle, example
        while len(_kept) > MAX_MODELS:
            _kept.popitem(last=False)
    return name


def is_name(name: str | None) -> TypeGuard[str]:
    """Whether a name is of this kind; the model may have gone."""
    return bool(name) and name.startswith(PREFIX)


def exists(name: str) -> bool:
    """Whether the model is still there."""
    return name in _kept


def find(name: str) -> Bundle:
    """Raises ModelUnavailable where the model has gone."""
    return _find(name)[0]


def example(name: str) -> str:
    """A prompt of its task. Raises ModelUnavailable."""
    return _find(name)[1]


def _find(name: str) -> tuple[Bundle, str]:
    with _lock:
        if name not in _kept:
            raise ModelUnavailable(name, "a model trained in lesson 16", "gone")
        _kept.move_to_end(name)
        return _kept[name]
