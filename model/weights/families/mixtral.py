"""Mixtral (Jiang et al. 2024): Mistral with a mixture of experts in the place of the MLP."""

from dataclasses import replace

from torch import Tensor

from model.config import MIXTRAL
from model.weights.families import llama, mistral
from model.weights.families.family import row

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
    """The tensors as files name them: in memory, transformers 5 keeps all experts of a layer in one."""
    apart = {}
    for name, tensor in tensors.items():
        stem, _, last = name.rpartition(".mlp.experts.")
        if last == "gate_up_proj":
            for e, both in enumerate(tensor):
                apart[f"{stem}.block_sparse_moe.experts.{e}.w1.weight"] = both.chunk(2)[0]
                apart[f"{stem}.block_sparse_moe.experts.{e}.w3.weight"] = both.chunk(2)[1]
        elif last == "down_proj" and stem:
            for e, down in enumerate(tensor):
                apart[f"{stem}.block_sparse_moe.experts.{e}.w2.weight"] = down
        elif name.endswith(".mlp.gate.weight"):
            apart[name.replace(".mlp.gate.", ".block_sparse_moe.gate.")] = tensor
        else:
            apart[name] = tensor
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
