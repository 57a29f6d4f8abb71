"""What readers trained (lesson `train`): models, by names that nobody can guess, and the states of runs that can go on.

They lie in a folder of this server, within bounds for it and for each client (ui/server/limits.py). Where there is no
room for something new, a client's own oldest model goes, then models of clients who have been away for long: nobody's
are taken away by somebody who came later. A name stands for one model for ever, so what is cached under it is never
another model's.
"""

import io
import secrets
import tempfile
import threading
import time
import zipfile
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TypeGuard

import torch
from cachetools import LRUCache
from safetensors.torch import load_file, save_file

from model.config import Config
from model.tokens import Tokenizer
from model.train import initialised
from model.weights import checkpoint
from model.zoo import Bundle, Card, ModelUnavailable, device
from ui.server import clients, limits, scratch

PREFIX = "trained-"
AWAY_S = 1800.0  # without a page that has one of a client's models in its list


@dataclass(frozen=True)
class _Model:
    """What a model's file does not say."""

    config: Config
    tokenizer: Tokenizer
    card: Card
    example: str


@dataclass(frozen=True)
class _File:
    client: str
    path: Path
    bytes: int
    model: _Model | None  # None for the state of a run


files: dict[str, _File] = {}  # the one not used for the longest time first
seen: dict[str, float] = {}  # when each client was last here
loaded: LRUCache[str, Bundle] = LRUCache(limits.limits().user_models_in_memory_bytes, lambda bundle: _bytes(bundle))
_lock = threading.RLock()


def keep(bundle: Bundle, example: str, instead_of: str | None = None) -> str | None:
    """Keeps a model of the client whose page this is, in the place of an earlier one of the same run; returns its name,
    or None where there is no room. example: a prompt of the task it was trained for."""
    name = PREFIX + secrets.token_urlsafe(9)
    about = _Model(bundle.model.config, bundle.tokenizer, replace(bundle.card, name=name), example)
    with _lock:
        _forget(instead_of)
        if not (file := _add(name, _bytes(bundle), about)):
            return None
        weights = {name: x.detach().cpu().contiguous() for name, x in bundle.model.named_parameters()}
        save_file(weights, file.path)
    return name


def state_file(count: int) -> Path | None:
    """A place for the state of a run of this client that takes so many bytes; None where there is no room."""
    with _lock:
        file = _add(secrets.token_hex(8), count, None)
    return file and file.path


def release(paths: list[Path]) -> None:
    """Deletes states."""
    with _lock:
        for path in paths:
            _forget(path.name)


def is_name(name: str | None) -> TypeGuard[str]:
    """Whether a name is of this kind; the model may have gone."""
    return bool(name) and name.startswith(PREFIX)


def exists(name: str) -> bool:
    """Whether the model is still there."""
    with _lock:
        if file := files.get(name):
            seen[file.client] = time.monotonic()
        return file is not None


def find(name: str) -> Bundle:
    """Raises ModelUnavailable where the model has gone."""
    with _lock:
        about = _model(name)
        if name not in loaded:
            model = initialised(about.config, 0)
            model.load_state_dict(load_file(files[name].path), strict=False)  # a tied head is listed once
            loaded[name] = Bundle(model.to(device()).eval().requires_grad_(False), about.tokenizer, about.card)
        return loaded[name]


def at_home(name: str) -> str:
    """What model.zoo.load takes on a reader's own machine: for a model of this kind its folder, unpacked (`zipped`),
    else the name. The folder does not tell the name, with which anybody could open the model here."""
    return f"vetro-{sha256(name.encode()).hexdigest()[:8]}" if is_name(name) else name


def zipped(name: str, readme: str) -> bytes:
    """That folder, as model.zoo.load reads it and, where it has the architecture, transformers: a ZIP file. readme: a
    text that goes with it. Raises ModelUnavailable where the model has gone."""
    bundle, file = find(name), io.BytesIO()
    with tempfile.TemporaryDirectory(dir=scratch.folder()) as place:
        checkpoint.save(bundle.model, bundle.tokenizer, Path(place), torch.float32)
        Path(place, "README.md").write_text(readme, encoding="utf-8")
        with zipfile.ZipFile(file, "w") as archive:
            for path in sorted(Path(place).iterdir()):
                entry = zipfile.ZipInfo(f"{at_home(name)}/{path.name}")  # of no date: one model is one file
                archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return file.getvalue()


def example(name: str) -> str:
    """A prompt of its task. Raises ModelUnavailable."""
    with _lock:
        return _model(name).example


def _model(name: str) -> _Model:
    if not exists(name) or not (about := files[name].model):
        raise ModelUnavailable(name, "a model trained in lesson `train`", "gone")
    files[name] = files.pop(name)
    return about


def _bytes(bundle: Bundle) -> int:
    return sum(weight.nbytes for weight in bundle.model.parameters())


def _add(name: str, count: int, about: _Model | None) -> _File | None:
    """A place in the folder, if room can be made for it."""
    client, now = clients.current(), time.monotonic()
    seen[client] = now
    bounds = limits.limits()
    own_bytes = bounds.user_bytes_of_a_seat if clients.has_seat(client) else bounds.user_bytes_of_an_address
    while True:
        own = {key: file for key, file in files.items() if file.client == client}
        own_models = [key for key, file in own.items() if file.model]
        if count + sum(file.bytes for file in own.values()) > own_bytes:
            droppable = own_models
        elif count + sum(file.bytes for file in files.values()) > bounds.user_bytes:
            droppable = [key for key, file in files.items() if file.model and now - seen[file.client] > AWAY_S]
        else:
            break
        if not droppable:
            return None
        _forget(droppable[0])
    files[name] = _File(client, scratch.folder() / name, count, about)
    return files[name]


def _forget(name: str | None) -> None:
    if name and (file := files.pop(name, None)):
        file.path.unlink(missing_ok=True)
        loaded.pop(name, None)
        if not any(other.client == file.client for other in files.values()):
            seen.pop(file.client, None)
