"""Qwen3 (Yang et al. 2025): Qwen2 without its bias, with a norm on q and k, and a head dimension of its own."""

from dataclasses import replace

from model.config import QWEN3
from model.weights.families import llama, qwen2
from model.weights.families.family import row

ROWS = [
    *llama.ROWS,
    *(row(f"layers.{{i}}.self_attn.{p}_norm.weight", f"layers.{{i}}.attn.qk_norm.{p}_norm.weight") for p in "qk"),
]
FAMILY = replace(
    qwen2.FAMILY,
    recipe=QWEN3,
    settings=qwen2.SETTINGS | {"head_dim": "head_width"},
    defaults=qwen2.DEFAULTS | {"head_dim": 128},
    rows=ROWS,
    fixed={**qwen2.FAMILY.fixed, "attention_bias": (False, None)},
)
