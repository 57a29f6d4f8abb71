"""Lesson 9: what changed since 2017? Two blocks drawn from their configurations, and one switch at a time."""

from functools import partial

import streamlit as st

from ui import blocks, html, switchboard, widgets
from ui.lesson import lesson
from ui.numbers import number
from viz.blocks import streams

with lesson("blocks", limit=24, link=blocks.LINK | switchboard.LINK) as page:
    words, text = page.words, page.words.text
    both = blocks.sides(page)

    def heading(section: str, body: html.Raw | str = "") -> None:
        st.html(f"<h2>{words.inline(section)}</h2>{body}")

    blocks.figure(page, both)
    heading("arith-title", words("arith-intro") + blocks.arithmetic(both, words))
    widgets.source(*blocks.SOURCE)

    if len(both) > 1:
        heading("fields-title", blocks.fields_intro(both, words) + blocks.fields(both, words))
        blocks.ask_grown(page, both)

    heading("stream-title", words("stream-intro"))
    st.html(f'<div class="read">{" ".join(blocks.aloud(side, words) for side in both)}</div>')
    sizes = {side.title: side.seen.sizes for side in both}
    chart = streams(sizes, text("col-layer"), text("col-size"), text("first-token"), partial(number, lang=page.lang))
    widgets.figure(chart, "streams", text("stream-alt"))
    st.html(words("stream-text") + "".join(blocks.first_token(side, words) for side in both))
    widgets.table_twin(blocks.table(both, words), "streams")

    heading("switch-title", words("switch-intro"))
    switchboard.ask_worst(page)
    switchboard.section(page)
    switchboard.ask_cache(page)
