"""Which expert takes which token? A mixture of experts at work, changed, weighed and measured."""

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.lessons.experts import balance, interventions, purposes, questions, readings, statistics, view
from ui.lessons.mlp import questions as earlier
from ui.lessons.mlp import readings as mlp

with lesson(
    "experts",
    models=("experts",),
    requires=("decoder", "experts", "text"),
    limit=readings.LIMIT,
    link=view.LINK | interventions.LINK,
) as page:
    trace = page.trace(readings.KEEP)
    measured = statistics.read(page)
    view.show_block(page, trace)
    view.show_switchyard(page, trace)
    quiz.predict(f"again-{page.text}", questions.again(page, trace))
    page.yield_slot()
    interventions.show_interventions(page, trace)
    if measured and (off := questions.busiest_off(page, trace, measured)):
        quiz.predict(f"off-{page.text}", off)
    page.heading("load-title", page.words("load-intro"))
    if measured:
        balance.show_loads(page, trace, measured)
    balance.show_balance_loss(page, trace)
    balance.show_collapse(page)
    balance.show_variants(page)
    if measured:
        page.heading("purpose-title", page.words("purpose-intro"))
        genre = questions.genre(page, measured)
        quiz.predict("experts-genre", genre, lambda: purposes.show_information(page, measured))
        purposes.show_paths(page, measured)
    view.show_parameters(page, trace)
    half = earlier.half(page.within("mlp"), mlp.trace(page))
    quiz.recall(f"half-{page.model}-{page.text}", half)
