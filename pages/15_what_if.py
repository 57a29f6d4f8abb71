"""Lesson 15: what if? The inside is changed, and the outside follows."""

import streamlit as st

from ui import what_if, what_if_changes, what_if_effect, what_if_map, what_if_question, what_if_search, widgets
from ui.lesson import lesson

with lesson("what_if", limit=what_if.LIMIT, link=what_if.LINK) as page:
    words = page.words
    lab = what_if.open_lab(page)

    def heading(section: str, *paragraphs: str) -> None:
        st.html(f"<h2>{words.inline(section)}</h2>{''.join(paragraphs)}")

    what_if_changes.chips(lab)
    what_if_changes.row(lab)
    after = what_if.changed(lab)
    with st.container(gap=None):
        what_if_effect.aloud(lab, after)
        what_if_effect.distribution(lab, after)
    page.give_way()

    heading("texts-title", words("texts-intro", n=what_if_effect.TEXT))
    texts = st.empty()

    heading("map-title", words("map-intro"))
    what_if_map.board(lab, after)

    heading("streams-title", words("streams-intro"))
    with st.container(gap="small"):
        what_if_effect.streams(lab, after)
    with st.container(gap=None):
        what_if_effect.export(lab)
        widgets.source(*what_if.SOURCE)

    with st.container(gap=None):
        what_if_question.hidden(lab)

    heading("search-title", words("search-intro"))
    what_if_search.section(lab)
    st.html(f'<div class="notice">{words("caveat")}</div>')
    page.give_way()
    what_if_effect.texts(lab, after, texts)
