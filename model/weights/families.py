"""How the architectures of transformers are called and laid out: settings and tensors, as tables. No logic.

`hf.py` reads them; `checkpoint.py` writes by them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from torch import Tensor

from model.config import BERT, GPT2, LLAMA, MISTRAL, MIXTRAL, Config

ACTIVATIONS = {
    "silu": "silu",
    "gelu": "gelu",
    "gelu_new": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
    "relu": "relu",
}

# Settings that say nothing about the forward pass of an evaluated model.
_BOOKKEEPING = """
    _name_or_path architectures attention_dropout attention_probs_dropout_prob attn_pdrop bos_token_id
    chunk_size_feed_forward classifier_dropout dtype embd_pdrop eos_token_id gradient_checkpointing
    hidden_dropout_prob id2label initializer_range is_llama_config label2id max_length model_type n_ctx
    output_attentions output_hidden_states output_router_logits pad_token_id pretraining_tp problem_type resid_pdrop
    return_dict
    router_aux_loss_coef summary_activation summary_first_dropout summary_proj_to_labels summary_type summary_use_proj
    task_specific_params torch_dtype transformers.js_config transformers_version unk_token_id use_cache
"""
BOOKKEEPING = frozenset(_BOOKKEEPING.split())
# Settings that would change the forward pass, with the only values we implement.
FIXED = {
    "add_cross_attention": (False,),
    "attention_bias": (False, None),
    "is_decoder": (False,),
    "is_encoder_decoder": (False,),
    "mlp_bias": (False, None),
    "position_embedding_type": ("absolute",),
    "reorder_and_upcast_attn": (False,),  # the same numbers in float32, but nobody has compared them
    "rope_interleaved": (False,),
    "router_jitter_noise": (0, 0.0, None),
    "scale_attn_by_inverse_layer_idx": (False,),
    "scale_attn_weights": (True,),
}

OWN = "vetro"  # the model_type of configurations that no architecture of transformers has

Row = tuple[str, tuple[str, ...], Callable[[Tensor], Iterable[Tensor]]]


def row(theirs: str, *ours: str, split: Callable[[Tensor], Iterable[Tensor]] = lambda x: (x,)) -> Row:
    return theirs, ours, split


def _with_bias(theirs: str, ours: str) -> list[Row]:
    return [row(f"{theirs}.{kind}", f"{ours}.{kind}") for kind in ("weight", "bias")]


def _conv1d(theirs: str, *ours: str) -> list[Row]:
    """GPT-2 keeps its matrices transposed, and q, k and v in one."""
    weights, biases = ([f"{name}.{kind}" for name in ours] for kind in ("weight", "bias"))
    return [
        row(f"{theirs}.weight", *weights, split=lambda x: (part.t() for part in x.chunk(len(ours), dim=1))),
        row(f"{theirs}.bias", *biases, split=lambda x: x.chunk(len(ours))),
    ]


ATTENTION_ROWS = [
    row("embed_tokens.weight", "embed_tokens.weight"),
    row("norm.weight", "norm.weight"),
    *(row(f"layers.{{i}}.self_attn.{p}_proj.weight", f"layers.{{i}}.attn.{p}_proj.weight") for p in "qkvo"),
    row("layers.{i}.input_layernorm.weight", "layers.{i}.attn_norm.weight"),
    row("layers.{i}.post_attention_layernorm.weight", "layers.{i}.mlp_norm.weight"),
]
LLAMA_ROWS = [
    *ATTENTION_ROWS,
    *(row(f"layers.{{i}}.mlp.{p}_proj.weight", f"layers.{{i}}.mlp.{p}_proj.weight") for p in ("gate", "up", "down")),
]
MIXTRAL_ROWS = [
    *ATTENTION_ROWS,
    row("layers.{i}.block_sparse_moe.gate.weight", "layers.{i}.mlp.router.weight"),
    *(
        row(
            f"layers.{{i}}.block_sparse_moe.experts.{{e}}.{w}.weight", f"layers.{{i}}.mlp.experts.{{e}}.{p}_proj.weight"
        )
        for w, p in (("w1", "gate"), ("w2", "down"), ("w3", "up"))
    ),
]
GPT2_ROWS = [
    row("wte.weight", "embed_tokens.weight"),
    row("wpe.weight", "position.table.weight"),
    *_with_bias("ln_f", "norm"),
    *_with_bias("h.{i}.ln_1", "layers.{i}.attn_norm"),
    *_with_bias("h.{i}.ln_2", "layers.{i}.mlp_norm"),
    *_conv1d("h.{i}.attn.c_attn", *(f"layers.{{i}}.attn.{p}_proj" for p in "qkv")),
    *_conv1d("h.{i}.attn.c_proj", "layers.{i}.attn.o_proj"),
    *_conv1d("h.{i}.mlp.c_fc", "layers.{i}.mlp.up_proj"),
    *_conv1d("h.{i}.mlp.c_proj", "layers.{i}.mlp.down_proj"),
]
_BERT_PARTS = {
    "attention.self.query": "attn.q_proj",
    "attention.self.key": "attn.k_proj",
    "attention.self.value": "attn.v_proj",
    "attention.output.dense": "attn.o_proj",
    "attention.output.LayerNorm": "attn_norm",
    "intermediate.dense": "mlp.up_proj",
    "output.dense": "mlp.down_proj",
    "output.LayerNorm": "mlp_norm",
}
BERT_ROWS = [
    row("embeddings.word_embeddings.weight", "embed_tokens.weight"),
    row("embeddings.position_embeddings.weight", "position.table.weight"),
    row("embeddings.token_type_embeddings.weight", "segment.table.weight"),
    *_with_bias("embeddings.LayerNorm", "embed_norm"),
    *(
        r
        for theirs, ours in _BERT_PARTS.items()
        for r in _with_bias(f"encoder.layer.{{i}}.{theirs}", f"layers.{{i}}.{ours}")
    ),
]


@dataclass(frozen=True)
class Family:
    """How one architecture's settings and tensors map to ours."""

    recipe: Config
    sizes: dict[str, str]  # their field: ours
    rows: list[Row]
    unused: str = r"(?!)"  # tensors that are no part of the model we build


_MODERN = {
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
_SLIDING = _MODERN | {"sliding_window": "windows"}
_GPT2_SIZES = {
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
_BERT_SIZES = {
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
_ROTARY_BUFFER = r".*rotary_emb\.inv_freq"
ROTARY_FIELDS = ("rope_parameters", "rope_theta", "rope_scaling")
FAMILIES = {
    "llama": Family(LLAMA, _MODERN, LLAMA_ROWS, _ROTARY_BUFFER),
    "mistral": Family(MISTRAL, _SLIDING, LLAMA_ROWS, _ROTARY_BUFFER),
    "mixtral": Family(
        MIXTRAL,
        _SLIDING | {"num_local_experts": "experts", "num_experts_per_tok": "active_experts"},
        MIXTRAL_ROWS,
        _ROTARY_BUFFER,
    ),
    "gpt2": Family(GPT2, _GPT2_SIZES, GPT2_ROWS, r"h\.\d+\.attn\.(masked_)?bias"),  # old buffers of its mask
    "bert": Family(BERT, _BERT_SIZES, BERT_ROWS, r"pooler\..*|embeddings\.position_ids"),  # MiniLM pools by the mean
}
