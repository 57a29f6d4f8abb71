"""The ledger: the first prompt from characters to probabilities, with the numbers of every step, on two printed pages.
All of them come from one forward pass; in each vector the first few are shown. In attention it follows one head."""

import functools
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from markupsafe import Markup

from model.trace import Trace
from ui.frame import curriculum
from ui.frame.prompt_bar import DECODERS, DEFAULT
from ui.frame.worksheet import STYLE
from ui.kit import cache, language, markup
from ui.server import admission

_DOCUMENT = markup.template(Path(__file__).with_name("ledger.html"))
MODEL, LAYER, HEAD, SHOWN, LIKELIEST = DECODERS[0], 0, 0, 5, 5
KEPT = frozenset(
    [
        "embed",
        "resid_pre",
        "attn_in",
        "q_rot",
        "k_rot",
        "v",
        "scores",
        "pattern",
        "z",
        "attn_out",
        "resid_mid",
        "post",
        "mlp_out",
        "resid_post",
        "final",
        "logits",
    ]
)
LINES = {  # the lesson of each line
    "tokens": "tokens",
    "embedding": "tokens",
    "norm": "blocks",
    "projections": "projections",
    "scores": "attention",
    "weights": "attention",
    "output": "attention",
    "heads": "heads",
    "mlp": "mlp",
    "layers": "blocks",
    "final": "next_token",
    "logits": "next_token",
    "probabilities": "next_token",
}


class Line(NamedTuple):
    name: str
    lesson: curriculum.Lesson
    heads: list[object]  # of the columns
    rows: list[list[object]]  # a name, and numbers


def trace() -> tuple[Trace, list[str]]:
    """The pass whose numbers are written down, and its tokens."""
    bundle = cache.bundle(MODEL)
    ids = bundle.tokenizer.encode(DEFAULT)
    with cache.apart(), admission.PAGES.slot(lambda ahead: None, "notebooks"):
        return cache.trace(bundle, ids, KEPT), bundle.tokenizer.strings(ids)


@functools.cache
def document(lang: str) -> Markup:
    """The document in a language, as HTML: always the same. Raises model.zoo.ModelUnavailable."""
    words, (passed, tokens) = language.Words(lang, "ledger"), trace()
    titles = language.Words(lang, "path")
    return _DOCUMENT(
        words=words,
        style=STYLE,
        title=words.inline("title"),
        lines=lines(passed, tokens, words),
        titles={slug: titles.text(slug) for slug in LINES.values()},
        about={
            "model": cache.bundle(MODEL).card.title,
            "layers": len(passed.layers),
            "width": passed.embed.shape[-1],
            "size": passed.layers[LAYER].q_rot.shape[-1],
            "root": words.number(passed.layers[LAYER].q_rot.shape[-1] ** 0.5),
            "token": tokens[-1],
            "layer": LAYER + 1,
            "head": HEAD + 1,
            "kv": HEAD * passed.layers[LAYER].k_rot.shape[0] // passed.layers[LAYER].q_rot.shape[0] + 1,
            "shown": SHOWN,
        },
    )


def lines(passed: Trace, tokens: list[str], words: language.Words) -> list[Line]:
    """The steps in their order, for the last token."""
    layer = passed.layers[LAYER]
    group = HEAD * layer.k_rot.shape[0] // layer.q_rot.shape[0]
    named: list[object] = list(map(markup.chip, tokens))

    def vector(name: str, x: np.ndarray) -> list[object]:
        return [words.inline(name), *map(words.number, x[:SHOWN].tolist()), "…"]

    def size(x: np.ndarray) -> float:
        return float(np.sqrt(np.mean(np.square(x, dtype=np.float64))))

    def row(name: str, numbers: Iterable[object]) -> list[object]:
        return [words.inline(name), *numbers]

    logits = np.asarray(passed.logits[-1], dtype=np.float64)
    likeliest = np.argsort(-logits)[:LIKELIEST]
    powers = np.exp(logits - logits.max())
    lengths = [words.number(float(np.linalg.norm(x.resid_post[-1]))) for x in passed.layers]
    tops = [markup.chip(t) for t in cache.bundle(MODEL).tokenizer.strings(likeliest.tolist())]
    strongest = np.argsort(-np.abs(layer.post[-1]))[:SHOWN]
    x, resid, mid = passed.embed[-1], layer.resid_pre[-1], layer.resid_mid[-1]
    written: dict[str, tuple[list[object], list[list[object]]]] = {
        "tokens": (named, [row("id", list(map(int, passed.token_ids)))]),
        "embedding": ([], [vector("x", x)]),
        "norm": (
            [],
            [vector("x", resid), row("rms", [words.number(size(resid))]), vector("normed", layer.attn_in[-1])],
        ),
        "projections": (
            [],
            [
                vector("q", layer.q_rot[HEAD, -1]),
                vector("k", layer.k_rot[group, -1]),
                vector("v", layer.v[group, -1]),
            ],
        ),
        "scores": (named, [row("score", [words.number(float(s)) for s in layer.scores[HEAD, -1]])]),
        "weights": (named, [row("weight", [words.percent(float(p)) for p in layer.pattern[HEAD, -1]])]),
        "output": ([], [vector("z", layer.z[HEAD, -1])]),
        "heads": ([], [vector("x", resid), vector("attention", layer.attn_out[-1]), vector("sum", mid)]),
        "mlp": (
            [],
            [
                row("neuron", [int(n) + 1 for n in strongest]),
                row("activation", [words.number(float(layer.post[-1, n])) for n in strongest]),
                vector("mlp", layer.mlp_out[-1]),
                vector("sum", layer.resid_post[-1]),
            ],
        ),
        "layers": ([], [row("lengths", lengths[i : i + 10]) for i in range(0, len(lengths), 10)]),
        "final": (
            [],
            [
                vector("x", passed.layers[-1].resid_post[-1]),
                row("rms", [words.number(size(passed.layers[-1].resid_post[-1]))]),
                vector("normed", passed.final[-1]),
            ],
        ),
        "logits": (list(tops), [row("logit", [words.number(float(logits[i])) for i in likeliest])]),
        "probabilities": (
            list(tops),
            [row("probability", [words.percent(float(p)) for p in powers[likeliest] / powers.sum()])],
        ),
    }
    return [Line(name, curriculum.lesson_by_slug(LINES[name]), *said) for name, said in written.items()]
