"""Lesson 8: how are a million tokens read? The text is split over devices, and the keys and values go round."""

import streamlit as st

from ui.frame import prompt_bar
from ui.frame.lesson import lesson
from ui.kit import listing
from ui.lessons.ring import costs, processes, view

LINK = view.LINK | costs.LINK | processes.LINK

with lesson("ring", limit=24, fits=prompt_bar.rotary, link=LINK) as page:
    words, trace = page.words, page.trace(view.KEEP)

    def heading(section: str) -> None:
        st.html(f"<h2>{words.inline(f'{section}-title')}</h2>{words(f'{section}-intro')}")

    view.figure(page, trace)
    listing.show(*view.SOURCE)
    if len(page.tokens) > 1:
        view.ask_first(page, trace)
        view.ask_busiest(page, trace)
        heading("run")
        processes.section(page, trace)

    heading("cost")
    costs.section(page)
    costs.ask_sent(page)
