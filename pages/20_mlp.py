"""Lesson 20: what does the MLP do? Its neurons, what each writes, what is lost without them, and how many there are."""

from ui.frame import prompt_bar, quiz
from ui.frame.lesson import lesson
from ui.lessons.mlp import questions, readings, shapes, silencing, view

with lesson("mlp", limit=readings.LIMIT, fits=prompt_bar.pre_norm, link=readings.LINK, keep_end=True) as page:
    trace = readings.trace(page)
    start = readings.start(page, trace)
    view.show_neurons(page, trace, start)
    quiz.predict(f"half-{page.model}-{page.text}", questions.half(page, trace))
    page.yield_slot()
    if silenced := questions.silenced(page, trace):
        page.heading("silence-title", page.words("silence-intro"))
        quiz.predict(f"silenced-{page.model}-{page.text}", silenced)
    if len(page.ids) > 1:
        silencing.section(page, trace)
    shapes.show_shapes(page, trace, start)
    shapes.show_parameters(page)
