"""Lesson 13: from what a reader typed to a configuration, or to one sentence that names what is wrong."""

import json
from collections.abc import Mapping
from dataclasses import replace

from model import hf, zoo
from model.config import CHOICES, Config
from model.errors import SettingError
from model.weights.families import FAMILIES
from model.weights.published import MODELS
from ui.kit import cache, language

SIZES = ("layers", "width", "vocab_size", "context", "heads", "kv_heads", "head_width", "mlp_width")
WHOLE = (*SIZES, "window", "experts", "active_experts", "segments")
REAL = ("rope_base", "norm_eps")
SWITCHES = ("embed_norm", "bias", "head", "tied")
KINDS = CHOICES | {"mask": (*CHOICES["mask"], "sliding", "alternating"), "mlp": (*CHOICES["mlp"], "experts")}
EDITABLE = frozenset((*KINDS, *WHOLE, *REAL, *SWITCHES))
MOST = 10**7  # of any size: more than a hundred times what has ever been built
NEEDED = ("vocab_size", "width", "layers", "heads")  # of a pasted configuration; the rest has rules
WINDOW, EXPERTS = 4096, 8  # where a choice calls for a number that the model does not have
OWN = "own"  # the table that a reader pastes
LONGEST = 60  # characters of a reader's value that a sentence repeats


class Problem(Exception):
    """What is wrong: a section of content/*/table.md, and its values."""

    def __init__(self, section: str, **values):
        super().__init__(section)
        self.section = section
        self.values = {name: value if isinstance(value, int) else _short(value) for name, value in values.items()}


def _short(value) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def configuration(name: str) -> Config:
    """Of a published model, or of one that can be loaded here, which it may raise ModelUnavailable for."""
    return MODELS[name] if name in MODELS else cache.bundle(name).model.config


def title(name: str, words: language.Words) -> str:
    if name in zoo.ENTRIES:
        return zoo.ENTRIES[name].card.title
    return name if name in MODELS else words.text(name)


# ---- the rows of a configuration, and back


def rows(config: Config) -> dict:
    """What each row holds, None where the model has no such thing. The rows are the fields of the configuration, but
    for windows and experts: the mask and the kind of MLP are told with them, as one speaks of them."""
    window, mixture = config.window, config.experts is not None
    local = "sliding" if set(config.windows) == {window} else "alternating"
    return vars(config) | {
        "mask": local if window else config.mask,
        "window": window,
        "mlp": "experts" if mixture else config.mlp,
        "active_experts": config.active_experts if mixture else None,
    }


def edited(config: Config, typed: dict[str, str]) -> Config:
    """The configuration with these rows changed. Raises Problem, whose `field` is the name of a row."""
    before = rows(config)
    after = _settled(config, before | {name: _parsed(name, text) for name, text in typed.items()})
    _fitting(after, {})
    changes = {name: value for name, value in after.items() if value != before[name]}
    if changes.keys() & {"mask", "window"}:
        window = changes.pop("window", after["window"])
        local = {"sliding": (window,), "alternating": (window, None)}
        changes["windows"] = local.get(after["mask"], (None,))
        changes["mask"] = "causal" if after["mask"] in local else after["mask"]
    if changes.get("mlp") == "experts":
        changes["mlp"] = "gated"  # as experts are in Mixtral
    if not after["experts"]:
        changes.pop("active_experts", None)
    return replace(config, **changes)


def _parsed(name: str, text: str):
    if name in KINDS:
        if text not in KINDS[name]:
            raise Problem("bad-row", field=name)
        return text
    if name in SWITCHES:
        return text == "true"
    if name in WHOLE:
        if not (text.isascii() and text.isdecimal() and len(text) < 20):
            raise Problem("bad-whole", field=name)
        return int(text)
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e12:
        raise Problem("bad-real", field=name)
    return value


def _settled(config: Config, after: dict) -> dict:
    """Rows after an edit: a choice that calls for numbers gets them, and one that has no use for them drops them."""

    def given(name: str, otherwise: int) -> int:
        return otherwise if after[name] is None else after[name]

    local, mixture = after["mask"] in ("sliding", "alternating"), after["mlp"] == "experts"
    experts = given("experts", EXPERTS) if mixture else None
    return after | {
        "window": given("window", min(WINDOW, after["context"])) if local else None,
        "experts": experts,
        "active_experts": given("active_experts", min(config.active_experts, experts)) if mixture else None,
    }


def _fitting(after: dict, called: Mapping[str, str]) -> None:
    """Raises Problem where the numbers of rows do not fit together; `called` says what they are named."""

    def problem(section: str, name: str, **values) -> Problem:
        return Problem(section, field=called.get(name, name), **values)

    for name in WHOLE:
        if after[name] is not None and not 1 <= after[name] <= MOST:
            raise problem("bad-size", name, most=MOST)
    if after["heads"] % after["kv_heads"]:
        raise problem("bad-groups", "kv_heads", heads=after["heads"], kv_heads=after["kv_heads"])
    if after["position"] == "rotary" and after["head_width"] % 2:
        raise problem("bad-pairs", "head_width")
    if after["experts"] and after["active_experts"] > after["experts"]:
        raise problem("bad-experts", "active_experts", experts=after["experts"])


# ---- a pasted config.json


def pasted(text: str) -> Config:
    """The configuration of a pasted config.json. Raises Problem, whose `field` is a name in that file."""
    given = _object(text)
    kind, known = given.get("model_type"), ", ".join(FAMILIES)
    if not isinstance(kind, str) or kind not in FAMILIES:
        raise Problem("paste-family" if "model_type" in given else "paste-no-family", value=kind, known=known)
    family = FAMILIES[kind]
    sizes = {theirs: "window" if ours == "windows" else ours for theirs, ours in family.settings.items()}
    named = {row: theirs for theirs, row in sizes.items()}
    for theirs, row in sizes.items():
        _kind(theirs, row, given)
    found = {row: given[theirs] for theirs, row in sizes.items() if given.get(theirs) is not None}
    width, heads = found["width"], found["heads"]
    if width % heads and "head_width" not in found:
        raise Problem("paste-divide", field=named["heads"], heads=heads, width=width)
    _fitting(rows(family.recipe) | {"kv_heads": heads, "head_width": width // heads} | found, named)
    try:
        return hf.config_from(given)
    except SettingError as error:
        raise Problem("paste-setting", field=error.field, value=given.get(error.field)) from error


def _object(text: str) -> dict:
    if not text.strip():
        raise Problem("paste-empty")
    try:
        given = json.loads(text)
    except json.JSONDecodeError as error:
        raise Problem("paste-no-json", line=error.lineno, column=error.colno) from error
    except (ValueError, RecursionError) as error:  # an integer of thousands of digits, brackets without end
        raise Problem("paste-too-much") from error
    if not isinstance(given, dict):
        raise Problem("paste-no-object")
    return given


def _kind(theirs: str, row: str, given: dict) -> None:
    """Raises Problem where a setting is missing or of the wrong kind."""
    value = given.get(theirs)
    if value is None:
        if row in NEEDED:
            raise Problem("paste-missing", field=theirs)
    elif row in WHOLE:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Problem("paste-whole", field=theirs, value=value)
        if not 1 <= value <= MOST:
            raise Problem("bad-size", field=theirs, most=MOST)
    else:
        kind = float | int if row in REAL else bool if row in SWITCHES else str
        if not isinstance(value, kind) or (row in REAL and not 0 < value < 1):
            raise Problem("paste-setting", field=theirs, value=value)
