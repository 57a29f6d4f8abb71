"""The tables of one architecture of transformers: the names of its settings and tensors, and how they are laid out.

`hf.py` reads by these tables; `checkpoint.py` writes by them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from model.config import Config
from model.errors import not_implemented

ACTIVATIONS = {
    "silu": "silu",
    "gelu": "gelu",
    "gelu_new": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
    "relu": "relu",
}

# Settings that say nothing about the forward pass of an evaluated model, whatever its architecture: of training, of
# decoding (transformers 4 wrote them all), of heads that we do not build, of tools that wrote the file.
_BOOKKEEPING = """
    _name_or_path architectures attention_dropout attention_probs_dropout_prob attn_pdrop auto_map bad_words_ids
    begin_suppress_tokens bos_token_id cache_implementation chunk_size_feed_forward classifier_dropout
    decoder_start_token_id directionality diversity_penalty do_sample dropout dtype early_stopping embd_pdrop
    encoder_no_repeat_ngram_size eos_token_id exponential_decay_length_penalty finetuning_task forced_bos_token_id
    forced_eos_token_id gradient_checkpointing hidden_dropout hidden_dropout_prob id2label initializer_range
    is_llama_config label2id length_penalty max_length min_length model_max_length model_type n_ctx n_special
    no_repeat_ngram_size num_beam_groups num_beams num_return_sequences output_attentions output_hidden_states
    output_past output_router_logits output_scores pad_token_id pooler_fc_size pooler_num_attention_heads
    pooler_num_fc_layers pooler_size_per_head pooler_type predict_special_tokens prefix pretraining_tp problem_type
    qa_dropout remove_invalid_values repetition_penalty resid_pdrop return_dict return_dict_in_generate
    router_aux_loss_coef sep_token_id seq_classif_dropout sinusoidal_pos_embds summary_activation
    summary_first_dropout summary_proj_to_labels summary_type summary_use_proj suppress_tokens task_specific_params
    temperature tf_legacy_loss tokenizer_class top_k top_p torch_dtype torchscript transformers.js_config
    transformers_version typical_p unk_token_id unsloth_fixed unsloth_version use_bfloat16 use_cache
"""
BOOKKEEPING = frozenset(_BOOKKEEPING.split())

# Settings that would take heads away, or make a second stack out of the model, with the only values that we implement.
ONE_STACK = {
    "add_cross_attention": (False,),
    "cross_attention_hidden_size": (None,),
    "is_decoder": (False,),
    "is_encoder_decoder": (False,),
    "pruned_heads": ({}, None),
    "tie_encoder_decoder": (False,),
}

OWN = "vetro"  # the model_type of configurations that no architecture of transformers has

Split = Callable[[Tensor, Config], Iterable[Tensor]]
Row = tuple[str, tuple[str, ...], Split]


def row(theirs: str, *ours: str, split: Split = lambda x, config: (x,)) -> Row:
    """One tensor of theirs, without the family's prefix, and those of ours that it is split into. `{i}` stands for the
    layer, `{e}` for the expert."""
    return theirs, ours, split


def with_bias(theirs: str, ours: str) -> list[Row]:
    """The rows of a matrix, or of a norm, and of its bias."""
    return [row(f"{theirs}.{kind}", f"{ours}.{kind}") for kind in ("weight", "bias")]


@dataclass(frozen=True)
class Family:
    """How one architecture's settings and tensors map to ours. Whatever is not named here is refused by its name."""

    recipe: Config  # the choices that its configuration does not state; its sizes are never used
    settings: Mapping[str, str]  # {their setting: our field}
    # What transformers takes for a setting that a config.json leaves out: {their setting: value}. Vocabulary, width,
    # layers and heads have none: a file without them is refused.
    defaults: Mapping[str, object]
    rows: list[Row]
    prefix: str  # before the names of all tensors but the head's
    fixed: Mapping[str, tuple] = field(default_factory=dict)  # settings of a pass, with the only values we implement
    unused: str = r"(?!)"  # a pattern: tensors that are no part of the model we build
    unfused: Callable[[dict[str, Tensor]], dict[str, Tensor]] = lambda tensors: tensors  # tensors as `rows` name them
    # The given settings as `settings` names them, where several say one thing together; also takes `defaults`.
    resolved: Callable[[Mapping[str, Any], Mapping[str, Any]], dict[str, Any]] = lambda given, defaults: dict(given)


def experts_apart(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The matrices of each expert, where one tensor holds those of all of a layer (E, …), as transformers 5 has them in
    memory."""
    apart = {}
    for name, tensor in tensors.items():
        stem, _, last = name.rpartition("experts.")
        parts = {"gate_up_proj": ("gate", "up"), "down_proj": ("down",)}.get(last, ())
        for e, both in enumerate(tensor if parts else ()):
            matrices = zip(parts, both.chunk(len(parts)), strict=True)
            apart |= {f"{stem}experts.{e}.{part}_proj.weight": matrix for part, matrix in matrices}
        if not parts:
            apart[name] = tensor
    return apart


KINDS_OF_LAYER = ("full_attention", "sliding_attention")


def windows(kinds: object, window: object, layers: object) -> tuple | None:
    """The window of each layer, by what `layer_types` says of it; None where none has one. Raises SettingError for a
    kind that we do not know."""
    if not isinstance(kinds, list | tuple) or len(kinds) != layers or not all(kind in KINDS_OF_LAYER for kind in kinds):
        raise not_implemented("layer_types", kinds, f"one of {', '.join(KINDS_OF_LAYER)} for each layer is")
    each = tuple(window if kind == "sliding_attention" else None for kind in kinds)
    return each if any(each) else None
