"""The questions of the lesson. Each is answered by the models, after the reader has committed to an answer."""

import numpy as np
from markupsafe import Markup

from model.zoo import Bundle
from ui.frame.page import Page
from ui.frame.question import Question, largest
from ui.kit import content_words, language, markup
from ui.lessons.encoders import readings
from ui.lessons.encoders.readings import Sentences

NOISE = 1e-3  # of a vector's length, and of a cosine: below it, two passes of different length agree
FILM = (  # English in both languages: MiniLM was trained on it
    "The film was good.",
    ("I enjoyed watching it.", "The film was not good.", "A wonderful movie!", "The meal was good."),
)


def ahead(page: Page, encoder: Bundle) -> Question:
    """Words are added at the end: in which model do the vectors before them change?"""
    words = page.words
    added = language.Words(content_words.language_of(page.text, page.lang), "encoders").text("added")
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
        encoder = words("explain-ahead", more=added, token=markup.chip(token), change=words.percent(change))
        decoder = words("ahead-rounded", other=words.percent(other)) if other else words("ahead-exact")
        return encoder + decoder + words("ahead-cache")

    def against(i: int) -> Markup:
        return words(f"ahead-against-{('encoder', 'decoder', 'both', 'none')[i]}")

    text = words.inline("question-ahead", text=markup.user_text(page.text), more=added)
    return Question(text, options, answer, explain, against)


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

    def answer() -> tuple[int, ...]:
        return largest(cosines(), NOISE)

    def against(i: int) -> Markup:
        values, best = cosines(), answer()[0]
        shown = {"cosine": words.number(values[i]), "most": words.number(values[best])}
        return words("film-against", text=options[i], nearest=options[best], **shown)

    return Question(words.inline("question-film", query=query), list(options), answer, explain, against)


def reranked(page: Page, encoder: Bundle, sentences: Sentences) -> Question:
    """What does re-ranking put first where the words of the query may not occur at all?"""
    words, query = page.words, page.words.text("query-meaning")
    names = ("vectors", "another", "nothing")
    options = [words.text(f"option-{name}") for name in names]

    def answer() -> int | tuple[int, ...]:
        hits = readings.hits(encoder, sentences, query)
        if not hits.reranked:
            return 2
        first, best = hits.reranked[0], hits.nearest[0]
        if first != best and hits.cosines[best] - hits.cosines[first] <= NOISE:
            return 0, 1
        return int(first != best)

    def values() -> dict[str, object]:
        hits = readings.hits(encoder, sentences, query)
        found = {"nearest": sentences.shown(hits.nearest[0]), "cosine": words.number(hits.cosines.max())}
        return found | ({"after": sentences.shown(hits.reranked[0])} if hits.reranked else {})

    def explain(right: int) -> Markup:
        return words(f"explain-{names[right]}", query=query, **values())

    def against(i: int) -> Markup:
        nothing = "-none" if names[i] == "another" and answer() == 2 else ""
        return words(f"reranked-against-{names[i]}{nothing}", **values())

    def given() -> Markup:
        lines = (Markup("<li>{}</li>").format(markup.user_text(text)) for text in sentences.texts)
        return Markup("<ol>{}</ol>").format(Markup().join(lines))

    text = words.inline("question-reranked", query=query)
    return Question(text, options, answer, explain, against, given)
