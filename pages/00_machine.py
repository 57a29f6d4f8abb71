"""The machine at a glance, with the reader's own sentence in it."""

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.frame.path_section import path_section
from ui.lessons.machine import questions, readings, view

with lesson("machine", limit=readings.LIMIT, link=readings.LINK, keep_end=True) as page:
    data = view.machine(page)
    path_section()
    quiz.predict(f"tracks-{page.model}-{page.text}", questions.tracks(page, data["candidates"][0]))
