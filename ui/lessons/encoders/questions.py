"""The questions of lesson 14. Each is answered by the models, after the reader has committed to an answer."""

import numpy as np
from markupsafe import Markup

from model.zoo import Bundle
from ui.frame.page import Page
from ui.frame.question import Question
from ui.kit import markup
from ui.lessons.encoders import readings
from ui.lessons.encoders.readings import Sentences

NOISE = 1e-3  # of a vector's length: below it, two passes of different length agree
FILM = (  # English in both languages: MiniLM was trained on it
    "The film was good.",
    ("I enjoyed watching it.", "The film was not good.", "A wonderful movie!", "The meal was good."),
)


def ahead(page: Page, encoder: Bundle) -> Question:
    """Words are added at the end: in which model do the vectors before them change?"""
    words, added = page.words, page.words.text("added")
    bundles = encoder, page.bundle
    options = [*(words.text("only", model=bundle.card.title) for bundle in bundles)]
    options += [words.text("in-both"), words.text("in-none")]

    def shifts() -> list[tuple[str, float]]:
        return [readings.shift(bundle, page.text, f" {added}", len(page.ids) + readings.LIMIT) for bundle in bundles]

    def answer() -> int:
        changed = tuple(change > NOISE for _, change in shifts())
        return [(True, False), (False, True), (True, True), (False, False)].index(changed)

    def explain(right: int) -> Markup:
        (token, change), (_, other) = shifts()
        values = {"token": markup.chip(token), "change": words.percent(change), "other": words.percent(other)}
        return words("explain-ahead", more=added, **values)

    text = words.inline("question-ahead", text=markup.user_text(page.text), more=added)
    return Question(text, options, answer, explain)


def film(page: Page, encoder: Bundle) -> Question:
    """Which of four sentences is nearest? Words and meaning pull in different directions."""
    words, (query, options) = page.words, FILM

    def cosines() -> np.ndarray:
        return np.stack([readings.vector(encoder, text) for text in options]) @ readings.vector(encoder, query)

    def explain(right: int) -> Markup:
        values = cosines()
        order = np.argsort(-values)
        listed = ", ".join(f"{words.text('quoted', text=options[i])} {words.number(values[i])}" for i in order)
        return words("explain-film" if right == 1 else "explain-film-other", nearest=options[right], listed=listed)

    return Question(words.inline("question-film", query=query), list(options), lambda: int(cosines().argmax()), explain)


def reranked(page: Page, encoder: Bundle, sentences: Sentences) -> Question:
    """What does re-ranking put first where the words of the query may not occur at all?"""
    words, query = page.words, page.words.text("query-meaning")
    options = [words.text(f"option-{name}") for name in ("vectors", "another", "nothing")]

    def answer() -> int:
        hits = readings.hits(encoder, sentences, query)
        return 2 if not hits.reranked else int(hits.reranked[0] != hits.nearest[0])

    def explain(right: int) -> Markup:
        hits = readings.hits(encoder, sentences, query)
        values = {"nearest": sentences.shown(hits.nearest[0]), "cosine": words.number(hits.cosines.max())}
        if hits.reranked:
            values["after"] = sentences.shown(hits.reranked[0])
        return words(("explain-vectors", "explain-another", "explain-nothing")[right], query=query, **values)

    return Question(words.inline("question-reranked", query=query), options, answer, explain)
