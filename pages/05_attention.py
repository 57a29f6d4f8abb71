"""Which earlier words matter? One head at a time, its two steps, and what the mask hides."""

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.kit.content_words import start_cell
from ui.lessons.attention import questions, readings, view
from ui.lessons.projections.questions import again

with lesson("attention", models=readings.MODELS, requires=(), limit=readings.LIMIT, link=readings.LINK) as page:
    trace = page.trace(readings.keep(page.bundle.model.config))
    start = start_cell(page.bundle, trace)
    view.explorer(page, trace, start)
    if swap := questions.swap(page, trace, start):
        quiz.predict(f"swap-{page.model}-{page.text}", swap)
    else:
        quiz.predict(f"append-{page.model}-{page.text}", questions.append(page, trace, start))
    if carry := questions.carry(page, trace, start):
        quiz.predict(f"carry-{page.model}-{page.text}", carry)
    if page.bundle.model.config.causal:
        quiz.recall(f"again-{page.model}-{page.text}", again(page.within("projections")))
