"""Where queries, keys and values come from: the matrices of one head, what they add to a score, and why scores are
divided by √K."""

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.kit.content_words import start_cell
from ui.lessons.projections import questions, readings, view
from ui.lessons.tokens.questions import spaces

with lesson("projections", limit=readings.LIMIT, link=readings.LINK) as page:
    trace = page.trace(readings.KEEP)
    cell, prompt = start_cell(page.bundle, trace), f"{page.model}-{page.text}"
    view.show_head(page, trace, cell)
    quiz.predict(f"again-{prompt}", questions.again(page))
    config = page.bundle.model.config
    root = {"root": config.score_divisor}
    page.heading("divide-title", page.words("divide-text", width=config.head_width, **root), **root)
    if question := questions.divided(page, trace, cell):
        quiz.predict(f"divided-{prompt}", question, lambda: view.show_division(page, trace, cell))
    else:
        page.notice(page.words("divide-alone"))
    quiz.recall(f"spaces-{prompt}", spaces(page.within("tokens")))
