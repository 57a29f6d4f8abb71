"""Weights of Hugging Face models into ours, strictly: every setting is handled or refused by name, every tensor used.

Three sources, one path: a transformers model object, a local folder of safetensors, a GGUF file. Nothing is unpickled.
"""

import json
import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from model.config import Config
from model.errors import ModelUnavailable, SettingError, not_implemented
from model.transformer import Transformer
from model.weights import rope
from model.weights.families import FAMILIES
from model.weights.families.family import ACTIVATIONS, BOOKKEEPING, OWN, Family

# Fields that files of ours may lack, written before there were any.
_ADDED = ("qkv_bias", "qk_norm", "score_width", "embed_scaled", "local_rope_base", "renormalise", "rotary_width")
ADDED = {field.name: field.default for field in fields(Config) if field.name in _ADDED}
OWN_TYPES: dict[str, Any] = {"rope_scaling": tuple | None, "windows": tuple}  # where a type says what is in it
TYPES: dict[str, Any] = {field.name: field.type for field in fields(Config)} | {"windows": int | tuple | None}
NULL_SAYS = ("kv_heads", "head_width", "windows")  # as many as heads, what the heads leave, no window
NEEDED = ("vocab_size", "width", "layers", "heads")  # of a config.json; the rest has rules


def config_from(hf_config: Any) -> Config:
    """Our configuration from a transformers configuration or the dict of a config.json.

    Raises SettingError, a ValueError, whose `field` is the setting that is missing, unknown, or has a value that we do
    not implement, as that configuration calls it.
    """
    given = dict(hf_config if isinstance(hf_config, dict) else hf_config.to_dict())
    if given.get("model_type") == OWN:
        return _own(given)
    family = _family(given)
    given = family.resolved(given, family.defaults)
    rotary = {name: given.pop(name, None) for name in rope.FIELDS} if family.recipe.position == "rotary" else {}
    given = {name: value for name, value in family.defaults.items() if name not in rope.FIELDS} | given
    ours = {}
    for name, value in given.items():
        if name in family.settings:
            ours[family.settings[name]] = _typed(name, value, family.settings[name])
        elif name in family.fixed:
            if value not in family.fixed[name]:
                raise not_implemented(name, value, f"only {family.fixed[name][0]!r} is implemented")
        elif name not in BOOKKEEPING and not name.startswith("_"):
            raise SettingError(name, value, f"{name} = {value!r}: a setting we do not know")
    theirs = {ours: theirs for theirs, ours in family.settings.items() if ours}
    for name in NEEDED:
        if ours.get(name) is None:
            raise SettingError(theirs[name], None, f"{theirs[name]} is missing")
    for name, value in ours.items():
        if value is None and name not in NULL_SAYS and family.defaults[theirs[name]] is not None:
            raise SettingError(theirs[name], None, f"{theirs[name]} is null, which says nothing here")
    try:
        return replace(
            family.recipe,
            **_derived(ours, family.recipe, theirs),
            **rope.read(rotary, family.defaults.get("rope_theta"), ours.get("context")),
        )
    except SettingError as error:
        field = error.field or ""
        raise SettingError(theirs.get(field, field), error.value, str(error)) from error


def _typed(name: str, value: object, ours: str) -> object:
    """The value, if it is of the type of our field. Raises SettingError where it is not."""
    kind = TYPES[ours] | (int if TYPES[ours] is float else None) | None
    if not isinstance(value, kind) or (isinstance(value, bool) and kind != bool | None):
        raise SettingError(name, value, f"{name} = {value!r} is of a wrong type")
    return value


def _own(given: dict) -> Config:
    """A configuration of ours, with every field by its own name and of its type."""
    given = ADDED | {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    del given["model_type"]
    names = {field.name for field in fields(Config)}
    if apart := names.symmetric_difference(given):
        name = min(apart)
        why = f"{name} is {'missing' if name in names else 'a setting we do not know'}"
        raise SettingError(name, given.get(name), why)
    for field in fields(Config):
        value, kind = given[field.name], OWN_TYPES.get(field.name, field.type)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise SettingError(field.name, value, f"{field.name} = {value!r} is of a wrong type")
    return Config(**given)


def _family(given: dict) -> Family:
    kind = given.get("model_type")
    if not isinstance(kind, str) or kind not in FAMILIES:
        raise not_implemented("model_type", kind, f"known: {', '.join(FAMILIES)}")
    return FAMILIES[kind]


def _derived(ours: dict, recipe: Config, theirs: dict[str, str]) -> dict:
    """What configurations leave out or leave to a rule."""
    if (activation := ours.get("activation")) is not None:
        if activation not in ACTIVATIONS:
            raise not_implemented(theirs["activation"], activation, f"known: {', '.join(ACTIVATIONS)}")
        ours["activation"] = ACTIVATIONS[activation]
    if "windows" in ours:
        window = ours["windows"]
        ours["windows"] = window if isinstance(window, tuple) else (window or None,)  # 0 and null both mean none
    ours = {name: value for name, value in ours.items() if value is not None}
    ours.setdefault("kv_heads", ours["heads"])
    if "head_width" not in ours:
        if ours["heads"] < 1 or ours["width"] % ours["heads"]:
            why = f"the width {ours['width']} does not divide into {ours['heads']} heads"
            raise SettingError("heads", ours["heads"], why)
        ours["head_width"] = ours["width"] // ours["heads"]
    ours.setdefault("mlp_width", 4 * ours["width"])
    if not recipe.head:
        ours["tied"] = recipe.tied  # without a head there is nothing to tie
    return ours


def from_hf(hf_model: Any) -> Transformer:
    """A transformers model object as ours, in float32. Raises ValueError, naming the setting or tensor that differs."""
    return build(hf_model.config.to_dict(), hf_model.state_dict())


def from_folder(folder: str | Path) -> Transformer:
    """A local folder with config.json and model.safetensors, or the shards that its index lists. Raises as `build`;
    FileNotFoundError where a file is missing, ModelUnavailable where one is damaged."""
    folder = Path(folder)
    config = _read_json(folder / "config.json")
    config_from(config)  # the weights of what we do not have need not be read
    index = folder / "model.safetensors.index.json"
    files = set(_read_json(index, "weight_map")["weight_map"].values()) if index.exists() else {"model.safetensors"}
    tensors: dict[str, Tensor] = {}
    for file in sorted(files):
        tensors |= _read(folder / file)
    return build(config, tensors)


def _read_json(file: Path, *needed: str) -> dict:
    """The object that a JSON file holds. Raises ModelUnavailable where it holds none, or one without a needed name."""
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ModelUnavailable(file.name, "an object in JSON", "reinstall", str(error)) from error
    if not isinstance(held, dict) or not held.keys() >= set(needed):
        raise ModelUnavailable(file.name, f"an object in JSON, with {', '.join(needed) or 'settings'}", "reinstall")
    return held


def _read(file: Path) -> dict[str, Tensor]:
    """The tensors of a file. Raises ModelUnavailable where it is cut off or of another format, ValueError for numbers
    that are none."""
    try:
        tensors = load_file(file)
    except SafetensorError as error:
        where = f"{_cut(file) or 'the header'}: {error}"
        raise ModelUnavailable(file.name, "weights in safetensors", "reinstall", where) from error
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
    return min((name for name, end in ends.items() if end > held), key=ends.__getitem__, default=None)


def build(hf_config: dict, tensors: dict[str, Tensor]) -> Transformer:
    """The model of a config.json with exactly these tensors, under their Hugging Face names, in float32 and in
    evaluation mode. Raises SettingError as `config_from`, and ValueError, naming the tensor, for one that is missing or
    left over."""
    config = config_from(hf_config)
    if hf_config.get("model_type") == OWN:  # every tensor by its own name
        return with_weights(config, tensors)
    family = _family(hf_config)
    theirs = {name.removeprefix(family.prefix): tensor for name, tensor in tensors.items()}
    theirs = family.unfused({name: tensor for name, tensor in theirs.items() if not re.fullmatch(family.unused, name)})
    head = theirs.pop("lm_head.weight", None)

    ours: dict[str, Tensor] = {}
    for pattern, names, split in family.rows:
        for i in range(config.layers) if "{i}" in pattern else [0]:
            for e in range(config.experts or 0) if "{e}" in pattern else [0]:
                name = pattern.format(i=i, e=e)
                if name not in theirs:
                    raise ValueError(f"the weights lack {name}")
                parts = split(theirs.pop(name), config)
                ours |= {our.format(i=i, e=e): part for our, part in zip(names, parts, strict=True)}
    if theirs:
        raise ValueError(f"the weights hold tensors that this model has no place for: {', '.join(sorted(theirs)[:3])}")
    if config.head and head is not None:
        ours["lm_head.weight"] = head
        # A flag that says "tied", and a head of its own in the file: transformers then does not tie them.
        own = config.tied and not torch.equal(head, ours["embed_tokens.weight"])
        config = replace(config, tied=False) if own else config
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
    """The same weights, shared and not copied, under a configuration with `changes` to its fields: without positions,
    with another base of the rotation. Weights that the new one has no use for are left out.

    Raises SettingError where the choices do not fit together, ValueError where weights would be missing or of another
    shape."""
    config = replace(model.config, **changes)
    with torch.device("meta"):
        used = Transformer(config).state_dict().keys()
    return with_weights(config, {name: tensor for name, tensor in model.state_dict().items() if name in used})
