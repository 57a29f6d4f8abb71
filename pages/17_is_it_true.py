"""Lesson 17: is it true? The app checks itself while the reader watches, and can be broken on purpose."""

import streamlit as st

from ui import html, is_it_true, prompt, quiz, widgets
from ui import is_it_true_report as report
from ui import is_it_true_why as why
from ui.lesson import lesson

with lesson(
    "is_it_true", models=is_it_true.MODELS, limit=is_it_true.LIMIT, fits=prompt.no_own, link=is_it_true.LINK
) as page:
    words = page.words

    def heading(section: str, body: html.Raw | str) -> None:
        st.html(f"<h2>{words.inline(section)}</h2>{body}")

    is_it_true.section(page)
    widgets.source(*is_it_true.SOURCE)

    heading("zero-title", words("zero"))
    terms, what = why.products(page, page.trace(why.KEEP))
    st.html(why.sums(page, terms, what))
    widgets.source(*why.SOURCE)
    quiz.predict(f"shuffled-{page.model}-{page.text}", *why.ask_shuffled(page, terms))

    heading("proof-title", words("proof"))
    quiz.predict(f"noticed-{page.model}-{page.text}", *why.ask_noticed(page))
    st.html(f'<div class="limits">{words("limits")}</div>')

    heading("ran-title", words("ran"))
    st.html(report.table(words))
