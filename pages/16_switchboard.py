"""What does a single change do? Small models that differ in one choice each, trained with several seeds."""

from dataclasses import replace
from functools import partial

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.kit import language
from ui.lessons.blocks import questions as blocks
from ui.lessons.blocks.sides import sides
from ui.lessons.switchboard import overview, questions, view

with lesson("switchboard", models=view.MODELS, limit=view.MAX_TOKENS, requires=("ours",), link=view.LINK) as page:
    words = page.words
    if base := overview.base(page):
        overview.trained(page, base.report)
        page.heading("overview-title", words("overview-intro"))
        show_all = partial(overview.show_all, page, base.report)
        if worst := questions.worst(words):
            quiz.predict("worst", worst, show_all)
        else:
            show_all()
        if rates := questions.rates(words):
            page.heading("rates-title", words("rates-intro", **overview.at_common_rate(words)))
            quiz.predict("rates", rates, partial(overview.show_rates, page, base))
        page.heading("switch-title", words("switch-intro"))
        view.section(page, base)
        if mqa_cache := questions.mqa_cache(base, words):
            quiz.predict("mqa-cache", mqa_cache)
        overview.caveat(page, base)
        earlier = replace(page, words=language.words("blocks"))
        if len(both := sides(earlier)) > 1:
            quiz.recall(f"grown-{page.text}", blocks.grown(*both, earlier.words))
