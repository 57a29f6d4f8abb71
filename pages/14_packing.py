"""How are training texts packed? Rows filled without waste, and what keeps documents apart in them."""

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.kit import minilm
from ui.lessons.packing import documents, questions, row, view
from ui.lessons.positions import questions as positions

with lesson("packing", limit=64, requires=("decoder", "text"), link=documents.LINK | row.LINK) as page:
    words = page.words
    batch = documents.controls(page)
    if batch.own:
        documents.area(page)
    view.batch(page, batch)
    quiz.predict(f"context-{batch.context}-{hash(batch.lengths)}", questions.context(batch, words))
    view.contexts(page, batch)

    page.yield_slot()
    page.heading("row-title", words("row-text", model=page.bundle.card.title))
    if not batch.own:
        documents.area(page)
    packed = row.packed_row(page, documents.own_lines().full)
    view.microscope(page, packed)
    if hit := questions.hit(page, packed):
        quiz.predict(f"hit-{hash(packed.texts)}", hit)

    if encoder := minilm.load(words):
        page.heading("table-title", words("table-text"))
        view.moved(page, encoder, packed)
    view.show_needs(page, packed)
    if len(page.ids) > 1:
        quiz.recall(f"moved-{page.model}-{page.text}", positions.moved(page.within("positions")))
