"""How is the next token chosen?"""

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.lessons.next_token import controls, questions, readings, view
from ui.lessons.tokens import questions as tokens

with lesson("next_token", limit=64, link=controls.LINK, keep_end=True) as page:
    trace = page.trace(readings.KEEP)
    reading = readings.read(page.bundle, trace)
    view.probabilities(page, reading)
    quiz.predict(f"needed-{page.model}-{page.text}", questions.needed(page, reading))
    page.yield_slot()
    view.sums(page, reading)
    view.choosing(page, reading)
    quiz.predict(f"tail-{page.model}-{page.text}", questions.tail(page, reading))
    view.logit_lens(page, trace)
    quiz.recall(f"same-token-{page.model}", tokens.same_token(page.within("tokens")))
