"""Why so many heads? What each writes, how far it moves a logit, and what kind it is."""

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.kit import content_words, markup
from ui.lessons.attention import questions as earlier
from ui.lessons.heads import questions, readings, view

REQUIRES, MOVED = ("decoder", "pre-norm"), {"sharing": "sharing", "query": "sharing"}

with lesson("heads", requires=REQUIRES, link=readings.LINK, keep_end=True, moved=MOVED) as page:
    words, trace = page.words, page.trace(readings.KEEP)
    candidates = readings.candidates(page.bundle, trace)
    start = readings.start_head(page.bundle, trace, candidates)
    view.show_explorer(page, trace, start)

    page.heading("effects-heading", words("effects-intro", token=markup.chip(candidates.tokens[0])))
    quiz.predict(f"push-{page.model}-{page.text}", questions.push(page, trace, candidates))
    view.show_effects(page, trace, candidates, start)
    page.notice(words("effects-caveat"), role="note")

    page.heading("kinds-heading", words("kinds-intro"))
    view.show_kinds(page, trace, start)

    page.heading("tested-heading", words("tested-intro"))
    quiz.predict(f"repeat-{page.model}", questions.repeat(page), lambda: view.show_test(page))
    cell = content_words.start_cell(page.bundle, trace)
    quiz.recall(f"append-{page.model}-{page.text}", earlier.append(page.within("attention"), trace, cell))
