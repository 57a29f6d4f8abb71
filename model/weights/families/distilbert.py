"""DistilBERT (Sanh et al. 2019): BERT with half its layers and without segments."""

from dataclasses import replace

from model.config import BERT
from model.weights.families.family import ONE_STACK, Family, row, with_bias

SETTINGS = {
    "vocab_size": "vocab_size",
    "dim": "width",
    "n_layers": "layers",
    "n_heads": "heads",
    "hidden_dim": "mlp_width",
    "max_position_embeddings": "context",
    "activation": "activation",
    "tie_word_embeddings": "tied",
}
DEFAULTS = {
    "hidden_dim": 3072,
    "max_position_embeddings": 512,
    "activation": "gelu",
    "tie_word_embeddings": True,
}
_PARTS = {
    "attention.q_lin": "attn.q_proj",
    "attention.k_lin": "attn.k_proj",
    "attention.v_lin": "attn.v_proj",
    "attention.out_lin": "attn.o_proj",
    "sa_layer_norm": "attn_norm",
    "ffn.lin1": "mlp.up_proj",
    "ffn.lin2": "mlp.down_proj",
    "output_layer_norm": "mlp_norm",
}
ROWS = [
    row("embeddings.word_embeddings.weight", "embed_tokens.weight"),
    row("embeddings.position_embeddings.weight", "position.table.weight"),
    *with_bias("embeddings.LayerNorm", "embed_norm"),
    *(
        r
        for theirs, ours in _PARTS.items()
        for r in with_bias(f"transformer.layer.{{i}}.{theirs}", f"layers.{{i}}.{ours}")
    ),
]
UNUSED = r"embeddings\.position_ids|vocab_(transform|layer_norm|projector)\..*"  # the head of its training
RECIPE = replace(BERT, segments=None, norm_eps=1e-12)
FAMILY = Family(RECIPE, SETTINGS, DEFAULTS, ROWS, "distilbert.", ONE_STACK, UNUSED)
