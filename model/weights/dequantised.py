"""The numbers of a GGUF file unpacked into a file beside it: they are mapped into memory, not read.

To unpack them takes two seconds and half a gigabyte, at every start and in every process. Done once, when the app is
installed (`python -m model.weights.dequantised`), they are there at once, and all servers of a machine have
them in common. Where there is no such file, or one of another GGUF file, the GGUF file itself is read.
"""

import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors import SafetensorError, safe_open

from model import tokens
from model.tokens import Tokenizer

if TYPE_CHECKING:
    from model.transformer import Transformer

FORMAT = 1  # of these files: counted on when they change
TURNED = ".T"  # after the name of a matrix that lies in columns: safetensors knows rows only


def write(path: Path, model: "Transformer", tokenizer: Tokenizer) -> None:
    """Beside the GGUF file, what was read from it. Raises OSError where nothing can be written there."""
    from safetensors.torch import save_file

    from model.weights.families.family import OWN

    tensors = {}
    for name, tensor in model.named_parameters():  # a head that shares the embedding's rows is named once
        rows = tensor.is_contiguous()
        tensors[name if rows else name + TURNED] = (tensor if rows else tensor.T).detach().cpu().contiguous()
    config = json.dumps({"model_type": OWN} | asdict(model.config))
    about = {"of": _mark(path), "config": config, "tokenizer": tokenizer.backend.to_str()}
    part = _beside(path).with_suffix(".part")
    save_file(tensors, part, about)
    shutil.copymode(path, part)  # safetensors writes for nobody else
    os.replace(part, _beside(path))


def read(path: Path) -> tuple["Transformer", Tokenizer] | None:
    """What stands beside the GGUF file; None where that is not there, not whole, or of another file."""
    if (about := _about(path)) is None:
        return None
    from safetensors.torch import load_file

    from model import hf

    stored = load_file(_beside(path)).items()
    tensors = {name.removesuffix(TURNED): tensor.T if name.endswith(TURNED) else tensor for name, tensor in stored}
    return hf.build(json.loads(about["config"]), tensors), tokens.from_text(about["tokenizer"])


def _about(path: Path) -> dict[str, str] | None:
    """What the file beside it says of itself, read without torch, which whoever gets None can load meanwhile."""
    try:
        with safe_open(_beside(path), "np") as file:
            about = file.metadata()
    except (FileNotFoundError, SafetensorError):
        return None
    return about if about.get("of") == _mark(path) else None


def _beside(path: Path) -> Path:
    return path.with_suffix(".safetensors")


def _mark(path: Path) -> str:
    """Tells the GGUF file from another one in its place."""
    found = path.stat()
    return f"{FORMAT} {found.st_size} {int(found.st_mtime)}"


def main() -> None:
    from model import zoo

    for name in (name for name, entry in zoo.ENTRIES.items() if entry.file.endswith(".gguf")):
        path = zoo.find(name)
        if _about(path):
            continue
        bundle = zoo.load(name)
        try:
            write(path, bundle.model, bundle.tokenizer)
        except OSError as error:
            print(f"{path.name} stays packed, and is unpacked at every start: {error}")


if __name__ == "__main__":
    main()
