"""Two models side by side: their blocks as drawings, the fields in which they differ, and their residual streams."""

import streamlit as st
from markupsafe import Markup

from model import layers
from model.analysis import streams
from ui.frame.page import Page
from ui.kit import figures, listing, markup, url_state
from ui.kit.language import Words
from ui.kit.mounting import mount
from ui.lessons.blocks import fields, parts, stream
from ui.lessons.blocks.sides import MINILM, Side
from viz import blocks as drawing

SOURCE = (layers.PostNormBlock.forward, layers.PreNormBlock.forward, layers.RMSNorm.forward)
LINK = {"part": url_state.matching("[a-z_]{1,20}"), "view": url_state.one_of("detailed")}


def drawings(page: Page, both: list[Side]) -> None:
    """The drawings and, for every part, what it is and its numbers. All is sent once."""
    words = page.words
    data = {
        "slots": drawing.SLOTS,
        "sides": [_drawing(side, words) for side in both],
        "facts": parts.facts(both, words),
    }
    mount(page, "blocks", "blocks", data, columns=parts.table(both, words), file="parts")
    if len(both) > 1:
        section = "old-minilm" if both[0].bundle.card.name == MINILM else "old-own"
        page.note(words.inline(section, model=both[0].title))


def _drawing(side: Side, words: Words) -> dict[str, object]:
    """The parts by slot, and what attention and MLP are made of. The paper's second attention belongs to 2017."""
    config = side.config
    wired = [vars(part) for part in drawing.wired(config)]
    if side.name == "old":
        wired += [vars(part) | {"absent": True} for part in drawing.cross_attention(config)]
    return {
        "name": side.name,
        "parts": wired,
        "inside": drawing.inside(config),
        "rotary": config.position == "rotary",
        "heads": config.heads,
        "kv_heads": config.kv_heads,
        "causal": config.causal,
        "window": config.window is not None,
        "experts": [config.experts, config.active_experts] if config.experts else None,
        "title": words.text(f"title-{side.name}"),
        "model": words.text("model-line", model=side.title, count=words.number(side.bundle.card.parameters / 1e6)),
        "short": side.title,
        "token": side.token,
        "times": words.text("times", layers=config.layers),
    }


def arithmetic(page: Page, both: list[Side]) -> None:
    """One number through a layer of each model, and the code of it."""
    words = page.words
    page.heading("arith-title", words("arith-intro"), *(stream.arithmetic(side, words) for side in both))
    listing.show(*SOURCE)


def residual(page: Page, side: Side) -> None:
    """What the residual connection is, one number through all layers of a model, and the model with one cut."""
    words, found = page.words, side.reading.residual
    page.heading("residual-title", words("residual-intro"))
    if found is None:
        return
    shown = {name: words.number(x) for name, x in vars(found.sum).items()}
    for name in ("attention", "mlp"):  # what follows a sign of its own
        shown[name] = f"({shown[name]})" if getattr(found.sum, name) < 0 else shown[name]
    about = {"model": side.title, "layers": side.config.layers, "token": markup.chip(side.token)}
    line = words.inline("residual-sum", **(shown | about | {"place": found.sum.place + 1}))
    st.html(markup.arithmetic([line]))
    values = {"whole": markup.chip(found.whole[0]), "cut": markup.chip(found.cut[0]), "layer": found.layer + 1}
    chances = {"before": found.whole[1], "left": found.left, "now": found.cut[1]}
    section = "residual-cut" if found.whole[0] != found.cut[0] else "residual-same"
    page.read(words.inline(section, **about, **values, **{name: words.percent(p) for name, p in chances.items()}))
    listing.show(streams.without_residual)


def differing_fields(page: Page, both: list[Side]) -> None:
    page.heading("fields-title", page.words("fields-intro"), fields.table(both, page.words))


def sizes(page: Page, both: list[Side]) -> None:
    """How large the residual streams are, layer by layer."""
    words, text = page.words, page.words.text
    page.read(Markup(" ").join(stream.reading(side, words) for side in both))
    drawn = {side.title: side.reading.sizes for side in both}
    chart = drawing.streams(drawn, text("col-layer"), text("col-size"), text("first-token"), words.number)
    figures.show(chart, "streams", text("stream-alt"), stream.table(both, words))
    st.html(Markup().join([words("stream-text"), *(stream.first_token(side, words) for side in both)]))


def today(page: Page) -> None:
    """What is newer than the block on the right."""
    page.heading("today-title", page.words("today"))
