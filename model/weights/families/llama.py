"""Llama (Touvron et al. 2023) and whatever shares its parts; SmolLM2 and TinyLlama are of this kind."""

from model.config import LLAMA
from model.weights.families.family import ONE_STACK, Family, row

SETTINGS = {
    "vocab_size": "vocab_size",
    "hidden_size": "width",
    "num_hidden_layers": "layers",
    "num_attention_heads": "heads",
    "num_key_value_heads": "kv_heads",
    "head_dim": "head_width",
    "intermediate_size": "mlp_width",
    "max_position_embeddings": "context",
    "rms_norm_eps": "norm_eps",
    "hidden_act": "activation",
    "tie_word_embeddings": "tied",
}
DEFAULTS = {
    "num_key_value_heads": None,  # as many as query heads
    "head_dim": None,  # hidden_size / num_attention_heads
    "intermediate_size": 11_008,
    "max_position_embeddings": 2048,
    "rms_norm_eps": 1e-6,
    "hidden_act": "silu",
    "tie_word_embeddings": False,
    "rope_theta": 10_000.0,
}
FIXED = ONE_STACK | {
    "attention_bias": (False, None),
    "mlp_bias": (False, None),
    "rope_interleaved": (False,),
}
ATTENTION_ROWS = [
    row("embed_tokens.weight", "embed_tokens.weight"),
    row("norm.weight", "norm.weight"),
    *(row(f"layers.{{i}}.self_attn.{p}_proj.weight", f"layers.{{i}}.attn.{p}_proj.weight") for p in "qkvo"),
    row("layers.{i}.input_layernorm.weight", "layers.{i}.attn_norm.weight"),
    row("layers.{i}.post_attention_layernorm.weight", "layers.{i}.mlp_norm.weight"),
]
ROWS = [
    *ATTENTION_ROWS,
    *(row(f"layers.{{i}}.mlp.{p}_proj.weight", f"layers.{{i}}.mlp.{p}_proj.weight") for p in ("gate", "up", "down")),
]
ROTARY_BUFFER = r".*rotary_emb\.inv_freq"
FAMILY = Family(LLAMA, SETTINGS, DEFAULTS, ROWS, "model.", FIXED, ROTARY_BUFFER)
