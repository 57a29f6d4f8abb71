"""GPT-NeoX (Black et al. 2022) and Pythia (Biderman et al. 2023): attention and MLP side by side, and the first quarter
of each head rotated."""

from collections.abc import Iterable, Mapping
from typing import Any

from torch import Tensor

from model.config import NEOX, Config
from model.errors import SettingError, not_implemented
from model.weights.families.family import ONE_STACK, Family, row, with_bias

SETTINGS = {
    "vocab_size": "vocab_size",
    "hidden_size": "width",
    "num_hidden_layers": "layers",
    "num_attention_heads": "heads",
    "intermediate_size": "mlp_width",
    "max_position_embeddings": "context",
    "layer_norm_eps": "norm_eps",
    "hidden_act": "activation",
    "tie_word_embeddings": "tied",
    "use_parallel_residual": "norm_place",
    "rotary_pct": "rotary_width",
}
DEFAULTS = {
    "intermediate_size": 24_576,
    "max_position_embeddings": 2048,
    "layer_norm_eps": 1e-5,
    "hidden_act": "gelu",
    "tie_word_embeddings": False,
    "use_parallel_residual": True,
    "rotary_pct": 0.25,
    "rope_theta": 10_000.0,
}
PLACES = {True: "parallel", False: "pre"}


def resolved(given: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The place of the norms by its name, the rotated fraction as a width, and the base by its usual name."""
    given = dict(given)
    parallel = given.get("use_parallel_residual", defaults["use_parallel_residual"])
    if not isinstance(parallel, bool):
        raise SettingError(
            "use_parallel_residual", parallel, f"use_parallel_residual = {parallel!r} is of a wrong type"
        )
    if (base := given.pop("rotary_emb_base", None)) is not None and given.setdefault("rope_theta", base) != base:
        raise not_implemented("rotary_emb_base", base, f"rope_theta says {given['rope_theta']!r}")
    for name in ("rope_parameters", "rope_scaling"):
        if isinstance(rope := given.get(name), dict):
            given[name] = {key: value for key, value in rope.items() if key != "partial_rotary_factor"}
            part = rope.get("partial_rotary_factor")
            if part is not None and given.setdefault("rotary_pct", part) != part:
                raise not_implemented("rotary_pct", given["rotary_pct"], f"{name} says {part!r}")
    part, width, heads = (
        given.get(name, defaults.get(name)) for name in ("rotary_pct", "hidden_size", "num_attention_heads")
    )
    if not isinstance(part, int | float) or isinstance(part, bool) or not 0 < part <= 1:
        raise SettingError("rotary_pct", part, f"rotary_pct = {part!r} is no fraction of a head")
    if isinstance(width, int) and isinstance(heads, int) and heads > 0:  # anything else is refused later on
        part = int(width // heads * part)
    return given | {"use_parallel_residual": PLACES[parallel], "rotary_pct": part}


def by_head(x: Tensor, config: Config) -> Iterable[Tensor]:
    """Rows of q, k and v, which lie beside one another head by head."""
    heads = x.unflatten(0, (config.heads, 3, config.head_width))
    return (part.flatten(0, 1) for part in heads.unbind(1))


def unfused(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Files call the head `embed_out`, transformers 5 in memory `lm_head`."""
    return {name.replace("embed_out.", "lm_head."): tensor for name, tensor in tensors.items()}


_PARTS = {
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "mlp_norm",
    "attention.dense": "attn.o_proj",
    "mlp.dense_h_to_4h": "mlp.up_proj",
    "mlp.dense_4h_to_h": "mlp.down_proj",
}
ROWS = [
    row("embed_in.weight", "embed_tokens.weight"),
    *with_bias("final_layer_norm", "norm"),
    *(r for theirs, ours in _PARTS.items() for r in with_bias(f"layers.{{i}}.{theirs}", f"layers.{{i}}.{ours}")),
    *(
        row(
            f"layers.{{i}}.attention.query_key_value.{kind}",
            *(f"layers.{{i}}.attn.{p}_proj.{kind}" for p in "qkv"),
            split=by_head,
        )
        for kind in ("weight", "bias")
    ),
]
FIXED = ONE_STACK | {"attention_bias": (True, None)}
BUFFERS = r"layers\.\d+\.attention\.(masked_)?bias|.*rotary_emb\.inv_freq"  # in old files
FAMILY = Family(NEOX, SETTINGS, DEFAULTS, ROWS, "gpt_neox.", FIXED, BUFFERS, resolved=resolved, unfused=unfused)
