"""Gemma 3, its text models (Gemma Team 2025): windows in five layers of six, which rotate from a base of their own; a
norm before and after each part, and on q and k; an enlarged embedding."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from model.config import GEMMA3
from model.errors import SettingError, not_implemented
from model.weights.families import llama
from model.weights.families.family import Row, row, windows

SETTINGS = {name: ours for name, ours in llama.SETTINGS.items() if name != "hidden_act"} | {
    "hidden_activation": "activation",
    "sliding_window": "windows",
    "query_pre_attn_scalar": "score_width",
    "rope_local_base_freq": "local_rope_base",
}
DEFAULTS = {
    "num_key_value_heads": 4,
    "head_dim": 256,
    "intermediate_size": 9216,
    "max_position_embeddings": 131_072,
    "rms_norm_eps": 1e-6,
    "hidden_activation": "gelu_pytorch_tanh",
    "tie_word_embeddings": True,
    "rope_theta": 1_000_000.0,
    "rope_local_base_freq": 10_000.0,
    "sliding_window": 4096,
    "query_pre_attn_scalar": 256,
}
PATTERN = 6  # every sixth layer has no window, if nothing else is said


def resolved(given: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """One window for each layer; the rotation of the layers without one, and the base of those that have one."""
    given = dict(given)
    kinds, pattern = given.pop("layer_types", None), given.pop("sliding_window_pattern", None)
    layers, window = given.get("num_hidden_layers"), given.get("sliding_window", defaults["sliding_window"])
    if isinstance(layers, int):  # anything else is refused later on
        every = PATTERN if pattern is None else pattern
        if not isinstance(every, int) or every < 1:
            raise SettingError("sliding_window_pattern", pattern, f"sliding_window_pattern = {pattern!r} is no count")
        if kinds is None:
            kinds = ["sliding_attention" if (i + 1) % every else "full_attention" for i in range(layers)]
        given["sliding_window"] = windows(kinds, window, layers)
    by_kind = given.get("rope_parameters")
    if by_kind in (None, {}):
        return given
    if not isinstance(by_kind, dict) or not by_kind.keys() <= {"full_attention", "sliding_attention"}:
        raise not_implemented("rope_parameters", by_kind, "full_attention and sliding_attention have one each")
    local = by_kind.get("sliding_attention") or {}
    if not isinstance(local, dict) or not local.items() <= {"rope_type": "default", "rope_theta": base(local)}.items():
        raise not_implemented("rope_parameters", by_kind, "layers with a window have no scaling")
    if base(local) is not None and given.setdefault("rope_local_base_freq", base(local)) != base(local):
        raise not_implemented("rope_local_base_freq", given["rope_local_base_freq"], f"rope_parameters says {local}")
    return given | {"rope_parameters": by_kind.get("full_attention")}


def base(rope: Mapping[str, Any]) -> Any:
    return rope.get("rope_theta")


def plus_one(theirs: str, ours: str) -> Row:
    """Of a norm, Gemma stores by how much its weight differs from 1."""
    return row(f"{theirs}.weight", f"{ours}.weight", split=lambda x, _: (1 + x.float(),))


ROWS = [
    *(r for r in llama.ROWS if "norm" not in r[0]),
    plus_one("norm", "norm"),
    plus_one("layers.{i}.input_layernorm", "layers.{i}.attn_norm"),
    plus_one("layers.{i}.post_attention_layernorm", "layers.{i}.attn_out_norm"),
    plus_one("layers.{i}.pre_feedforward_layernorm", "layers.{i}.mlp_norm"),
    plus_one("layers.{i}.post_feedforward_layernorm", "layers.{i}.mlp_out_norm"),
    *(plus_one(f"layers.{{i}}.self_attn.{p}_norm", f"layers.{{i}}.attn.qk_norm.{p}_norm") for p in "qk"),
]
FAMILY = replace(
    llama.FAMILY,
    recipe=GEMMA3,
    settings=SETTINGS,
    defaults=DEFAULTS,
    rows=ROWS,
    fixed={name: values for name, values in llama.FIXED.items() if name not in ("mlp_bias", "rope_interleaved")}
    | {
        "attn_logit_softcapping": (None,),
        "final_logit_softcapping": (None,),
        "use_bidirectional_attention": (False, None),
    },
    resolved=resolved,
)
