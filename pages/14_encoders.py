"""Lesson 14: when is it better to read both ways? Two attention maps, sentences as vectors, and three searches."""

import streamlit as st
from markupsafe import Markup

from ui.frame.lesson import lesson
from ui.kit import listing, minilm
from ui.lessons.encoders import maps, search

with lesson("encoders", limit=20, first=maps.FIRST, link=maps.LINK | search.LINK) as page:
    words = page.words

    def heading(title: str, intro: Markup) -> None:
        st.html(f"<h2>{words.inline(title)}</h2>{intro}")

    bundle = minilm.load(words)
    if bundle:
        maps.maps(page, bundle, maps.traces(page))
        maps.ask_ahead(page, bundle)

        heading("vectors-title", words("vectors-intro"))
        shelf = search.shelf(page, bundle)
        if shelf and len(shelf.texts) > 1:
            search.matrix(page, bundle, shelf)
        elif shelf:
            st.html(words("list-one"))
        search.ask_film(page)

        if shelf:
            heading("search-title", words("search-intro"))
            query = search.asked(words)
            if query:
                search.searches(page, shelf, query)
            else:
                search.notice(words("query-empty"))
            search.ask_reranked(page, shelf)
        if shelf and len(shelf.texts) > 1:
            heading("plane-title", words("plane-intro"))
            search.plane(page, shelf, query)

    heading("going-on-title", words("going-on-intro"))
    maps.continuing(page, bundle)
    listing.show(*maps.GOING_ON)
    heading("uses-title", words("uses-intro"))
    maps.uses(words)
    st.html(words("uses-caveat"))
