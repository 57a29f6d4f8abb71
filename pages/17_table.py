"""What does a model's table say? Every row explained and editable, and what follows from it."""

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.lessons.ring import questions as ring
from ui.lessons.table import questions, view

with lesson("table", models=(), link=view.LINK) as page:
    view.show_table(page)
    view.show_vocabulary(page)
    quiz.predict("used", questions.used(page.words))
    quiz.predict("vocabulary", questions.vocabulary(page.words))
    quiz.recall("ring-sent", ring.sent(page.within("ring")))
