"""What does a transformer learn, and when? A tiny one, or two side by side, trained before one's eyes."""

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.lessons.sharing import questions as earlier
from ui.lessons.train import kept, link, questions, view

with lesson("train", models=(), link=link.LINK) as page:
    kept.restore()
    experiment = link.read(page.words)
    view.show_presets(page, experiment)
    view.show_recipe(page, experiment)
    view.show_problems(page, experiment)
    if shown := link.last_buildable(experiment):
        quiz.predict(*questions.learns(page, shown))
        view.show_laboratory(page, shown)
        view.show_arithmetic(page, shown)
        view.show_ways_on(page, shown)
    quiz.recall("cache", earlier.cache(page.within("sharing")))
