"""What does the model read?"""

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.lessons.tokens import questions, readings, view

with lesson("tokens", limit=256, link=readings.LINK) as page:
    view.chain(page)
    view.split(page)
    view.merges(page)
    view.learning(page)
    view.compare(page)
    view.vocabulary(page)
    view.spelling(page)
    quiz.predict(f"same-token-{page.model}", questions.same_token(page))
    quiz.predict(f"spaces-{page.model}-{page.text}", questions.spaces(page))
