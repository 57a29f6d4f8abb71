"""What changed since 2017? Two blocks drawn from their configurations, and the residual connection."""

from dataclasses import replace
from functools import partial

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.kit import language
from ui.kit.content_words import start_cell
from ui.lessons.attention import questions as attention
from ui.lessons.blocks import questions, view
from ui.lessons.blocks.sides import sides

MOVED = dict.fromkeys(("switch", "map-layer", "map-head", "map-token"), "switchboard")
with lesson("blocks", limit=24, requires=("decoder", "drawn"), link=view.LINK, moved=MOVED) as page:
    words, both = page.words, sides(page)
    view.drawings(page, both)
    view.arithmetic(page, both)
    view.residual(page, both[-1])
    page.heading("stream-title", words("stream-intro"))
    if len(both) > 1:
        quiz.predict(f"grown-{page.text}", questions.grown(*both, words), partial(view.sizes, page, both))
        view.differing_fields(page, both)
    else:
        view.sizes(page, both)
    view.today(page)

    trace, earlier = page.trace({"mask", "pattern"}), replace(page, words=language.words("attention"))
    append = attention.append(earlier, trace, start_cell(page.bundle, trace))
    quiz.recall(f"append-{page.model}-{page.text}", append)
