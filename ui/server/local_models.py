"""Models of this machine besides those that come along: which of them may be opened, and what is known of one before it
is read.

On a machine of one's own they are those of the local Hugging Face cache, and any that is typed as
model.weights.sources takes it. Where VETRO_MODELS names some (paths, or names of the cache, parted as in PATH), these
and no others; a server that anybody can reach (VETRO_HOSTED=1) has no others either.
"""

import json
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cachetools import TTLCache, cached

from model.config import Config
from model.errors import ModelUnavailable, SettingError
from model.weights import sources
from ui.server import user_models

VARIABLE = "VETRO_MODELS"
MOST_CHARACTERS = 400  # of a path in a link
SECONDS = 20  # for which a look into the cache counts: a page asks several times


@dataclass(frozen=True)
class About:
    """What the files say. title: organisation/name, or the name of folder or file; bytes: of its weights; problem: why
    it cannot be read, as far as that is known from its settings, else config is what they are."""

    title: str
    family: str = ""
    licence: str = ""
    bytes: int = 0
    config: Config | None = None
    problem: ModelUnavailable | None = None


def chosen() -> dict[str, str] | None:
    """What the host allows, as sources.locate takes it, by the short name that a link has for it; None on a machine of
    one's own."""
    if (said := os.environ.get(VARIABLE)) is not None:
        return {_short(name): name for name in said.split(os.pathsep) if name}
    return {} if os.environ.get("VETRO_HOSTED") == "1" else None


def _short(name: str) -> str:
    try:
        return sources.title(sources.locate(name))
    except ModelUnavailable:
        return Path(name).name


def names() -> list[str]:
    """Those that can be listed."""
    allowed = chosen()
    return list(allowed) if allowed is not None else _cached_names()


@cached(TTLCache(1, SECONDS))
def _cached_names() -> list[str]:
    return [found.name for found in sources.cached()]


names.clear = _cached_names.cache_clear


def may_open(name: str | None) -> bool:
    """Whether a link may ask for it: what is none of ours, and what the host has not left out."""
    from model import zoo

    if not name or name in zoo.ENTRIES or user_models.is_name(name) or len(name) > MOST_CHARACTERS:
        return False
    allowed = chosen()
    return allowed is None or name in allowed


def find(name: str) -> Path:
    """Its folder or its GGUF file. Raises ModelUnavailable as sources.locate; and for a name that may not be opened."""
    if not may_open(name):
        raise ModelUnavailable(name[:MOST_CHARACTERS], "a model that may be opened here", "missing")
    return sources.locate((chosen() or {}).get(name, name))


def about(name: str) -> About:
    """What is known of it before it is read."""
    try:
        path = find(name)
        return _about(path, stamp(path))
    except (ModelUnavailable, OSError) as error:
        return About(Path(name).name, problem=_problem(name, error))


def stamp(path: Path) -> tuple[tuple[str, int, int], ...]:
    """Name, time in nanoseconds and bytes of each file of a model that was found: what is kept of it holds as long."""
    files = [path] if path.is_file() else [path / sources.CONFIG, *sorted(path.glob("*.safetensors"))]
    return tuple((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files if file.is_file())


@lru_cache(maxsize=256)
def _about(path: Path, stamp: tuple[tuple[str, int, int], ...]) -> About:
    title, size = sources.title(path), sum(size for _, _, size in stamp)
    licence, family = sources.licence(path) or "", ""
    try:
        family, config = (_of_file if path.is_file() else _of_folder)(path)
    except Exception as error:  # files of strangers fail in many ways
        return About(title, family, licence, size, problem=_problem(path.name, error))
    return About(title, family, licence, size, config)


def _of_folder(path: Path) -> tuple[str, Config]:
    from model import hf

    held = json.loads((path / sources.CONFIG).read_text(encoding="utf-8"))
    return str(held["model_type"]), hf.config_from(held)


def _of_file(path: Path) -> tuple[str, Config]:
    from model import hf
    from model.weights import gguf_file

    settings = gguf_file.settings(gguf_file.open_file(path))
    return str(settings["model_type"]), hf.config_from(settings)


def _problem(name: str, error: Exception) -> ModelUnavailable:
    if isinstance(error, ModelUnavailable):
        return error
    setting = {"setting": error.field, "value": error.value} if isinstance(error, SettingError) else {}
    return ModelUnavailable(name, "a model that is known here", "foreign", str(error), **setting)
