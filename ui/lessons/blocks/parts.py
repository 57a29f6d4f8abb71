"""What each part of a drawing is: in words, in shapes and parameters, with its numbers on the prompt."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from torch import nn

from model.arithmetic import count
from model.config import Config
from ui.kit import tables
from ui.kit.language import Words
from viz import blocks as drawing

if TYPE_CHECKING:
    from ui.lessons.blocks.sides import Side

SYNONYMS = {"rotation": "position"}  # the same idea in two places
NORMS = {
    "embed_norm": "embed_norm",
    "attn_norm": "layers.0.attn_norm",
    "mlp_norm": "layers.0.mlp_norm",
    "final_norm": "norm",
}
MODULES = NORMS | {
    "embedding": "embed_tokens",
    "segment": "segment.table",
    "attention": "layers.0.attn",
    **{name: f"layers.0.attn.{name}_proj" for name in "qkv"},
    "output": "layers.0.attn.o_proj",
    "mlp": "layers.0.mlp",
    **{name: f"layers.0.mlp.{name}_proj" for name in ("gate", "up", "down")},
    "router": "layers.0.mlp.router",
    "experts": "layers.0.mlp.experts",
    "head": "lm_head",
}
BOXES = ("scores", "output", "gate", "up", "down", "router", "experts")  # their names are shorter in the drawing
HISTORY = {  # which paragraph of content/ says what changed
    **dict.fromkeys(("attn_norm", "mlp_norm", "embed_norm", "final_norm"), "norm"),
    **dict.fromkeys(("attention", "k", "v"), "sharing"),
    **dict.fromkeys(("mlp", "gate", "up", "down", "activation"), "mlp"),
    **dict.fromkeys(("router", "experts"), "experts"),
    **dict.fromkeys(("cross", "cross_norm"), "cross"),
    **dict.fromkeys(("q", "output", "embedding"), "same"),
}


def present(config: Config) -> set[str]:
    """The names under which the parts of this model are asked for."""
    inner = {name for rows in drawing.inside(config).values() for row in rows for name in row}
    names = {part.name for part in drawing.wired(config)} | inner | {"residual"}
    return {SYNONYMS.get(name, name) for name in names}


def facts(both: "list[Side]", words: Words) -> dict[str, dict]:
    """Of every part of the two drawings, by name: its title, what changed, and each side's own."""
    old, new = both[0].config, both[-1].config
    apart = {name for name, design in drawing.designs(old).items() if design != drawing.designs(new)[name]}
    names = present(old) | present(new) | ({"cross", "cross_norm"} if both[0].name == "old" else set())
    parts = {}
    for name in sorted(names):
        history = HISTORY.get(name, name)
        parts[name] = {
            "title": words.text(f"part-{name}"),
            "differs": name in apart,
            "why": words.text(f"why-{history}"),
            "from": words.pieces(f"from-{history}"),
            "sides": {side.name: _side(name, side, words) for side in both},
        }
    return parts


def table(both: "list[Side]", words: Words) -> dict[str, list[str]]:
    """A row for each part that the models have: what it is there, its shape and its parameters."""
    rows = [
        (
            side.title,
            fact["title"],
            " ".join([own["label"], own["sub"]]).strip(),
            "; ".join(own["shape"]),
            own["parameters"],
        )
        for side in both
        for fact in facts(both, words).values()
        if (own := fact["sides"][side.name])["here"] and not own["paper"]
    ]
    heads = (words.text(f"col-{name}") for name in ("model", "part", "kind", "shape", "parameters"))
    return tables.of_rows(heads, rows)


def _side(name: str, side: "Side", words: Words) -> dict:
    config = side.config
    paper = name in ("cross", "cross_norm")
    here = name in present(config)
    if paper and side.name == "new":
        return {"here": False, "what": words.text("not-cross")}
    if not here and not paper:
        inner = name in ("up", "down", "activation")
        return {"here": False, "what": words.text("not-inner" if inner else f"not-{name}")}
    module = _module(name, side.bundle.model)
    return {
        "here": True,
        "paper": paper,
        "label": label(name, config, words),
        "sub": sub(name, config, words),
        "what": " ".join(words.text(section) for section in _what(name, config)),
        "shape": _shapes(module, words) if module else [],
        "parameters": _parameters(name, module, config, words),
        "readings": [] if paper else [_reading(*reading, words) for reading in side.reading.numbers[name]],
    }


# ---- in words


def label(name: str, config: Config, words: Words) -> str:
    """What stands in the drawing."""
    if name in NORMS or name == "cross_norm":
        return words.text(f"norm-{config.norm}")
    if name == "position":
        return words.text(f"position-{config.position}")
    if name == "mlp":
        return words.text("label-experts" if config.experts else "label-mlp")
    if name == "head":
        return words.text("part-head" if config.head else "no-head")
    if name in ("q", "k", "v"):
        return name
    if name == "activation":
        return words.text(f"activation-{config.activation}")
    return words.text(f"box-{name}" if name in BOXES else f"part-{name}")


def sub(name: str, config: Config, words: Words) -> str:
    """The small line below it, for parts that have one."""
    numbers = {
        "heads": config.heads,
        "kv_heads": config.kv_heads,
        "experts": config.experts,
        "active": config.active_experts,
    }
    match name:
        case "attention":
            return words.text(f"sub-{drawing.sharing(config)}", **numbers)
        case "mlp" if config.experts:
            return words.text("sub-experts", **numbers)
        case "mlp":
            act = words.text(f"activation-{config.activation}")
            return words.text(f"sub-{config.mlp}", activation=act)
        case "head":
            return words.text("sub-head" if config.head else "sub-no-head", count=words.number(config.vocab_size))
        case "embedding":
            return words.text("sub-embedding", count=words.number(config.vocab_size), width=words.number(config.width))
        case "scores":
            return words.text("sub-window" if config.window else f"sub-{config.mask}")
        case "q" | "k" | "v":
            return f"{config.heads if name == 'q' else config.kv_heads}×{config.head_width}"
        case "cross":
            return words.text("sub-cross")
    return ""


def _what(name: str, config: Config) -> Iterator[str]:
    """The sections of content/ that say what the part is in this model."""
    if name in NORMS or name == "cross_norm":
        yield f"what-{config.norm}"
        if name not in ("embed_norm", "final_norm"):
            yield f"what-{config.norm_place}"
        else:
            yield f"what-{name}"
    elif name == "position":
        yield f"what-{config.position}"
    elif name == "attention":
        yield f"what-{drawing.sharing(config)}"
        yield "what-window" if config.window else f"what-{config.mask}"
    elif name == "scores":
        yield "what-window" if config.window else f"what-{config.mask}"
    elif name == "mlp":
        yield "what-experts" if config.experts else f"what-{config.mlp}"
    elif name == "activation":
        yield f"what-{config.activation}"
    elif name == "head":
        yield "what-head" if config.head else "what-no-head"
    elif name == "residual":
        yield f"what-residual-{config.norm_place}"
    else:
        yield f"what-{name}"


# ---- in shapes and parameters


def _module(name: str, model: nn.Module) -> nn.Module | None:
    if name == "position":
        return getattr(model.position, "table", None)
    module = model.get_submodule(MODULES[name]) if name in MODULES else None
    if name in ("q", "k") and model.config.qk_norm:
        return nn.ModuleDict({"proj": module, "norm": model.get_submodule(f"layers.0.attn.qk_norm.{name}_norm")})
    return module


def _shapes(module: nn.Module, words: Words) -> list[str]:
    """The matrices of a part: D → F for one that is multiplied by, rows × numbers for a table."""
    shapes, number = [], words.number
    for name, inner in module.named_modules():
        own = name.removesuffix("_proj").rsplit(".", 1)[-1]
        if isinstance(inner, nn.Linear):
            shape = f"{number(inner.in_features)} → {number(inner.out_features)}"
            shapes.append(f"{own} {shape}".strip())
        elif isinstance(inner, nn.Embedding):
            shapes.append(f"{number(inner.num_embeddings)} × {number(inner.embedding_dim)}")
    if not shapes:
        sizes = [tuple(tensor.shape) for tensor in module.parameters()]
        shapes = [f"{len(sizes)} × {number(sizes[0][0])}"] if sizes else []
    counts = {shape: shapes.count(shape) for shape in shapes}
    return [f"{count} × ({shape})" if count > 1 else shape for shape, count in counts.items()]


def _parameters(name: str, module: nn.Module | None, config: Config, words: Words) -> str:
    """How many the part has; of a layer's parts, in each layer."""
    if name == "head" and config.head and config.tied:
        return words.text("parameters-tied")
    if name == "cross":
        own = count(config).attention // config.layers
    elif name == "cross_norm":
        own = config.width * (2 if config.norm == "layer" else 1)
    else:
        own = sum(tensor.numel() for tensor in module.parameters()) if module else 0
    if not own:
        return words.text("parameters-none")
    outside = {"embedding", "segment", "position", "embed_norm", "final_norm", "head"}
    return words.text("parameters" if name in outside else "parameters-each", count=words.number(own))


def _reading(section: str, numbers: np.ndarray | float, words: Words) -> dict:
    show = words.percent if section.startswith("share-") else words.number
    values = np.atleast_1d(np.asarray(numbers, float))
    return {
        "label": words.text(section),
        "values": [float(f"{x:.4g}") for x in values],
        "shown": [show(float(x)) for x in values],
    }
