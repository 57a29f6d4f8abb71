"""How do several devices share a long text? The keys and values go round."""

from ui.frame import quiz
from ui.frame.lesson import lesson
from ui.lessons.ring import costs, processes, questions, readings, view
from ui.lessons.sparse import questions as sparse

LINK = readings.LINK | costs.LINK | processes.LINK

with lesson("ring", limit=24, requires=("decoder", "rotary"), link=LINK) as page:
    words, trace = page.words, page.trace(readings.KEEP)
    view.show_ring(page, trace)
    if len(page.ids) > 1:
        quiz.predict(f"first-{page.model}-{page.text}", questions.first(page))
        quiz.predict(f"busiest-{page.model}-{page.text}", questions.busiest(page))
        page.heading("run-title", words("run-intro"))
        processes.show_run(page, trace)

    page.heading("cost-title", words("cost-intro"))
    costs.show_costs(page)
    quiz.predict("ring-sent", questions.sent(page))
    page.heading("used-title", words("used-text"))
    if question := sparse.reach(page.within("sparse")):
        quiz.recall(f"reach-{page.text}", question)
