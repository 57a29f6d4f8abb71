"""Lesson 9: what changed since 2017? Two blocks drawn from their configurations, and one switch at a time."""

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.lessons.blocks import questions, switchboard, view
from ui.lessons.blocks.sides import sides

with lesson("blocks", limit=24, link=view.LINK | switchboard.LINK) as page:
    words, both = page.words, sides(page)
    view.drawings(page, both)
    view.arithmetic(page, both)
    if len(both) > 1:
        view.differing_fields(page, both)
    page.heading("stream-title", words("stream-intro"))
    if len(both) > 1:
        quiz.predict(f"grown-{page.text}", questions.grown(*both, words), lambda: view.streams(page, both))
    else:
        view.streams(page, both)

    page.heading("switch-title", words("switch-intro"))
    switchboard.section(page)
    if mqa_cache := questions.mqa_cache(words):
        quiz.predict("mqa-cache", mqa_cache)
