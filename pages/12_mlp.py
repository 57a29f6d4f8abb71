"""What does the MLP do? Its neurons, what each writes, what is lost without them, and how many there are."""

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.lessons.heads import questions as earlier
from ui.lessons.heads import readings as heads
from ui.lessons.mlp import questions, readings, shapes, silencing, view

REQUIRES = ("decoder", "pre-norm")

with lesson("mlp", limit=readings.LIMIT, requires=REQUIRES, link=readings.LINK, keep_end=True) as page:
    trace = readings.trace(page)
    start = readings.start(page, trace)
    view.show_neurons(page, trace, start)
    half = questions.half(page, trace)
    quiz.predict(f"half-{page.model}-{page.text}", half, lambda: view.show_said(page, trace, start))
    page.yield_slot()

    page.heading("silence-title", page.words("silence-intro"))
    if silenced := questions.silenced(page, trace):
        quiz.predict(f"silenced-{page.model}-{page.text}", silenced)
    silencing.section(page, trace)

    shapes.show_shapes(page, trace, start)
    shapes.show_parameters(page)
    attributed = page.trace(heads.KEEP)
    push = earlier.push(page.within("heads"), attributed, heads.candidates(page.bundle, attributed))
    quiz.recall(f"push-{page.model}-{page.text}", push)
