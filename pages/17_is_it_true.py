"""Lesson 17: is it true? The app checks itself while the reader watches, and can be broken on purpose."""

import streamlit as st
from markupsafe import Markup

from ui.frame import prompt_bar, quiz
from ui.frame.lesson import lesson
from ui.frame.question import Question
from ui.kit import listing
from ui.lessons.is_it_true import report, view, why

with lesson("is_it_true", models=view.MODELS, limit=view.LIMIT, fits=prompt_bar.no_own, link=view.LINK) as page:
    words = page.words

    def heading(section: str, body: Markup | str) -> None:
        st.html(f"<h2>{words.inline(section)}</h2>{body}")

    view.section(page)
    listing.show(*view.SOURCE)

    heading("zero-title", words("zero"))
    terms, what = why.products(page, page.trace(why.KEEP))
    st.html(why.sums(page, terms, what))
    listing.show(*why.SOURCE)
    quiz.predict(f"shuffled-{page.model}-{page.text}", Question(*why.ask_shuffled(page, terms)))

    heading("proof-title", words("proof"))
    quiz.predict(f"noticed-{page.model}-{page.text}", Question(*why.ask_noticed(page)))
    st.html(f'<div class="limits">{words("limits")}</div>')

    heading("ran-title", words("ran"))
    st.html(report.table(words))
