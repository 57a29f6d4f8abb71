"""How does the model know the order? Without positions, with a table, with hands that rotate."""

from functools import partial

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.kit import minilm
from ui.lessons.positions import losses, questions, readings, view
from ui.lessons.ring import questions as ring

with lesson(
    "positions", limit=readings.LIMIT, requires=("decoder", "rotary", "one-rotation"), link=readings.LINK | losses.LINK
) as page:
    words, config, trace = page.words, page.bundle.model.config, page.trace(readings.KEEP)
    prompt, model = f"{page.model}-{page.text}", {"model": page.bundle.card.title}

    if encoder := minilm.load(words):
        page.heading("bag-title", words("bag-text"))
        view.show_bag(page, encoder)
        if question := questions.decoder(page):
            page.heading("decoder-title", words("bag-decoder"), level=3)
            quiz.predict(f"decoder-{prompt}", question)
        view.show_tables(page, encoder)
    page.yield_slot()

    view.show_rotation(page, trace)
    page.heading("base-title", words("base-text", **model, trained=words.number(losses.trained_base(page))))
    losses.show_bases(page, trace)
    quiz.predict(f"slowest-{prompt}", questions.slowest(page))
    page.heading("far-title", words("far-text", **model, context=words.number(config.context)))
    if len(page.ids) > 1:
        quiz.predict(f"moved-{prompt}", questions.moved(page), then=partial(losses.show_limits, page))
    losses.show_stretches(page)
    page.heading("others-title", words("others-text"))
    if len(page.ids) > 1:
        quiz.recall(f"first-{prompt}", ring.first(page.within("ring")))
