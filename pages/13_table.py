"""Lesson 13: what does a model's table say? Every row explained and editable, and what follows from it."""

from ui import table, table_questions
from ui.lesson import lesson

with lesson("table", link=table.LINK) as page:
    table.section(page)
    table_questions.used(page.words)
    table_questions.vocabulary(page.words)
