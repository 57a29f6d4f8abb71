"""Qwen2 and Qwen2.5 (Yang et al. 2024): Llama with a bias in q, k and v, and windows in the upper layers where they are
switched on."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from model.config import QWEN2
from model.weights.families import llama
from model.weights.families.family import row, windows

SETTINGS = {name: ours for name, ours in llama.SETTINGS.items() if name != "head_dim"} | {"sliding_window": "windows"}
WINDOWS = {"use_sliding_window": False, "max_window_layers": 28, "layer_types": None}  # and what is left out
DEFAULTS = {name: value for name, value in llama.DEFAULTS.items() if name in {*SETTINGS, "rope_theta"}} | {
    "num_key_value_heads": 32,
    "intermediate_size": 22_016,
    "max_position_embeddings": 32_768,
    "sliding_window": 4096,
}


def with_windows(given: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """One window for each layer, of three settings that say together which layers have one."""
    given = dict(given)
    switched_on, first, kinds = (given.pop(name, otherwise) for name, otherwise in WINDOWS.items())
    layers = given.get("num_hidden_layers")
    if not isinstance(layers, int):  # which is refused later on
        return given
    window = given.get("sliding_window", defaults["sliding_window"]) if switched_on else None
    if kinds is None:
        kinds = ["full_attention" if i < first else "sliding_attention" for i in range(layers)]
    return given | {"sliding_window": windows(kinds, window, layers)}


ROWS = [
    *llama.ROWS,
    *(row(f"layers.{{i}}.self_attn.{p}_proj.bias", f"layers.{{i}}.attn.{p}_proj.bias") for p in "qkv"),
]
FAMILY = replace(
    llama.FAMILY,
    recipe=QWEN2,
    settings=SETTINGS,
    defaults=DEFAULTS,
    rows=ROWS,
    fixed={name: values for name, values in llama.FIXED.items() if name not in ("attention_bias", "mlp_bias")},
    resolved=with_windows,
)
