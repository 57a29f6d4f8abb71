"""The weights of a GGUF file in float32, in a safetensors file beside it: mapped into memory, not read.

To dequantise them takes seconds and half a gigabyte, at every start and in every process. Done once, when the app is
installed (`python -m model.weights.dequantised`), they are there at once, and all servers of a machine have them in
common. Where there is no such file, or one of another GGUF file, the GGUF file itself is read.
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
from model.weights import packages

if TYPE_CHECKING:
    from model.transformer import Transformer

FORMAT = 1  # of these files: counted on when they change
TRANSPOSED = ".T"  # after the name of a matrix that lies in columns: safetensors knows rows only


def write(path: Path, model: "Transformer", tokenizer: Tokenizer) -> None:
    """Writes what was read from a GGUF file beside it. Raises OSError where nothing can be written there."""
    from safetensors.torch import save_file

    from model.weights.families.family import OWN

    tensors = {}
    for name, tensor in model.named_parameters():  # a head that shares the embedding's rows is named once
        rows = tensor.is_contiguous()
        tensors[name if rows else name + TRANSPOSED] = (tensor if rows else tensor.T).detach().cpu().contiguous()
    config = json.dumps({"model_type": OWN} | asdict(model.config))
    metadata = {"of": _fingerprint(path), "config": config, "tokenizer": tokenizer.backend.to_str()}
    part = _cache_path(path).with_suffix(".part")
    save_file(tensors, part, metadata)
    shutil.copymode(path, part)  # safetensors writes for nobody else
    os.replace(part, _cache_path(path))


def read(path: Path) -> tuple["Transformer", Tokenizer] | None:
    """The dequantised copy of a GGUF file; None where it is missing, cut off, or of another file."""
    if (metadata := _metadata(path)) is None:
        return None
    from safetensors.torch import load_file

    from model import hf

    stored = load_file(_cache_path(path)).items()
    tensors = {
        name.removesuffix(TRANSPOSED): tensor.T if name.endswith(TRANSPOSED) else tensor for name, tensor in stored
    }
    return hf.build(json.loads(metadata["config"]), tensors), tokens.from_text(metadata["tokenizer"])


def _metadata(path: Path) -> dict[str, str] | None:
    """The copy's metadata, or None as for `read`. Read without torch, which whoever gets None can load meanwhile."""
    try:
        with safe_open(_cache_path(path), "np") as file:
            metadata = file.metadata()
    except (FileNotFoundError, SafetensorError):
        return None
    return metadata if metadata.get("of") == _fingerprint(path) else None


def _cache_path(path: Path) -> Path:
    return path.with_suffix(".safetensors")


def _fingerprint(path: Path) -> str:
    """Tells the GGUF file from another one in its place."""
    stat = path.stat()
    return f"{FORMAT} {stat.st_size} {int(stat.st_mtime)}"


def ensure(path: Path) -> None:
    """Writes the copy of a GGUF file where there is none; says so where nothing can be written there."""
    if _metadata(path) is not None:
        return
    from model.weights import gguf_file

    try:
        write(path, *gguf_file.read(path))
    except OSError as error:
        print(f"{path.name} stays as it is, and is dequantised at every start: {error}")


if __name__ == "__main__":
    ensure(packages.find(*packages.SMOLLM2))
