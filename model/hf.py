"""Weights of Hugging Face models into ours, strictly: every setting is handled or refused by name, every tensor used.

Three sources, one path: a transformers model object, a local folder of safetensors, a GGUF file. Nothing is unpickled.
"""

import json
import re
from dataclasses import fields, replace
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from model.config import Config
from model.positions import SCALINGS
from model.transformer import Transformer
from model.weights.families import ACTIVATIONS, BOOKKEEPING, FAMILIES, FIXED, OWN, ROTARY_FIELDS, Family


def config_from(hf_config) -> Config:
    """Our configuration from a transformers configuration or the dict of a config.json.

    Raises ValueError naming the field that is missing, unknown, or has a value that we do not implement.
    """
    given = dict(hf_config if isinstance(hf_config, dict) else hf_config.to_dict())
    if given.get("model_type") == OWN:
        return _own(given)
    family = _family(given)
    rotary = {name: given.pop(name, None) for name in ROTARY_FIELDS} if family.recipe.position == "rotary" else {}
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
    if hf_config.get("model_type") == OWN:  # every tensor by its own name
        return with_weights(config, tensors)
    family = _family(hf_config)
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
                ours |= {our.format(i=i, e=e): part for our, part in zip(names, parts, strict=True)}
    if theirs:
        raise ValueError(f"the weights hold tensors that this model has no place for: {', '.join(sorted(theirs)[:3])}")
    if config.head and head is not None:
        ours["lm_head.weight"] = head
    return with_weights(config, ours)


def with_weights(config: Config, tensors: dict[str, Tensor]) -> Transformer:
    """A model of this configuration with these tensors, under our names; a head that shares the embedding's rows need
    not be among them. ValueError where they do not fit."""
    with torch.device("meta"):  # no time is spent on initial values that are thrown away
        model = Transformer(config)
    laid_out = {name: _laid_out(tensor.float()) for name, tensor in tensors.items()}
    if config.head and config.tied and "embed_tokens.weight" in laid_out:
        laid_out["lm_head.weight"] = laid_out["embed_tokens.weight"]
    if missing := model.state_dict().keys() - laid_out.keys():
        raise ValueError(f"the weights lack {min(missing)}")
    try:
        model.load_state_dict(laid_out, strict=True, assign=True)
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
