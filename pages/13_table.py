"""Lesson 13: what does a model's table say? Every row explained and editable, and what follows from it."""

from ui.frame.lesson import lesson
from ui.lessons.table import questions, view

with lesson("table", link=view.LINK) as page:
    view.section(page)
    questions.used(page.words)
    questions.vocabulary(page.words)
