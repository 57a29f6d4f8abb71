"""BERT (Devlin et al. 2018), an encoder; MiniLM is of this kind."""

import re

from torch import Tensor

from model.config import BERT
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
    "type_vocab_size": "segments",
    "tie_word_embeddings": "tied",
}
DEFAULTS = {
    "intermediate_size": 3072,
    "max_position_embeddings": 512,
    "layer_norm_eps": 1e-12,
    "hidden_act": "gelu",
    "type_vocab_size": 2,
    "tie_word_embeddings": True,
}
FIXED = ONE_STACK | {
    "position_embedding_type": ("absolute",),
}
_PARTS = {
    "attention.self.query": "attn.q_proj",
    "attention.self.key": "attn.k_proj",
    "attention.self.value": "attn.v_proj",
    "attention.output.dense": "attn.o_proj",
    "attention.output.LayerNorm": "attn_norm",
    "intermediate.dense": "mlp.up_proj",
    "output.dense": "mlp.down_proj",
    "output.LayerNorm": "mlp_norm",
}
ROWS = [
    row("embeddings.word_embeddings.weight", "embed_tokens.weight"),
    row("embeddings.position_embeddings.weight", "position.table.weight"),
    row("embeddings.token_type_embeddings.weight", "segment.table.weight"),
    *with_bias("embeddings.LayerNorm", "embed_norm"),
    *(r for theirs, ours in _PARTS.items() for r in with_bias(f"encoder.layer.{{i}}.{theirs}", f"layers.{{i}}.{ours}")),
]
# MiniLM pools by the mean, not by BERT's pooler; the heads of BERT's training (`cls.`) are not built.
UNUSED = r"pooler\..*|embeddings\.position_ids|cls\..*"


def unfused(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The first files call a norm's weight gamma and its bias beta."""
    return {re.sub(r"\.gamma$", ".weight", re.sub(r"\.beta$", ".bias", name)): x for name, x in tensors.items()}


FAMILY = Family(BERT, SETTINGS, DEFAULTS, ROWS, "bert.", FIXED, UNUSED, unfused)
