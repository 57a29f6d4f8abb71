"""Lesson 14: when is it better to read both ways? Two attention maps, sentences as vectors, and three searches."""

import streamlit as st

from ui import encoders, html, searching, widgets
from ui.lesson import lesson

with lesson("encoders", limit=20, first=encoders.FIRST, link=encoders.LINK | searching.LINK) as page:
    words = page.words

    def heading(title: str, intro: html.Raw) -> None:
        st.html(f"<h2>{words.inline(title)}</h2>{intro}")

    bundle = encoders.encoder(words)
    if bundle:
        encoders.maps(page, bundle, encoders.traces(page))
        encoders.ask_ahead(page, bundle)

        heading("vectors-title", words("vectors-intro"))
        shelf = searching.shelf(page, bundle)
        if shelf and len(shelf.texts) > 1:
            searching.matrix(page, bundle, shelf)
        elif shelf:
            st.html(words("list-one"))
        searching.ask_film(page)

        if shelf:
            heading("search-title", words("search-intro"))
            query = searching.asked(words)
            if query:
                searching.searches(page, shelf, query)
            else:
                searching.notice(words("query-empty"))
            searching.ask_reranked(page, shelf)
        if shelf and len(shelf.texts) > 1:
            heading("plane-title", words("plane-intro"))
            searching.plane(page, shelf, query)

    heading("going-on-title", words("going-on-intro"))
    encoders.continuing(page, bundle)
    widgets.source(*encoders.GOING_ON)
    heading("uses-title", words("uses-intro"))
    encoders.uses(words)
    st.html(words("uses-caveat"))
