"""When is it better to read both ways? Two attention maps, sentences as vectors, and three searches."""

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.kit import minilm
from ui.lessons.encoders import maps, questions, readings, search, sentences
from ui.lessons.positions import questions as positions

with lesson("encoders", limit=20, first=maps.FIRST, link=maps.LINK | sentences.LINK | search.LINK) as page:
    if encoder := minilm.load(page.words):
        maps.show_maps(page, encoder, readings.traces(encoder, page))
        quiz.predict(f"ahead-{page.model}-{page.text}", questions.ahead(page, encoder))
        maps.show_training(page, encoder)
        page.heading("vectors-title", page.words("vectors-intro"))
        listed = sentences.choose(page, encoder)
        if listed:
            sentences.show_cosines(page, encoder, listed)
        quiz.predict("film", questions.film(page, encoder))
        if listed:
            if query := search.choose_query(page):
                search.show_hits(page, encoder, listed, query)
            quiz.predict(f"reranked-{listed.key}", questions.reranked(page, encoder, listed))
        if listed and len(listed.texts) > 1:
            sentences.show_plane(page, encoder, listed, query)
    maps.show_continuation(page, encoder)
    maps.show_uses(page)
    if question := positions.decoder(page.within("positions")):
        quiz.recall(f"decoder-{page.model}-{page.text}", question)
