"""Lesson 4: why is the first token slow, and the others fast?"""

import streamlit as st

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.frame.question import Question
from ui.kit import listing
from ui.lessons.tracks import calculator, view

with lesson("tracks", limit=24, link=view.LINK | calculator.LINK) as page:
    words = page.words
    view.figure(page)
    listing.show(*view.SOURCE)

    answer, explain = view.longer(page)
    quiz.predict(
        f"longer-{page.model}-{page.text}",
        Question(
            words.inline("question-longer", short=view.SHORT, long=view.LONG),
            [words.text(f"option-{name}") for name in ("first", "later", "both", "neither")],
            answer,
            explain,
        ),
    )

    st.html(f"<h2>{words.inline('curve-title')}</h2>{words('curve')}")
    view.curve(page)

    st.html(f"<h2>{words.inline('costs-title')}</h2>{words('costs')}")
    quiz.predict("heavy", Question(*calculator.heavy(page)))
    st.html(f"<h3>{words.inline('calculator-title')}</h3>")
    calculator.calculator(page)
