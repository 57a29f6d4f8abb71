"""Lesson 9: what changed since 2017? Two blocks drawn from their configurations, and one switch at a time."""

from functools import partial

import streamlit as st
from markupsafe import Markup

from ui.frame.lesson import lesson
from ui.kit import figures, listing, tables
from ui.kit.numbers import number
from ui.lessons.blocks import switchboard, view
from viz.blocks import streams

with lesson("blocks", limit=24, link=view.LINK | switchboard.LINK) as page:
    words, text = page.words, page.words.text
    both = view.sides(page)

    def heading(section: str, body: Markup | str = "") -> None:
        st.html(f"<h2>{words.inline(section)}</h2>{body}")

    view.figure(page, both)
    heading("arith-title", words("arith-intro") + view.arithmetic(both, words))
    listing.show(*view.SOURCE)

    if len(both) > 1:
        heading("fields-title", view.fields_intro(both, words) + view.fields(both, words))
        view.ask_grown(page, both)

    heading("stream-title", words("stream-intro"))
    st.html(f'<div class="read">{" ".join(view.aloud(side, words) for side in both)}</div>')
    sizes = {side.title: side.seen.sizes for side in both}
    chart = streams(sizes, text("col-layer"), text("col-size"), text("first-token"), partial(number, lang=page.lang))
    figures.show(chart, "streams", text("stream-alt"))
    st.html(words("stream-text") + "".join(view.first_token(side, words) for side in both))
    tables.twin(view.table(both, words), "streams")

    heading("switch-title", words("switch-intro"))
    switchboard.ask_worst(page)
    switchboard.section(page)
    switchboard.ask_cache(page)
