"""Where the files of a model lie: in a folder, in a GGUF file, or in the local cache of the Hugging Face hub.

Layout of that cache: https://huggingface.co/docs/huggingface_hub/guides/manage-cache
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from model.errors import ModelUnavailable

CONFIG = "config.json"
NAME = re.compile(r"[\w.-]+/[\w.-]+")  # of a model on the hub
CACHED = re.compile(r"models--(?P<organisation>[\w.-]+?)--(?P<name>[\w.-]+)")  # its folder in the cache
PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.msgpack", "*.h5")


@dataclass(frozen=True)
class Found:
    """A model in the cache. family: the model_type of its config.json; bytes: of its weights."""

    name: str
    path: Path
    family: str
    bytes: int


def locate(name: str | Path) -> Path:
    """The folder that holds config.json and weights, or the GGUF file, that is meant by a path (with "~"; the path of a
    config.json, of a folder of the cache, of a folder with one GGUF file), or by the name "organisation/name" of a
    model in the cache.

    Raises ModelUnavailable: code "missing" where there is nothing; "foreign" where there is something else, as weights
    without settings; "pickle" for weights in a format that can run code when it is read; "several" where it is not
    clear which file is meant.
    """
    asked = Path(name).expanduser()
    try:
        if asked.is_file() or asked.is_dir():
            return _file(asked) if asked.is_file() else _folder(asked)
    except (OSError, RuntimeError) as error:  # a loop of links, a name that is too long, no right to look
        raise ModelUnavailable(
            asked.name, "a folder with config.json, or a GGUF file", "foreign", str(error)
        ) from error
    if NAME.fullmatch(str(name)):
        folder = cache_folder() / f"models--{str(name).replace('/', '--')}"
        if folder.is_dir():
            return _folder(folder)
    wanted = "smollm2, minilm, experts, a folder with config.json, a GGUF file, or a model of the local cache"
    raise ModelUnavailable(str(name), wanted, "missing")


def title(path: Path) -> str:
    """What to call what was located: organisation/name for a model of the cache, else the name of folder or file."""
    for part in reversed(path.parts):
        if cached := CACHED.fullmatch(part):
            return f"{cached['organisation']}/{cached['name']}"
    return path.stem if path.suffix == ".gguf" else path.name


def licence(path: Path) -> str | None:
    """What the model card in the folder gives as its licence, in the lines of YAML that it begins with."""
    card = path / "README.md"
    if not card.is_file():
        return None
    head = re.match(r"---\n(.*?)\n---", card.read_text(encoding="utf-8", errors="replace"), re.DOTALL)
    said = re.search(r"^license:\s*[\"']?([\w.+-]+)", head[1], re.MULTILINE) if head else None
    return said[1] if said else None


def cached() -> list[Found]:
    """The models of the local cache whose settings and weights are there, by name."""
    return sorted(_cached(), key=lambda found: found.name.lower())


def _cached() -> Iterator[Found]:
    for folder in cache_folder().glob("models--*"):
        try:
            path = _folder(folder)
            held = json.loads((path / CONFIG).read_text(encoding="utf-8")) if path.is_dir() else {}
            weights = list(path.glob("*.safetensors")) if path.is_dir() else [path]
            if path.is_dir() and not weights:
                continue
            family = held.get("model_type") if isinstance(held, dict) else None
            size = sum(file.stat().st_size for file in weights)
        except (ModelUnavailable, OSError, ValueError):
            continue  # no model, or one that is only half there
        yield Found(title(path), path, family if isinstance(family, str) else "", size)


def cache_folder() -> Path:
    """HF_HUB_CACHE, or what follows from HF_HOME, as the hub's own library reads them."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


def _file(file: Path) -> Path:
    if file.suffix == ".gguf":
        return file
    if file.name == CONFIG:
        return _folder(file.parent)
    if any(file.match(pattern) for pattern in PICKLED):
        raise _pickled(file)
    if (file.parent / CONFIG).is_file() and file.suffix == ".safetensors":
        return _folder(file.parent)
    raise ModelUnavailable(file.name, "a folder with config.json, or a GGUF file", "foreign")


def _folder(folder: Path) -> Path:
    if (folder / "snapshots").is_dir():
        return _snapshot(folder)
    if CACHED.fullmatch(folder.parent.name) and folder.name == "snapshots":
        return _snapshot(folder.parent)
    ggufs = sorted(folder.glob("*.gguf"))
    if not (folder / CONFIG).is_file():
        if len(ggufs) == 1:
            return ggufs[0]
        if ggufs:
            names = ", ".join(file.name for file in ggufs)
            raise ModelUnavailable(folder.name, "one GGUF file, by its path", "several", names)
        if (folder / "adapter_config.json").is_file():
            raise ModelUnavailable("adapter_config.json", "a whole model; this one only changes another", "foreign")
        raise ModelUnavailable(CONFIG, f"the settings of the model, in {folder.name}", "foreign")
    if not any(folder.glob("*.safetensors")):
        for pattern in PICKLED:
            for file in folder.glob(pattern):
                raise _pickled(file)
    return folder


def _pickled(file: Path) -> ModelUnavailable:
    return ModelUnavailable(file.name, "weights in safetensors or GGUF: this format can run code", "pickle")


def _snapshot(folder: Path) -> Path:
    """The snapshot that "main" names, else the newest that has settings or a GGUF file."""
    snapshots = sorted((folder / "snapshots").iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    main = folder / "refs" / "main"
    if main.is_file():
        commit = main.read_text(encoding="utf-8", errors="replace").strip()
        snapshots.sort(key=lambda path: path.name != commit)
    for path in snapshots:
        if (path / CONFIG).is_file() or any(path.glob("*.gguf")):
            return _folder(path)
    raise ModelUnavailable(folder.name, "a model that came whole", "foreign", "no snapshot has a config.json")
