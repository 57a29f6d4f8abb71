"""Lesson 3: how does a text grow?"""

import streamlit as st

from ui import loop, quiz, widgets
from ui.lesson import lesson

with lesson("step_by_step", link=loop.LINK) as page:
    words = page.words
    loop.figure(page)
    widgets.source(*loop.SOURCE)

    st.html(f"<h2>{words.inline('proof-title')}</h2>{words('proof-text')}")
    loop.proof(page)

    st.html(f"<h2>{words.inline('beams-title')}</h2>{words('beams-text')}")
    settings = {"steps": loop.BEAM, "width": loop.WIDTHS[-1]}
    quiz.predict(
        f"likelier-{page.model}-{page.text}",
        words.inline("question-likelier", **settings),
        [words.text("option-no-likelier"), words.text("option-likelier")],
        *loop.likelier(page),
    )
    loop.beams(page)

    (first, second), answer, explain = loop.returns(page)
    quiz.predict(
        f"return-{page.model}-{page.text}",
        words.inline("question-return", first=first, second=second, after=loop.AFTER, run=loop.RUN),
        [words.text("option-return"), words.text("option-no-return")],
        answer,
        explain,
    )
