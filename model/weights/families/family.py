"""The tables of one architecture of transformers: the names of its settings and tensors, and how they are laid out.

`hf.py` reads by these tables; `checkpoint.py` writes by them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from torch import Tensor

from model.config import Config

ACTIVATIONS = {
    "silu": "silu",
    "gelu": "gelu",
    "gelu_new": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
    "relu": "relu",
}

# Settings that say nothing about the forward pass of an evaluated model, whatever its architecture.
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

# Settings that would make a second stack out of the model, with the only values that we implement.
ONE_STACK = {"add_cross_attention": (False,), "is_decoder": (False,), "is_encoder_decoder": (False,)}

OWN = "vetro"  # the model_type of configurations that no architecture of transformers has
ROTARY_FIELDS = ("rope_parameters", "rope_theta", "rope_scaling")

Row = tuple[str, tuple[str, ...], Callable[[Tensor], Iterable[Tensor]]]


def row(theirs: str, *ours: str, split: Callable[[Tensor], Iterable[Tensor]] = lambda x: (x,)) -> Row:
    """One tensor of theirs, without the family's prefix, and those of ours that it is split into. `{i}` stands for the
    layer, `{e}` for the expert."""
    return theirs, ours, split


def with_bias(theirs: str, ours: str) -> list[Row]:
    """The rows of a matrix, or of a norm, and of its bias."""
    return [row(f"{theirs}.{kind}", f"{ours}.{kind}") for kind in ("weight", "bias")]


@dataclass(frozen=True)
class Family:
    """How one architecture's settings and tensors map to ours. Whatever is not named here is refused by its name."""

    recipe: Config  # the choices that its configuration does not state
    settings: Mapping[str, str]  # {their setting: our field}
    rows: list[Row]
    prefix: str  # before the names of all tensors but the head's
    fixed: Mapping[str, tuple] = field(default_factory=dict)  # settings of a pass, with the only values we implement
    unused: str = r"(?!)"  # a pattern: tensors that are no part of the model we build
    unfused: Callable[[dict[str, Tensor]], dict[str, Tensor]] = lambda tensors: tensors  # tensors as `rows` name them
