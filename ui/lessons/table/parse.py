"""From what a reader typed to a configuration, or to one sentence that names what is wrong."""

import json
from dataclasses import replace

from model import hf, zoo
from model.config import CHOICES, Config
from model.errors import SettingError, VetroError
from model.weights import published
from model.weights.families import FAMILIES
from model.weights.published import MODELS
from ui.kit import cache
from ui.kit.language import Words

SIZES = ("layers", "width", "vocab_size", "context", "heads", "kv_heads", "head_width", "mlp_width")
WHOLE = (*SIZES, "window", "experts", "active_experts", "segments")
REAL = ("rope_base", "norm_eps")
SWITCHES = ("embed_norm", "bias", "head", "tied")
KINDS = CHOICES | {"mask": (*CHOICES["mask"], "sliding", "alternating"), "mlp": (*CHOICES["mlp"], "experts")}
EDITABLE = frozenset((*KINDS, *WHOLE, *REAL, *SWITCHES))
MOST = 10**7  # of any size: more than a hundred times what has ever been built
UNFIT = {"kv_heads": "bad-groups", "head_width": "bad-pairs", "active_experts": "bad-experts"}  # rows, for reasons
WINDOW, EXPERTS = 4096, 8  # where a choice calls for a number that the model does not have
OWN = "own"  # the table that a reader pastes
LONGEST = 60  # characters of a reader's value that a sentence repeats


class TableError(VetroError):
    """A table that cannot be counted. code: a section of content/*/table.md; field: a row, or a setting of a pasted
    file."""

    def __init__(self, code: str, *, field: str | None = None, **values: object):
        texts = {name: value if type(value) is int else _short(value) for name, value in values.items()}
        super().__init__(code, field=_short(field) if field else None, **texts)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def configuration(name: str) -> Config:
    """Of a published model, or of one that can be loaded here, which it may raise ModelUnavailable for."""
    return MODELS[name] if name in MODELS else cache.bundle(name).model.config


def title(name: str, words: Words) -> str:
    if name in zoo.ENTRIES:
        return zoo.ENTRIES[name].card.title
    return published.title(name) if name in MODELS else words.text(name)


# ---- the rows of a configuration, and back


def rows(config: Config) -> dict[str, object]:
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
    """The configuration with these rows changed. Raises TableError, whose `field` is the name of a row."""
    before = rows(config)
    after = _settled(config, before | {name: _parsed(name, text) for name, text in typed.items()})
    for name in WHOLE:
        if after[name] is not None and not 1 <= after[name] <= MOST:
            raise TableError("bad-size", field=name, most=MOST)
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
    try:
        return replace(config, **changes)
    except SettingError as error:
        raise _unfit(error.field, error.field, after) from error


def _unfit(row: str, field: str, values: dict) -> TableError:
    """For a row of UNFIT: `field` is what it is called, `values` are those of all rows."""
    return TableError(UNFIT[row], field=field, **{name: values[name] for name in ("heads", "kv_heads", "experts")})


def _parsed(name: str, text: str) -> str | bool | int | float:
    """What was typed into a row. Raises TableError."""
    if name in KINDS:
        if text not in KINDS[name]:
            raise TableError("bad-row", field=name)
        return text
    if name in SWITCHES:
        return text == "true"
    if name in WHOLE:
        if not (text.isascii() and text.isdecimal() and len(text) < 20):
            raise TableError("bad-whole", field=name)
        return int(text)
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e12:
        raise TableError("bad-real", field=name)
    return value


def _settled(config: Config, after: dict[str, object]) -> dict[str, object]:
    """Rows after an edit: a choice that calls for numbers gets them, and one that has no use for them drops them."""

    def value_or(name: str, otherwise: int) -> int:
        return otherwise if after[name] is None else after[name]

    local, mixture = after["mask"] in ("sliding", "alternating"), after["mlp"] == "experts"
    experts = value_or("experts", EXPERTS) if mixture else None
    return after | {
        "window": value_or("window", min(WINDOW, after["context"])) if local else None,
        "experts": experts,
        "active_experts": value_or("active_experts", min(config.active_experts, experts)) if mixture else None,
    }


# ---- a pasted config.json


def pasted(text: str) -> Config:
    """The configuration of a pasted config.json. Raises TableError, whose `field` is a name in that file."""
    given = _object(text)
    kind, known = given.get("model_type"), ", ".join(FAMILIES)
    if not isinstance(kind, str) or kind not in FAMILIES:
        raise TableError("paste-family" if "model_type" in given else "paste-no-family", value=kind, known=known)
    settings = {theirs: "window" if ours == "windows" else ours for theirs, ours in FAMILIES[kind].settings.items()}
    for field, row in settings.items():
        value = given.get(field)
        if value is None and row in hf.NEEDED:
            raise TableError("paste-missing", field=field)
        if row in WHOLE and type(value) is int and not 1 <= value <= MOST:
            raise TableError("bad-size", field=field, most=MOST)
        if row in REAL and isinstance(value, int | float) and value >= 1:
            raise TableError("paste-setting", field=field, value=value)
    try:
        return hf.config_from(given)
    except SettingError as error:
        left_out = {settings[name]: value for name, value in FAMILIES[kind].defaults.items() if name in settings}
        raise _refused(error, given, settings, rows(FAMILIES[kind].recipe) | left_out) from error


def _refused(error: SettingError, given: dict, settings: dict[str, str], usual: dict[str, object]) -> TableError:
    """What `hf.config_from` refuses of a file. settings: the rows by what the file calls them; usual: values of rows
    that it leaves out."""
    field, row, value = error.field, settings.get(error.field), given.get(error.field)
    values = usual | {row: given[name] for name, row in settings.items() if given.get(name) is not None}
    if row in WHOLE and value is not None and type(value) is not int:
        return TableError("paste-whole", field=field, value=value)
    if row == "heads":
        return TableError("paste-divide", field=field, heads=values["heads"], width=values["width"])
    if row in UNFIT:
        return _unfit(row, field, values)
    return TableError("paste-setting", field=field, value=value)


def _object(text: str) -> dict:
    if not text.strip():
        raise TableError("paste-empty")
    try:
        given = json.loads(text)
    except json.JSONDecodeError as error:
        raise TableError("paste-no-json", line=error.lineno, column=error.colno) from error
    except (ValueError, RecursionError) as error:  # an integer of thousands of digits, brackets without end
        raise TableError("paste-too-much") from error
    if not isinstance(given, dict):
        raise TableError("paste-no-object")
    return given
