"""Lesson 9: two models side by side: their blocks as drawings, the fields in which they differ, and their streams."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from markupsafe import Markup, escape

import content
from model import layers
from model.config import Config, differences
from model.zoo import ModelUnavailable
from ui.frame import quiz
from ui.frame.page import Page
from ui.frame.question import Question
from ui.kit import cache, language, markup, url_state
from ui.kit.mounting import mount
from ui.kit.numbers import number
from ui.lessons.blocks.parts import facts
from ui.lessons.blocks.readings import Seen, see
from viz import blocks as drawing

SOURCE = (layers.PostNormBlock.forward, layers.PreNormBlock.forward, layers.RMSNorm.forward)
LINK = {"part": url_state.matching("[a-z_]{1,20}"), "view": url_state.one_of("detailed")}
OLD = ("minilm", "switchboard/2017")  # the first that can be read stands for 2017
MOST = 64  # tokens of the older model: WordPiece may need more than the page's own
SIDES = ("old", "new")
IDEAS = (
    *("norm_place", "norm", "embed_norm", "position", "rope_base", "kv_heads", "mask", "windows"),
    *("mlp", "activation", "experts", "bias", "head", "tied", "segments", "norm_eps"),
)
SIZES = ("width", "layers", "heads", "head_width", "mlp_width", "vocab_size", "context")
GROWN = (1.5, 10, 100)  # bounds of the question about the stream


@dataclass(frozen=True)
class Side:
    """One of the two models, and what was seen when it read the prompt."""

    name: str
    bundle: object
    seen: Seen

    @property
    def config(self) -> Config:
        return self.bundle.model.config

    @property
    def title(self) -> str:
        return self.bundle.card.title.replace("switchboard/", "Vetro ")

    @property
    def token(self) -> str:
        return self.seen.tokens[self.seen.at]


def sides(page: Page) -> list[Side]:
    """The older model and the page's own; the page's own alone, and one sentence, where there is no older one."""
    own = _side("new", page.model, page.bundle, page.ids, len(page.ids) - 1)
    problems = []
    for name in OLD:
        try:
            bundle = cache.bundle(name)
        except ModelUnavailable as problem:
            problems.append(problem.field)
            continue
        ids = bundle.tokenizer.encode(page.text)[:MOST]
        plain = [i for i, id in enumerate(ids) if id not in bundle.tokenizer.special]  # not [CLS] and [SEP]
        return [_side("old", name, bundle, ids, plain[-1] if plain else len(ids) - 1), own]
    st.html(f'<div class="notice" role="status">{page.words("no-old", file=problems[0])}</div>')
    return [own]


def _side(name: str, model: str, bundle, ids: list[int], at: int) -> Side:
    def compute() -> Seen:
        return see(bundle.model, ids, bundle.tokenizer.strings(ids), at)

    return Side(name, bundle, cache.result(cache.Key("blocks", model, tuple(ids)), compute))


# ---- the two drawings


def figure(page: Page, both: list[Side]) -> None:
    """The drawings and, for every part, what it is and its numbers. All is sent once."""
    words = page.words
    data = {
        "part": "drawings",
        "slots": drawing.SLOTS,
        "sides": [_drawn(side, words) for side in both],
        "facts": facts(both, words),
        "lang": page.lang,
        "words": content.load(page.lang, "blocks"),
    }
    mount(page, "blocks", "blocks", data)


def _drawn(side: Side, words: language.Words) -> dict:
    """The parts by slot, and what attention and MLP are made of. The paper's second attention belongs to 2017."""
    config = side.config
    parts = [vars(part) for part in drawing.wired(config)]
    if side.name == "old":
        parts += [vars(part) | {"absent": True} for part in drawing.cross_attention(config)]
    count = number(side.bundle.card.parameters / 1e6, words.lang)
    return {
        "name": side.name,
        "parts": parts,
        "inside": drawing.inside(config),
        "rotary": config.position == "rotary",
        "heads": config.heads,
        "kv_heads": config.kv_heads,
        "causal": config.causal,
        "window": config.window is not None,
        "experts": [config.experts, config.active_experts] if config.experts else None,
        "title": words.text(f"title-{side.name}"),
        "model": words.text("model-line", model=side.title, count=count),
        "short": side.title,
        "token": side.token,
        "times": words.text("times", layers=config.layers),
    }


# ---- one number through a layer


def arithmetic(both: list[Side], words: language.Words) -> Markup:
    """In the middle layer of each model: the number that attention changes most at the last token, on its way."""
    return Markup("".join(_through(side, words) for side in both))


def _through(side: Side, words: language.Words) -> str:
    values = side.seen.through
    post = side.config.norm_place == "post"
    shown = {name: number(value, words.lang) for name, value in values.items()}
    for name in ("added", "mean", "bias"):  # what follows a sign of its own
        shown[name] = f"({shown[name]})" if values[name] < 0 else shown[name]
    norm = words.inline(f"arith-{side.config.norm}", **shown)
    add = words.inline("arith-add", **shown)
    steps = (add, norm) if post else (norm, words.inline("arith-reads"), add)
    counted = {name: values[name] + 1 for name in ("layer", "place")}
    about = {"model": side.title, "token": markup.chip(side.token)} | counted
    lines = "".join(f"<p>{step}</p>" for step in steps)
    section = "arith-post" if post else "arith-pre"
    return f'<h3>{words.inline(section, **about)}</h3><div class="arith">{lines}</div>'


# ---- what changed, field by field


def fields_intro(both: list[Side], words: language.Words) -> str:
    return words("fields-intro") + (words("fields-minilm") if both[0].bundle.card.name == OLD[0] else "")


def fields(both: list[Side], words: language.Words) -> Markup:
    """Every field in which the two configurations differ, ideas before sizes, with one sentence each."""
    old, new = both
    found = differences(old.config, new.config)
    rows = []
    for group, listed in (("ideas", IDEAS), ("sizes", SIZES)):
        inner = [name for name in listed if name in found]
        title = f'<th colspan="4" scope="colgroup" class="eyebrow">{words.inline(f"fields-{group}")}</th>'
        rows += [title] * bool(inner)
        for name in inner:
            cells = "".join(f"<td>{escape(value(name, side.config, words))}</td>" for side in both)
            about = f'<td class="note">{words.inline(f"field-{name}")}</td>'
            rows.append(f'<th scope="row">{row(name, words)}</th>{cells}{about}')
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in ("", old.title, new.title, ""))
    body = "".join(f"<tr>{one}</tr>" for one in rows)
    return Markup(f'<table class="grid-table fields"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>')


def row(name: str, words: language.Words) -> Markup:
    """What a field is called."""
    return words.inline("row-windows") if name == "windows" else language.words("table").inline(f"row-{name}")


def value(name: str, config: Config, words: language.Words) -> str:
    """A field's value as it is read, in the words of lesson 13."""
    names, x = language.words("table"), getattr(config, name)
    if x is None or (name == "rope_base" and config.position != "rotary"):
        return names.text("nothing")
    if name == "windows":
        return " / ".join(words.text("window-all") if window is None else str(window) for window in x)
    if isinstance(x, bool):
        return names.text("yes" if x else "no")
    if isinstance(x, str):
        return names.text(f"is-{x}")
    return number(int(x) if x == int(x) else x, words.lang)


# ---- the stream through the layers


def others(side: Side) -> np.ndarray:
    """(L + 1,) the mean over all tokens but the first, which often goes a way of its own."""
    found = side.seen.sizes
    return found[:, 1:].mean(1) if found.shape[1] > 1 else found[:, 0]


def grown(side: Side) -> float:
    """How many times as large the stream is at the end as at the beginning."""
    found = others(side)
    return float(found[-1] / found[0])


def aloud(side: Side, words: language.Words) -> Markup:
    """What became of one stream, in a sentence that holds for any model."""
    found, times, lang = others(side), grown(side), words.lang
    section = (
        "stream-grows" if times >= GROWN[1] else "stream-steady" if 1 / GROWN[0] <= times <= GROWN[0] else "stream-some"
    )
    about = {"first": found[0], "last": found[-1], "least": found.min(), "most": found.max(), "times": times}
    shown = {name: number(float(x), lang) for name, x in about.items()}
    return words.inline(
        section,
        model=side.title,
        layers=side.config.layers,
        place=words.text(f"place-{side.config.norm_place}"),
        **shown,
    )


def first_token(side: Side, words: language.Words) -> Markup | str:
    """Where the first token's stream is far larger than the others', says so."""
    found = side.seen.sizes
    if found.shape[1] < 2:
        return ""
    times = found[:, 0] / others(side)
    layer = int(times.argmax())
    section = "first-huge" if times[layer] >= 5 else "first-like"
    shown = {"times": number(float(times[layer]), words.lang), "size": number(float(found[layer, 0]), words.lang)}
    return words(section, model=side.title, token=markup.chip(side.seen.tokens[0]), layer=layer, **shown)


def table(both: list[Side], words: language.Words) -> dict[str, list]:
    rows = [
        (side.title, layer, side.seen.tokens[token], float(x))
        for side in both
        for (layer, token), x in np.ndenumerate(side.seen.sizes)
    ]
    names = ("col-model", "col-layer", "col-token", "col-size")
    return dict(zip(map(words.text, names), map(list, zip(*rows, strict=True)), strict=True))


def ask_grown(page: Page, both: list[Side]) -> None:
    """By how much does each stream grow?"""
    words, lang = page.words, page.lang
    old, new = both
    options = [words.text(f"option-grown-{i}") for i in range(4)]

    def answer() -> int:
        return sum(grown(old) >= bound for bound in GROWN)

    def explain(chosen: int, right: int) -> str:
        found = others(old)
        about = {"least": found.min(), "most": found.max(), "times": grown(old), "other": grown(new)}
        shown = {name: number(float(x), lang) for name, x in about.items()}
        section = f"explain-grown-{old.config.norm_place}"
        return words(section, old=old.title, new=new.title, **shown)

    question = words.inline("question-grown", model=old.title, layers=old.config.layers)
    quiz.predict(f"grown-{page.text}", Question(question, options, answer, explain))
