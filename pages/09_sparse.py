"""Must every word look at every word? Patterns, their reach and cost, and the real model under them."""

import streamlit as st

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.kit import switchboard
from ui.lessons.sharing import questions as earlier
from ui.lessons.sparse import questions, readings, view

with lesson("sparse", limit=96, first=readings.PASSAGE, link=readings.LINK) as page:
    choice = view.show_grid(page)
    view.show_sketches(page)
    if question := questions.reach(page):
        quiz.predict(f"reach-{page.model}-{page.text}", question)
    view.show_costs(page, choice)
    page.yield_slot()

    page.heading("model-title", page.words("model", model=page.bundle.card.title))
    if len(page.ids) < 2:
        st.html(page.words("too-short"))
    else:
        view.show_losses(page, choice)
        if question := questions.budget(page):
            quiz.predict(f"budget-{page.model}-{page.text}", question)
        view.show_comparison(page)
    st.html(switchboard.trained(page.words, "base", "sliding", "alternating"))
    if question := earlier.pooled(page.within("sharing")):
        quiz.recall(f"pooled-{page.model}-{page.text}", question)
