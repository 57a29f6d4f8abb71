"""Is it true? The app checks itself while the reader watches, and can be broken on purpose."""

from model.checks.subject import MAX_TOKENS
from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.lessons.is_it_true import questions, runs, view
from ui.lessons.table import questions as earlier

with lesson("is_it_true", models=runs.MODELS, limit=MAX_TOKENS, requires=("ours",), link=runs.LINK) as page:
    words = page.words
    view.section(page)

    page.heading("zero-title", words("zero"))
    terms, what = questions.products(page, page.trace(questions.KEEP))
    view.sums(page, terms, what)
    quiz.predict(f"shuffled-{page.model}-{page.text}", questions.shuffled(page, terms, what))

    page.heading("proof-title", words("proof"))
    quiz.predict(f"noticed-{page.model}-{page.text}", questions.noticed(page))
    view.limits(page)

    page.heading("ran-title", words("ran"))
    view.versions(page)
    quiz.recall("used", earlier.used(page.within("table").words))
