"""Lesson 3: how does a text grow?"""

import streamlit as st

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.frame.question import Question
from ui.kit import listing
from ui.lessons.step_by_step import view

with lesson("step_by_step", link=view.LINK) as page:
    words = page.words
    view.figure(page)
    listing.show(*view.SOURCE)

    st.html(f"<h2>{words.inline('proof-title')}</h2>{words('proof-text')}")
    view.proof(page)

    st.html(f"<h2>{words.inline('beams-title')}</h2>{words('beams-text')}")
    settings = {"steps": view.BEAM, "width": view.WIDTHS[-1]}
    quiz.predict(
        f"likelier-{page.model}-{page.text}",
        Question(
            words.inline("question-likelier", **settings),
            [words.text("option-no-likelier"), words.text("option-likelier")],
            *view.likelier(page),
        ),
    )
    view.beams(page)

    (first, second), answer, explain = view.returns(page)
    quiz.predict(
        f"return-{page.model}-{page.text}",
        Question(
            words.inline("question-return", first=first, second=second, after=view.AFTER, run=view.RUN),
            [words.text("option-return"), words.text("option-no-return")],
            answer,
            explain,
        ),
    )
