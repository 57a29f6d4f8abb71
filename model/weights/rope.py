"""Base and scaling of the rotation, out of the two spellings that configurations have for them."""

import math
from typing import Any

from model.errors import SettingError, not_implemented

FIELDS = ("rope_parameters", "rope_theta", "rope_scaling")
NUMBERS = {  # rope_type: the numbers that come with it
    "default": (),
    "linear": ("factor",),
    "yarn": ("factor", "original_max_position_embeddings", "attention_factor", "beta_fast", "beta_slow", "truncate"),
    "llama3": ("factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"),
}


def read(rotary: dict, usual: Any, context: Any) -> dict:
    """Our fields for base and scaling, from either of the two spellings; usual: the family's base; context: the
    positions that the model is made for.

    Raises SettingError for whatever in them is not handled, and where the spellings disagree: which of them counts,
    libraries do not agree on.
    """
    if not rotary:
        return {}
    told = [name for name in ("rope_parameters", "rope_scaling") if rotary[name] not in (None, {})]
    spelled = {name: rotary[name] for name in told} or {"rope_theta": {}}
    found = [_rotation(name, rope, rotary["rope_theta"], usual, context) for name, rope in spelled.items()]
    if any(other != found[0] for other in found):
        raise not_implemented(told[1], rotary[told[1]], f"{told[0]} says something else")
    return found[0]


def _rotation(name: str, rope: Any, base: Any, usual: Any, context: Any) -> dict:
    """Base and scaling as one spelling has them; `base`: what the older one has beside it, None where it has none."""
    if not isinstance(rope, dict):
        raise SettingError(name, rope, f"{name} = {rope!r} is of a wrong type")
    numbers, kinds = dict(rope), {rope[key] for key in ("rope_type", "type") if isinstance(rope.get(key), str)}
    kind = numbers.pop("rope_type", None) or numbers.pop("type", None) or "default"
    numbers.pop("type", None)  # the older spelling, beside the newer one
    if numbers.get("partial_rotary_factor") == 1:  # all of each head, as everywhere
        del numbers["partial_rotary_factor"]
    own = numbers.pop("rope_theta", base)
    if not isinstance(kind, str) or kind not in NUMBERS or len(kinds) > 1:
        raise not_implemented(name, rope, f"known types of scaling: {', '.join(NUMBERS)}, one at a time")
    if base is not None and own != base:
        raise not_implemented("rope_theta", base, f"{name} says {own!r}")
    if kind == "yarn":
        numbers = _yarn(name, rope, numbers, context)
    if apart := set(NUMBERS[kind]).symmetric_difference(numbers):
        why = f"{min(apart)} is {'missing' if min(apart) in NUMBERS[kind] else 'a setting we do not know'} in it"
        raise not_implemented(name, rope, why)
    base = usual if own is None else own
    truncate = {"truncate": numbers.pop("truncate")} if "truncate" in numbers else {}
    for number in (base, *numbers.values()):
        if not isinstance(number, int | float) or isinstance(number, bool) or not 0 < number < 1e300:
            held = base if name == "rope_theta" else rope
            raise SettingError(name, held, f"{name}: {number!r} is no number above 0")
    if kind == "llama3" and not numbers["low_freq_factor"] < numbers["high_freq_factor"]:
        raise not_implemented(name, rope, "low_freq_factor must be below high_freq_factor")
    scaling = tuple(sorted((numbers | truncate | {"rope_type": kind}).items()))
    return {"rope_base": float(base), "rope_scaling": scaling if kind != "default" else None}


def _yarn(name: str, rope: dict, numbers: dict, context: Any) -> dict:
    """The numbers of YaRN, with what transformers takes for those that are left out or null (`modeling_rope_utils`)."""
    numbers = {key: value for key, value in numbers.items() if value is not None}
    mscale, all_dim = numbers.pop("mscale", None), numbers.pop("mscale_all_dim", None)
    if mscale or all_dim:
        raise not_implemented(name, rope, "only without mscale and mscale_all_dim")
    factor = numbers.get("factor")
    if not isinstance(factor, int | float) or isinstance(factor, bool) or factor <= 0:
        raise not_implemented(name, rope, f"factor is {'missing' if factor is None else 'no number above 0'} in it")
    usual = {
        "original_max_position_embeddings": context,
        "attention_factor": 0.1 * math.log(max(factor, 1)) + 1,
        "beta_fast": 32,
        "beta_slow": 1,
        "truncate": True,
    }
    if not isinstance(numbers.get("truncate", True), bool):
        raise not_implemented(name, rope, "truncate is true or false")
    return usual | numbers
