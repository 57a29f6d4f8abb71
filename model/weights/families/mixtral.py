"""Mixtral (Jiang et al. 2024): Mistral with a mixture of experts in the place of the MLP."""

from dataclasses import replace

from torch import Tensor

from model.config import MIXTRAL
from model.weights.families import llama, mistral
from model.weights.families.family import experts_apart, row

EXPERT = "layers.{i}.block_sparse_moe.experts.{e}"
ROWS = [
    *llama.ATTENTION_ROWS,
    row("layers.{i}.block_sparse_moe.gate.weight", "layers.{i}.mlp.router.weight"),
    *(
        row(f"{EXPERT}.{w}.weight", f"layers.{{i}}.mlp.experts.{{e}}.{p}_proj.weight")
        for w, p in (("w1", "gate"), ("w2", "down"), ("w3", "up"))
    ),
]


def unfused(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors as files name them, which transformers 5 keeps otherwise in memory."""
    names = {"gate_proj": "w1", "down_proj": "w2", "up_proj": "w3"}
    apart = {}
    for name, tensor in experts_apart(tensors).items():
        stem, _, last = name.rpartition(".mlp.")
        for ours, theirs in names.items():
            last = last.replace(ours, theirs)
        apart[f"{stem}.block_sparse_moe.{last}" if stem else name] = tensor
    return apart


DEFAULTS = mistral.DEFAULTS | {
    "rms_norm_eps": 1e-5,
    "rope_theta": 1_000_000.0,
    "sliding_window": None,
    "num_local_experts": 8,
    "num_experts_per_tok": 2,
}
FAMILY = replace(
    mistral.FAMILY,
    recipe=MIXTRAL,
    settings=mistral.SETTINGS | {"num_local_experts": "experts", "num_experts_per_tok": "active_experts"},
    defaults=DEFAULTS,
    rows=ROWS,
    fixed=llama.FIXED | {"router_jitter_noise": (0, 0.0, None)},
    unfused=unfused,
)
