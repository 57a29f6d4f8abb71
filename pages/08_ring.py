"""Lesson 8: how are a million tokens read? The text is split over devices, and the keys and values go round."""

import streamlit as st

from ui import prompt, ring, ring_costs, ring_processes, widgets
from ui.lesson import lesson

LINK = ring.LINK | ring_costs.LINK | ring_processes.LINK

with lesson("ring", limit=24, fits=prompt.rotary, link=LINK) as page:
    words, trace = page.words, page.trace(ring.KEEP)

    def heading(section: str) -> None:
        st.html(f"<h2>{words.inline(f'{section}-title')}</h2>{words(f'{section}-intro')}")

    ring.figure(page, trace)
    widgets.source(*ring.SOURCE)
    if len(page.tokens) > 1:
        ring.ask_first(page, trace)
        ring.ask_busiest(page, trace)
        heading("run")
        ring_processes.section(page, trace)

    heading("cost")
    ring_costs.section(page)
    ring_costs.ask_sent(page)
