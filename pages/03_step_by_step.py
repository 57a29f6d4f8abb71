"""Lesson 3: how does a text grow?"""

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.lessons.step_by_step import questions, view

with lesson("step_by_step", link=view.LINK, keep_end=True) as page:
    view.loop(page)
    view.same_seed(page)
    page.heading("beams-title", page.words("beams-text"))
    quiz.predict(f"likelier-{page.model}-{page.text}", questions.likelier(page))
    view.beams(page)
    quiz.predict(f"return-{page.model}-{page.text}", questions.returns(page))
