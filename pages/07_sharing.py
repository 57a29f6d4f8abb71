"""What can heads share? Keys and values in common, what that saves, and what it costs."""

import streamlit as st

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.kit import switchboard
from ui.lessons.heads import questions as earlier
from ui.lessons.sharing import questions, readings, view

with lesson("sharing", link=readings.LINK) as page:
    words, config = page.words, page.bundle.model.config
    view.show_diagram(page)
    quiz.predict("cache", questions.cache(page))

    page.heading("counted-title", words("counted"))
    view.show_cached(page)

    page.heading("groups-title", words("groups"))
    view.show_groups(page)

    page.heading("measure-title", words("measure-intro", **view.setting(page)))
    view.show_measured(page)

    page.heading("lost-title", words("lost"))
    st.html(words("published") + switchboard.trained(words, "mha", "base", "mqa"))
    if question := questions.pooled(page):
        quiz.predict(f"pooled-{page.model}-{page.text}", question, lambda: view.show_pooled(page))
    quiz.recall(f"repeat-{page.model}", earlier.repeat(page.within("heads")))
