"""What if? The inside is changed, and the outside follows."""

import streamlit as st

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.lessons.sparse import questions as earlier
from ui.lessons.what_if import board, changes, effect, questions, search, sink
from ui.lessons.what_if import lab as what_if

with lesson("what_if", limit=what_if.LIMIT, link=what_if.LINK, keep_end=True) as page:
    words, lab = page.words, what_if.open_lab(page)
    changes.chips(lab)
    changes.row(lab)
    after = what_if.changed(lab)
    with st.container(gap=None):
        effect.next_token(lab, after)
        effect.distribution(lab, after)
    page.yield_slot()
    page.heading("texts-title", words("texts-intro", n=effect.TEXT))
    texts = st.empty()
    page.heading("map-title", words("map-intro"))
    board.board(lab, after)

    page.heading("streams-title", words("streams-intro"))
    with st.container(gap="small"):
        effect.streams(lab, after)
    effect.export(lab)
    page.heading("search-title", words("search-intro"))
    search.section(lab)

    if question := questions.hidden(lab):
        page.heading("hidden-title", words("hidden-intro"))
        quiz.predict(f"hidden-{page.model}-{page.text}", question)
    sink.section(lab, questions.in_front(lab))
    page.notice(words("caveat"), role="note")
    if question := earlier.reach(page.within("sparse")):
        quiz.recall(f"reach-{page.model}-{page.text}", question)
    page.yield_slot()
    effect.texts(lab, after, texts)
