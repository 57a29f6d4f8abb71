"""Two models side by side: their blocks as drawings, the fields in which they differ, and their residual streams."""

import streamlit as st
from markupsafe import Markup

from model import layers
from ui.frame.page import Page
from ui.kit import figures, listing, url_state
from ui.kit.language import Words
from ui.kit.mounting import mount
from ui.lessons.blocks import fields, parts, stream
from ui.lessons.blocks.sides import Side
from viz import blocks as drawing

SOURCE = (layers.PostNormBlock.forward, layers.PreNormBlock.forward, layers.RMSNorm.forward)
LINK = {"part": url_state.matching("[a-z_]{1,20}"), "view": url_state.one_of("detailed")}


def drawings(page: Page, both: list[Side]) -> None:
    """The drawings and, for every part, what it is and its numbers. All is sent once."""
    words = page.words
    data = {
        "part": "drawings",
        "slots": drawing.SLOTS,
        "sides": [_drawing(side, words) for side in both],
        "facts": parts.facts(both, words),
    }
    mount(page, "blocks", "blocks", data, columns=parts.table(both, words), file="parts")


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


def differing_fields(page: Page, both: list[Side]) -> None:
    page.heading("fields-title", fields.intro(both, page.words), fields.table(both, page.words))


def streams(page: Page, both: list[Side]) -> None:
    """How large the residual streams are, layer by layer."""
    words, text = page.words, page.words.text
    page.read(Markup(" ").join(stream.reading(side, words) for side in both))
    sizes = {side.title: side.reading.sizes for side in both}
    chart = drawing.streams(sizes, text("col-layer"), text("col-size"), text("first-token"), words.number)
    figures.show(chart, "streams", text("stream-alt"), stream.table(both, words))
    st.html(Markup().join([words("stream-text"), *(stream.first_token(side, words) for side in both)]))
