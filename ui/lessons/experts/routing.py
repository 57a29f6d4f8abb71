"""Lesson 12: what the switchyard draws of a pass, and the parameters that a token uses of all there are."""

from dataclasses import replace

import numpy as np

import content
from model import arithmetic
from model.analysis.routing import combined, experts_used
from model.config import Config
from model.layers import Experts
from model.trace import Trace
from model.weights.published import MODELS
from ui import components
from ui.frame.page import Page
from ui.kit import language, url_state
from ui.kit.mounting import mount
from ui.kit.numbers import number, percent

KEEP = frozenset(
    {"router_logits", "router_probs", "expert_index", "expert_weight", "expert_out", "mlp_out", "final"},
)
SOURCE = (Experts,)
LINK = {"layer": url_state.LAYER, "token": url_state.TOKEN, "paths": url_state.one_of("all"), "kinds": url_state.LAYER}
SHOWN = 16  # numbers of each vector that are drawn; differences are measured over all D
PUBLISHED = "Mixtral 8x7B"
PARTS = ("embedding", "attention", "rest", "used", "idle")
BYTES = 4  # of a number, as this app computes


def show(view: str, page: Page, **data) -> None:
    """One of the figures of the component."""
    words = content.load(page.lang, "experts")
    mount(page, "experts", view, {"view": view, "lang": page.lang, "words": words, **data})


def block(page: Page, trace: Trace) -> None:
    """One layer, with the experts that the last token takes there."""
    config, first = page.bundle.model.config, trace.layers[0]
    show(
        "block",
        page,
        experts=config.experts,
        heads=config.heads,
        layers=config.layers,
        active=config.active_experts,
        token=trace.tokens[-1],
        index=first.expert_index[-1].tolist(),
        weights=first.expert_weight[-1].tolist(),
    )


def start(trace: Trace) -> tuple[int, int]:
    """The layer and token that the page begins with: the last token, where its first expert weighs most."""
    return int(np.argmax([layer.expert_weight[-1, 0] for layer in trace.layers])), len(trace.tokens) - 1


def packed(trace: Trace) -> dict:
    """Arrays for the component: logits, probs (L, T, E), index, weight (L, T, A), out (L, T, A, S), own (L, T, S), and
    difference (L, T), the largest between the merged answers and the model's own, over all D numbers."""

    def every(name: str) -> np.ndarray:
        return np.stack([getattr(layer, name) for layer in trace.layers])

    own = every("mlp_out")
    return components.pack(
        logits=every("router_logits"),
        probs=every("router_probs"),
        index=every("expert_index").astype(np.int32),
        weight=every("expert_weight"),
        out=every("expert_out")[..., :SHOWN],
        own=own[..., :SHOWN],
        difference=np.abs(combined(trace) - own).max(-1),
    )


def yard(page: Page, trace: Trace) -> None:
    width = page.bundle.model.config.width
    show("yard", page, **packed(trace), tokens=list(trace.tokens), start=start(trace), width=width)


def table(trace: Trace, words: language.Words) -> dict[str, list]:
    """Every token in every layer: what the router says of each expert, and which it takes."""
    places = [(n, t, layer) for n, layer in enumerate(trace.layers) for t in range(len(trace.tokens))]
    columns = {
        words.text("layer"): [n + 1 for n, _, _ in places],
        words.text("col-token"): [trace.tokens[t] for _, t, _ in places],
    }
    for a in range(trace.layers[0].expert_index.shape[1]):
        columns[words.text("col-choice", n=a + 1)] = [int(layer.expert_index[t, a]) + 1 for _, t, layer in places]
        columns[words.text("col-weight-of", n=a + 1)] = [float(layer.expert_weight[t, a]) for _, t, layer in places]
    for e in range(trace.layers[0].router_probs.shape[1]):
        columns[words.text("expert", n=e + 1)] = [float(layer.router_probs[t, e]) for _, t, layer in places]
    return columns


# ---- parameters


def parts(config: Config) -> dict[str, int]:
    """All parameters, in five parts: PARTS. used: of the experts' numbers, those of one token."""
    found = arithmetic.count(config)
    return {
        "embedding": found.embedding + found.positions + found.head,
        "attention": found.attention,
        "rest": found.routers + found.norms + found.mlp,
        "used": found.experts - found.idle,
        "idle": found.idle,
    }


def counted(page: Page) -> dict[str, dict[str, int]]:
    """By model: what the reader looks at, and one that is in use elsewhere."""
    card, config = page.bundle.card, page.bundle.model.config
    return {card.title: parts(config), PUBLISHED: parts(MODELS[PUBLISHED])}


def costs(page: Page, trace: Trace) -> dict[str, str]:
    """What the sentences about parameters are filled with."""
    config, lang = page.bundle.model.config, page.lang
    found, large = arithmetic.count(config), arithmetic.count(MODELS[PUBLISHED])
    all_experts = config.layers * config.experts
    one = found.experts // all_experts
    counts = {
        "layers": config.layers,
        "experts": config.experts,
        "active": config.active_experts,
        "width": config.width,
        "neurons": config.mlp_width,
        "one": one,
        "all": found.experts,
        "used": found.experts - found.idle,
        "total": found.total,
        "running": found.active,
        "seats": all_experts,
        "touched": experts_used(trace),
        "tokens": len(trace.tokens),
    }
    shares = {"share": found.active / found.total, "large-share": large.active / large.total}
    return (
        {name: number(count, lang) for name, count in counts.items()}
        | {name.replace("-", "_"): percent(share, lang) for name, share in shares.items()}
        | {
            "model": page.bundle.card.title,
            "published": PUBLISHED,
            "megabytes": number(found.total * BYTES / 1e6, lang),
            "needed": number(found.active * BYTES / 1e6, lang),
            "large_total": number(large.total / 1e9, lang),
            "large_running": number(large.active / 1e9, lang),
            "operations": number(arithmetic.operations(config, len(trace.tokens)).total / 1e6, lang),
            "dense": number(arithmetic.operations(_dense(config), len(trace.tokens)).total / 1e6, lang),
        }
    )


def _dense(config: Config) -> Config:
    """The same model with one MLP as large as all experts of a layer together."""
    return replace(config, experts=None, mlp_width=config.experts * config.mlp_width)
