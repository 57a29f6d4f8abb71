"""Models of ours on disk: a folder with config.json and model.safetensors, which hf.from_folder reads.

Where transformers has the architecture (Llama, Mistral, Mixtral), both are written in its terms; else the
configuration is our own, field by field, and so are the names of the tensors.
"""

import csv
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from model.config import Config
from model.transformer import Transformer
from model.weights.families import FAMILIES
from model.weights.families.family import OWN

CURVE = "loss.csv"
CARD = "card.json"
STANDARD = ("llama", "mistral", "mixtral")


def save(model: Transformer, folder: Path, dtype: torch.dtype = torch.float16) -> None:
    """Writes a model. In half precision it takes half the room, and its numbers are rounded."""
    config, kind = model.config, standard(model.config)
    written = _in_their_terms(kind, config) if kind else {"model_type": OWN} | asdict(config)
    names = _their_names(kind, config) if kind else {}
    tensors = {  # a head that reads with the embedding's rows is listed, and written, once
        names.get(name, name): weight.detach().to("cpu", dtype).contiguous()
        for name, weight in model.named_parameters()
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(written, indent=1) + "\n")
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def standard(config: Config) -> str | None:
    """The family of transformers that can be configured like this; None where there is none."""
    for kind in STANDARD:
        family = FAMILIES[kind]
        sizes = {name: getattr(config, name) for name in (*family.settings.values(), "rope_base")}
        if len(config.windows) == 1 and replace(family.recipe, **sizes) == config:
            return kind
    return None


def _in_their_terms(kind: str, config: Config) -> dict:
    sizes = {theirs: getattr(config, ours) for theirs, ours in FAMILIES[kind].settings.items()}
    if "sliding_window" in sizes:
        (sizes["sliding_window"],) = config.windows
    rope = {"rope_parameters": {"rope_type": "default", "rope_theta": config.rope_base}}
    return {"model_type": kind, "architectures": [f"{kind.title()}ForCausalLM"], "dtype": "float16"} | sizes | rope


def _their_names(kind: str, config: Config) -> dict[str, str]:
    """Ours to theirs: in these families every tensor of ours is one of theirs."""
    names = {}
    for theirs, (ours,), _ in FAMILIES[kind].rows:
        for i in range(config.layers):
            for e in range(config.experts or 1):
                names[ours.format(i=i, e=e)] = FAMILIES[kind].prefix + theirs.format(i=i, e=e)
    return names


@dataclass(frozen=True)
class Report:
    """How a model of ours was trained, and what it reached.

    tokens: seen in training; bits_per_byte: on text that was never trained on; recipe: the settings of the training;
    step, loss (S,): the course of the loss in training, in nats a token, means over some steps; busiest (S, L): the
    share of visits that the busiest expert of each layer got, None without experts.
    """

    tokens: int
    bits_per_byte: float
    recipe: dict
    samples: list[str]
    step: np.ndarray
    loss: np.ndarray
    busiest: np.ndarray | None


def report(folder: Path) -> Report:
    """From the files beside the weights."""
    card = json.loads((folder / CARD).read_text())
    with (folder / CURVE).open(newline="") as file:
        names, *rows = csv.reader(file)
    columns = np.array(rows, float)
    busiest = [i for i, name in enumerate(names) if name.startswith("busiest")]
    return Report(
        **{name: card[name] for name in ("tokens", "bits_per_byte", "recipe", "samples")},
        step=columns[:, names.index("step")].astype(int),
        loss=columns[:, names.index("loss")],
        busiest=columns[:, busiest] if busiest else None,
    )
