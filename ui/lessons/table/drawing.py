"""What the component is given: rows that can be edited, results, and both models as areas."""

from dataclasses import dataclass

from markupsafe import Markup

from model import arithmetic
from model.arithmetic import count, layer_parameters
from model.config import Config
from ui.kit import markup
from ui.kit.language import Words
from ui.lessons.table import names, parse, results
from ui.lessons.table.parse import KINDS, REAL, SWITCHES, WHOLE, TableError
from ui.lessons.table.results import PARTS, legible
from viz import table as areas

# A row belongs to the parts of the area picture that grow with it.
ROWS = {
    "layers": ("attention", "mlp", "experts", "routers", "norms"),
    "width": PARTS,
    "vocab_size": ("embedding", "head"),
    "context": ("positions",),
    "heads": ("attention",),
    "kv_heads": ("attention",),
    "head_width": ("attention",),
    "mask": (),
    "window": (),
    "position": ("positions",),
    "rope_base": (),
    "rope_scaling": (),
    "mlp": ("mlp", "experts"),
    "mlp_width": ("mlp", "experts"),
    "activation": (),
    "experts": ("experts", "routers"),
    "active_experts": ("experts",),
    "norm": ("norms",),
    "norm_place": ("norms",),
    "norm_eps": (),
    "embed_norm": ("norms",),
    "bias": ("attention", "mlp", "experts"),
    "segments": ("embedding",),
    "head": ("head",),
    "tied": ("head",),
}


@dataclass(frozen=True)
class Table:
    """A model as it stands in the table: `config` with the reader's changes, `typed` what the changed rows hold."""

    name: str
    published: Config
    config: Config
    typed: dict[str, str]
    problem: TableError | None = None


def sentence(problem: TableError, words: Words, row: bool = False) -> Markup:
    """The problem in one sentence. A `row` is called by its name in the reader's language, a setting of a file as it
    is written there."""
    values = {name: words.number(value) if isinstance(value, int) else value for name, value in problem.values.items()}
    values["field"] = words.text(f"row-{problem.field}") if row else problem.field
    return words.inline(problem.code, **{name: markup.user_text(value) for name, value in values.items()})


def drawn(table: Table, pair: dict[str, Config], tokens: int, words: Words) -> dict[str, object]:
    """names of the one or two models; rows: see `_row`; edited: what was typed, by row; problem: {field, html} or None;
    results: see `results.lines`; parts: {part, label, counts, shares}, a text for each model; areas: for each model its
    boxes and those of one layer, [part, x, y, width, height, label, idle] in fractions of a square, the squares' sides
    as fractions of the larger one, and the counts as they are written."""
    configs = list(pair.values())
    counts = [count(config) for config in configs]
    problem = table.problem
    return {
        "names": list(pair),
        "rows": [_row(name, table, configs, words) for name in ROWS if _applies(name, configs)],
        "edited": dict(table.typed),
        "problem": problem and {"field": problem.field, "html": str(sentence(problem, words, row=True))},
        "results": results.lines(configs, tokens, words),
        "parts": [
            {
                "part": part,
                "label": words.text(f"part-{part}"),
                "counts": [words.number(legible(getattr(each, part))) for each in counts],
                "shares": [words.percent(getattr(each, part) / each.total) for each in counts],
            }
            for part in results.present(configs)
        ],
        "areas": _areas(configs, words),
    }


# ---- areas


def _areas(configs: list[Config], words: Words) -> list[dict[str, object]]:
    counts, layers = [count(config) for config in configs], [layer_parameters(config) for config in configs]
    most, widest = max(each.total for each in counts), max(layers)
    return [
        {
            "side": (each.total / most) ** 0.5,
            "model": _boxes(areas.model(vars(each), config.layers, *_experts(config))),
            "layer": _boxes(areas.layer(matrices(config, words), *_experts(config))),
            "of": words.number(legible(layer)),
            "share": (layer / widest) ** 0.5,
            "layers": words.number(config.layers),
            "total": words.number(legible(each.total)),
        }
        for config, each, layer in zip(configs, counts, layers, strict=True)
    ]


def matrices(config: Config, words: Words) -> list[tuple[str, str, int]]:
    """What one layer holds, as (part, label, count), each matrix with its bias; the experts all in one."""
    rows = []
    for term in arithmetic.layer_terms(config):
        if term.part == "experts" and rows[-1][0] == "experts":
            rows[-1] = ("experts", "", rows[-1][2] + term.count)
        elif term.part in ("attention", "mlp"):
            shape = " × ".join(map(words.number, term.shape))
            rows.append((term.part, words.text(f"matrix-{term.name}", shape=shape), term.count))
        else:
            rows.append((term.part, "", term.count))
    return rows


def _experts(config: Config) -> tuple[int, int]:
    return (config.experts, config.active_experts) if config.experts else (0, 0)


def _boxes(boxes: list[areas.Box]) -> list[list]:
    return [
        [box.part, *(round(x, 6) for x in (box.x, box.y, box.width, box.height)), box.label, box.idle] for box in boxes
    ]


def _applies(name: str, configs: list[Config]) -> bool:
    """Whether a row says anything about one of the models."""
    return any(
        {
            "window": config.window,
            "rope_base": config.position == "rotary",
            "rope_scaling": config.position == "rotary" and config.rope_scaling,
            "experts": config.experts,
            "active_experts": config.experts,
            "segments": config.segments,
            "tied": config.head,
        }.get(name, True)
        for config in configs
    )


def _row(name: str, shown: Table, configs: list[Config], words: Words) -> dict[str, object]:
    """{name, names: in papers and in config.json, parts, value as it is typed, published, other: the second model's or
    None, edited, differs, kind}; of the kind "choice" also choices, [typed, read] each."""
    value, last = (parse.rows(config)[name] for config in (configs[0], configs[-1]))
    # as they are read: a GGUF file keeps 1e-5 in 32 bits, which is not quite the same
    differs = value != last and len({_cell(name, each, words) for each in configs}) > 1
    row = {
        "name": name,
        "names": names.of(name),
        "parts": ROWS[name],
        "value": shown.typed.get(name, _raw(value)),
        "published": _cell(name, shown.published, words),
        "edited": name in shown.typed,
        "differs": differs,
        "other": _cell(name, configs[1], words) if len(configs) > 1 else None,
    }
    if name in KINDS or name in SWITCHES:
        choices = KINDS.get(name, (True, False))
        return row | {"kind": "choice", "choices": [[_raw(x), _value(name, x, words)] for x in choices]}
    if value is None or not _applies(name, configs[:1]) or name not in (*WHOLE, *REAL):
        return row | {"kind": "fixed", "value": _cell(name, configs[0], words)}
    return row | {"kind": "whole" if name in WHOLE else "real"}


def _cell(name: str, config: Config, words: Words) -> str:
    return _value(name, parse.rows(config)[name] if _applies(name, [config]) else None, words)


def _raw(value: object) -> str:
    """As it stands in an input or in the link."""
    if isinstance(value, float):
        return f"{value:.0f}" if value == int(value) else f"{value:.3g}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value(name: str, value: object, words: Words) -> str:
    """A value as it is read."""
    if isinstance(value, bool):
        return words.text("yes" if value else "no")
    if value is None:
        return words.text("nothing")
    if name in KINDS:
        return words.text(f"is-{value}")
    if name == "rope_scaling":
        scaling = dict(value)
        return words.text("scaling", kind=scaling["rope_type"], factor=words.number(scaling.get("factor", 1)))
    return words.number(int(value) if value == int(value) else value)
