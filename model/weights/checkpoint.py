"""Models of ours on disk: a Hugging Face folder with configuration, weights and tokenizer, which zoo.load reads.

Where transformers has the architecture (Llama, Mistral, Mixtral), configuration and weights are written in its terms,
and it opens the folder as it is; else the configuration is our own, field by field, and so are the tensors' names.
"""

import csv
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from model.config import Config
from model.tokens import Tokenizer
from model.transformer import Transformer
from model.weights.families import FAMILIES
from model.weights.families.family import OWN

CURVE = "loss.csv"
CARD = "card.json"
STANDARD = ("llama", "mistral", "mixtral")
END = "<|end|>"  # the special token of our tokenizers: it closes every document


def save(model: Transformer, tokenizer: Tokenizer, folder: Path, dtype: torch.dtype = torch.float16) -> None:
    """Writes a model and its tokenizer. In half precision a model takes half the room, and its numbers are rounded."""
    config, kind, end = model.config, family_of(model.config), tokenizer.find(END)
    about = {"bos_token_id": None, "eos_token_id": end, "dtype": str(dtype).removeprefix("torch.")}
    written = _in_their_terms(kind, config) | about if kind else {"model_type": OWN} | asdict(config)
    names = _their_names(kind, config) if kind else {}
    tensors = {  # a head that reads with the embedding's rows is listed, and written, once
        names.get(name, name): weight.detach().to("cpu", dtype).contiguous()
        for name, weight in model.named_parameters()
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(written, indent=1) + "\n")
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    tokenizer.backend.save(str(folder / "tokenizer.json"), pretty=False)
    about = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": config.context}
    about |= {} if end is None else {"eos_token": END}  # which transformers would add to a vocabulary without it
    (folder / "tokenizer_config.json").write_text(json.dumps(about, indent=1) + "\n")


def family_of(config: Config) -> str | None:
    """The model_type of the architecture of transformers that can be configured like this; None where there is none."""
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
    return {"model_type": kind, "architectures": [f"{kind.title()}ForCausalLM"]} | sizes | rope


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
    fraction of assignments that the busiest expert of each layer got, None without experts.
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
