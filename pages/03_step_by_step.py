"""How does a text grow?"""

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.lessons.next_token import questions as next_token
from ui.lessons.next_token import readings
from ui.lessons.step_by_step import questions, view

with lesson("step_by_step", link=view.LINK, keep_end=True) as page:
    view.loop(page)
    view.same_seed(page)
    page.heading("beams-title", page.words("beams-text"))
    quiz.predict(f"likelier-{page.model}-{page.text}", questions.likelier(page))
    view.beams(page)
    quiz.predict(f"return-{page.model}-{page.text}", questions.returns(page))
    reading = readings.read(page.bundle, page.trace(readings.KEEP))
    quiz.recall(f"needed-{page.model}-{page.text}", next_token.needed(page.within("next_token"), reading))
