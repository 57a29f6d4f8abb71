"""Lesson 4: why is the first token slow, and the others fast?"""

import streamlit as st

from ui import cache_costs, quiz, tracks, widgets
from ui.lesson import lesson

with lesson("tracks", limit=24, link=tracks.LINK | cache_costs.LINK) as page:
    words = page.words
    tracks.figure(page)
    widgets.source(*tracks.SOURCE)

    answer, explain = tracks.longer(page)
    quiz.predict(
        f"longer-{page.model}-{page.text}",
        words.inline("question-longer", short=tracks.SHORT, long=tracks.LONG),
        [words.text(f"option-{name}") for name in ("first", "later", "both", "neither")],
        answer,
        explain,
    )

    st.html(f"<h2>{words.inline('curve-title')}</h2>{words('curve')}")
    tracks.curve(page)

    st.html(f"<h2>{words.inline('costs-title')}</h2>{words('costs')}")
    quiz.predict("heavy", *cache_costs.heavy(page))
    st.html(f"<h3>{words.inline('calculator-title')}</h3>")
    cache_costs.calculator(page)
