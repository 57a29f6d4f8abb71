"""Qwen3-MoE (Yang et al. 2025): Qwen3 with many small experts in the place of the MLP."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from model.config import QWEN3_MOE
from model.weights.families import qwen3
from model.weights.families.family import experts_apart, row

SETTINGS = {name: ours for name, ours in qwen3.FAMILY.settings.items() if name != "intermediate_size"} | {
    "moe_intermediate_size": "mlp_width",
    "num_experts": "experts",
    "num_experts_per_tok": "active_experts",
    "norm_topk_prob": "renormalise",
}
DEFAULTS = {name: value for name, value in qwen3.FAMILY.defaults.items() if name != "intermediate_size"} | {
    "num_key_value_heads": 4,
    "head_dim": None,  # hidden_size / num_attention_heads
    "moe_intermediate_size": 768,
    "num_experts": 128,
    "num_experts_per_tok": 8,
    "norm_topk_prob": False,
}
ROWS = [
    *(r for r in qwen3.ROWS if ".mlp." not in r[0]),
    row("layers.{i}.mlp.gate.weight", "layers.{i}.mlp.router.weight"),
    *(
        row(f"layers.{{i}}.mlp.experts.{{e}}.{p}_proj.weight", f"layers.{{i}}.mlp.experts.{{e}}.{p}_proj.weight")
        for p in ("gate", "up", "down")
    ),
]


def resolved(given: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Of the windows: all layers have one where they are switched on. Of the dense MLPs: no layer has one."""
    given = dict(given)
    given.pop("intermediate_size", None)  # of layers without experts
    if (experts := given.pop("num_local_experts", None)) is not None:  # what transformers 5 writes
        given.setdefault("num_experts", experts)
    if not given.pop("use_sliding_window", False):
        given.pop("max_window_layers", None)
        given["sliding_window"] = None
    return given


FAMILY = replace(
    qwen3.FAMILY,
    recipe=QWEN3_MOE,
    settings=SETTINGS,
    defaults=DEFAULTS,
    rows=ROWS,
    fixed={**qwen3.FAMILY.fixed, "decoder_sparse_step": (1,), "mlp_only_layers": ([], None)},
    unfused=experts_apart,
    resolved=resolved,
)
