"""Weights of Hugging Face models into ours, strictly: every setting is handled or refused by name, every tensor used.

Three sources, one path: a transformers model object, a local folder of safetensors, a GGUF file. Nothing is unpickled.
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from model.config import BERT, GPT2, LLAMA, MISTRAL, MIXTRAL, Config
from model.positions import SCALINGS
from model.transformer import Transformer

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
_ROTARY_FIELDS = ("rope_parameters", "rope_theta", "rope_scaling")
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


def config_from(hf_config) -> Config:
    """Our configuration from a transformers configuration or the dict of a config.json.

    Raises ValueError naming the field that is missing, unknown, or has a value that we do not implement.
    """
    given = dict(hf_config if isinstance(hf_config, dict) else hf_config.to_dict())
    if given.get("model_type") == OWN:
        return _own(given)
    family = _family(given)
    rotary = {name: given.pop(name, None) for name in _ROTARY_FIELDS} if family.recipe.position == "rotary" else {}
    ours = {}
    for name, value in given.items():
        if name in family.sizes:
            ours[family.sizes[name]] = value
        elif name in FIXED:
            if value not in FIXED[name]:
                raise ValueError(f"{name} = {value!r} is not implemented; only {FIXED[name][0]!r} is")
        elif name not in BOOKKEEPING and not name.startswith("_"):
            raise ValueError(f"{name} = {value!r}: a setting we do not know")
    for theirs, name in family.sizes.items():
        if name in ("vocab_size", "width", "layers", "heads") and not isinstance(ours.get(name), int):
            raise ValueError(f"{theirs} is missing or no whole number")
    return replace(family.recipe, **_derived(ours, family.recipe), **_rope(rotary))


def _own(given: dict) -> Config:
    """A configuration of ours, with every field by its own name."""
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    del given["model_type"]
    names = {field.name for field in fields(Config)}
    if apart := names.symmetric_difference(given):
        raise ValueError(f"{min(apart)} is {'missing' if min(apart) in names else 'a setting we do not know'}")
    return Config(**given)


def _family(given: dict) -> Family:
    if (kind := given.get("model_type")) not in FAMILIES:
        raise ValueError(f"model_type = {kind!r} is not implemented; known: {', '.join(FAMILIES)}")
    return FAMILIES[kind]


def _derived(ours: dict, recipe: Config) -> dict:
    """What configurations leave out or leave to a rule."""
    if (activation := ours.get("activation")) is not None:
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation {activation!r} is not implemented; known: {', '.join(ACTIVATIONS)}")
        ours["activation"] = ACTIVATIONS[activation]
    if "windows" in ours:
        ours["windows"] = (ours["windows"] or None,)  # 0 and null both mean that there is none
    ours = {name: value for name, value in ours.items() if value is not None}
    ours.setdefault("kv_heads", ours["heads"])
    if not ours.get("head_width"):
        if ours["width"] % ours["heads"]:
            raise ValueError(f"the width {ours['width']} does not divide into {ours['heads']} heads")
        ours["head_width"] = ours["width"] // ours["heads"]
    ours.setdefault("mlp_width", 4 * ours["width"])
    if not recipe.head:
        ours["tied"] = recipe.tied  # without a head there is nothing to tie
    return ours


def _rope(rotary: dict) -> dict:
    """Base and scaling, from either of the two spellings."""
    if not rotary:
        return {}
    rope = dict(rotary["rope_parameters"] or {}) or dict(rotary["rope_scaling"] or {})
    base = rope.pop("rope_theta", None) or rotary["rope_theta"] or 10000.0
    kind = rope.setdefault("rope_type", rope.pop("type", "default"))
    if kind not in SCALINGS:
        raise ValueError(f"rope scaling of type {kind!r} is not implemented; known: {', '.join(SCALINGS)}")
    return {"rope_base": float(base), "rope_scaling": tuple(sorted(rope.items())) if kind != "default" else None}


def from_hf(hf_model) -> Transformer:
    """A transformers model object as ours, in float32. ValueError names the setting or tensor that differs."""
    return build(hf_model.config.to_dict(), hf_model.state_dict())


def from_folder(folder: str | Path) -> Transformer:
    """A local folder with config.json and model.safetensors, or the shards that its index lists."""
    folder = Path(folder)
    config = json.loads((folder / "config.json").read_text())
    index = folder / "model.safetensors.index.json"
    files = set(json.loads(index.read_text())["weight_map"].values()) if index.exists() else {"model.safetensors"}
    tensors: dict[str, Tensor] = {}
    for file in sorted(files):
        tensors |= _read(folder / file)
    return build(config, tensors)


def _read(file: Path) -> dict[str, Tensor]:
    """The tensors of a file. Raises SafetensorError where it is cut off, ValueError for numbers that are none."""
    try:
        tensors = load_file(file)
    except SafetensorError as error:
        raise SafetensorError(f"{_cut(file) or 'the header'}: {error}") from error
    for name, tensor in tensors.items():
        if not tensor.isfinite().all():
            raise ValueError(f"{name} holds numbers that are none (NaN or infinite)")
    return tensors


def _cut(file: Path) -> str | None:
    """The first tensor that a cut file no longer holds whole. A file begins with the length of its header, which says
    where each tensor lies (safetensors' own format)."""
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        held = file.stat().st_size - 8 - length
        if held < 0:  # a file of another kind may name any length
            return None
        try:
            header = json.loads(opened.read(length))
        except ValueError:
            return None
    ends = {name: entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"}
    return min((name for name, end in ends.items() if end > held), key=ends.get, default=None)


def build(hf_config: dict, tensors: dict[str, Tensor]) -> Transformer:
    """The model of a configuration with exactly these tensors, under their Hugging Face names."""
    config = config_from(hf_config)
    family = _own_family(config) if hf_config.get("model_type") == OWN else _family(hf_config)
    theirs = {re.sub(r"^(model|transformer|bert)\.", "", name): tensor for name, tensor in tensors.items()}
    theirs = _unfused({name: tensor for name, tensor in theirs.items() if not re.fullmatch(family.unused, name)})
    head = theirs.pop("lm_head.weight", None)

    ours: dict[str, Tensor] = {}
    for pattern, names, split in family.rows:
        for i in range(config.layers) if "{i}" in pattern else [0]:
            for e in range(config.experts) if "{e}" in pattern else [0]:
                name = pattern.format(i=i, e=e)
                if name not in theirs:
                    raise ValueError(f"the weights lack {name}")
                parts = split(theirs.pop(name))
                ours |= {our.format(i=i, e=e): part.float() for our, part in zip(names, parts, strict=True)}
    if theirs:
        raise ValueError(f"the weights hold tensors that this model has no place for: {', '.join(sorted(theirs)[:3])}")
    if config.head:
        if head is None and not config.tied:
            raise ValueError("the weights lack lm_head.weight")
        ours["lm_head.weight"] = ours["embed_tokens.weight"] if config.tied else head.float()
    return with_weights(config, ours)


def _own_family(config: Config) -> Family:
    """Every tensor by its own name."""
    with torch.device("meta"):
        names = Transformer(config).state_dict().keys() - {"lm_head.weight"}
    return Family(config, {}, [row(name, name) for name in names])


def with_weights(config: Config, tensors: dict[str, Tensor]) -> Transformer:
    """A model of this configuration with these tensors, under our names. ValueError where they do not fit."""
    with torch.device("meta"):  # no time is spent on initial values that are thrown away
        model = Transformer(config)
    try:
        model.load_state_dict({name: _laid_out(x) for name, x in tensors.items()}, strict=True, assign=True)
    except RuntimeError as error:
        raise ValueError(f"the weights do not fit the configuration: {str(error).splitlines()[1].strip()}") from error
    if config.head and config.tied:
        model.lm_head.weight = model.embed_tokens.weight
    return model.requires_grad_(False).eval()


def _laid_out(tensor: Tensor) -> Tensor:
    """The same tensor, its longer side in a row in memory. In decoding each matrix meets one vector, and the time goes
    into reading it: in long rows SmolLM2's head is read at 25 GB/s, in short ones at 14."""
    tall = tensor.ndim == 2 and tensor.shape[0] > tensor.shape[1]
    return tensor.T.contiguous().T if tall else tensor


def variant(model: Transformer, **changes) -> Transformer:
    """The same weights, shared and not copied, under a configuration that differs in a few choices: without positions,
    with another base of rotation. What the new one has no use for is left out; ValueError where it would lack some."""
    config = replace(model.config, **changes)
    with torch.device("meta"):
        used = Transformer(config).state_dict().keys()
    return with_weights(config, {name: tensor for name, tensor in model.state_dict().items() if name in used})


def _unfused(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """In memory, transformers 5 keeps all experts of a layer in one tensor; in files they are apart."""
    apart = {}
    for name, tensor in tensors.items():
        stem, _, last = name.rpartition(".mlp.experts.")
        if last == "gate_up_proj":
            for e, both in enumerate(tensor):
                apart[f"{stem}.block_sparse_moe.experts.{e}.w1.weight"] = both.chunk(2)[0]
                apart[f"{stem}.block_sparse_moe.experts.{e}.w3.weight"] = both.chunk(2)[1]
        elif last == "down_proj" and stem:
            for e, down in enumerate(tensor):
                apart[f"{stem}.block_sparse_moe.experts.{e}.w2.weight"] = down
        elif name.endswith(".mlp.gate.weight"):
            apart[name.replace(".mlp.gate.", ".block_sparse_moe.gate.")] = tensor
        else:
            apart[name] = tensor
    return apart
