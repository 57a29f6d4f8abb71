"""Why is the first token slow, and the others fast?"""

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.lessons.sharing import questions as sharing
from ui.lessons.tracks import calculator, counting, curve, questions, view

with lesson("tracks", limit=24, link=view.LINK | calculator.LINK) as page:
    words = page.words
    view.tracks(page)
    quiz.predict(f"longer-{page.model}-{page.text}", questions.longer(page))

    page.heading("curve-title", words("curve"))
    curve.curve(page)
    counting.table(page)

    page.heading("costs-title", words("costs"))
    quiz.predict("heavy", questions.heavy(page))
    page.heading("calculator-title", level=3)
    calculator.calculator(page)
    quiz.recall("cache", sharing.cache(page.within("sharing")))
