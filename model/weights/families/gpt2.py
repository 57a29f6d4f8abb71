"""GPT-2 (Radford et al. 2019)."""

from model.config import GPT2
from model.weights.families.family import ONE_STACK, Family, Row, row, with_bias

SETTINGS = {
    "vocab_size": "vocab_size",
    "n_embd": "width",
    "n_layer": "layers",
    "n_head": "heads",
    "n_inner": "mlp_width",
    "n_positions": "context",
    "layer_norm_epsilon": "norm_eps",
    "activation_function": "activation",
    "tie_word_embeddings": "tied",
}
DEFAULTS = {
    "n_inner": None,  # 4 n_embd
    "n_positions": 1024,
    "layer_norm_epsilon": 1e-5,
    "activation_function": "gelu_new",
    "tie_word_embeddings": True,
}
FIXED = ONE_STACK | {
    "reorder_and_upcast_attn": (False,),  # the same numbers in float32, but nobody has compared them
    "scale_attn_by_inverse_layer_idx": (False,),
    "scale_attn_weights": (True,),
}


def _conv1d(theirs: str, *ours: str) -> list[Row]:
    """GPT-2 keeps its matrices transposed, and q, k and v in one."""
    weights, biases = ([f"{name}.{kind}" for name in ours] for kind in ("weight", "bias"))
    return [
        row(f"{theirs}.weight", *weights, split=lambda x, _: (part.t() for part in x.chunk(len(ours), dim=1))),
        row(f"{theirs}.bias", *biases, split=lambda x, _: x.chunk(len(ours))),
    ]


ROWS = [
    row("wte.weight", "embed_tokens.weight"),
    row("wpe.weight", "position.table.weight"),
    *with_bias("ln_f", "norm"),
    *with_bias("h.{i}.ln_1", "layers.{i}.attn_norm"),
    *with_bias("h.{i}.ln_2", "layers.{i}.mlp_norm"),
    *_conv1d("h.{i}.attn.c_attn", *(f"layers.{{i}}.attn.{p}_proj" for p in "qkv")),
    *_conv1d("h.{i}.attn.c_proj", "layers.{i}.attn.o_proj"),
    *_conv1d("h.{i}.mlp.c_fc", "layers.{i}.mlp.up_proj"),
    *_conv1d("h.{i}.mlp.c_proj", "layers.{i}.mlp.down_proj"),
]
MASK_BUFFERS = r"h\.\d+\.attn\.(masked_)?bias"  # in old files
FAMILY = Family(GPT2, SETTINGS, DEFAULTS, ROWS, "transformer.", FIXED, MASK_BUFFERS)
