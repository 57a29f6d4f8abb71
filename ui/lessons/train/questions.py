"""Lesson 16, predict then reveal: which of the two models learns its task? Answered by the run itself."""

from markupsafe import Markup

from ui.frame.page import Page
from ui.frame.question import Question
from ui.kit.numbers import round_percent
from ui.lessons.train.link import Experiment
from ui.lessons.train.runs import Record, records

ENOUGH = 0.95  # accuracy that counts as learned
ENOUGH_OF_TEXT = 0.5  # of a text nobody can guess every letter


def learns(page: Page, experiment: Experiment) -> tuple[str, Question]:
    """The question, and a key that is new for every run."""
    words, models = page.words, records(experiment.runs)
    enough = ENOUGH_OF_TEXT if experiment.plans[0].name == "text" else ENOUGH
    values = {"share": round_percent(enough), "steps": experiment.plans[0].steps}
    kind = "pair" if len(models) > 1 else "one"
    options = [words.text(f"learns-{kind}-{option}") for option in ("a", "b", "both", "neither")[: 2 * len(models)]]

    def reached(record: Record) -> bool:
        return max(snapshot["accuracy"] for snapshot in record.snapshots) >= enough

    def answer() -> int:
        """Of a pair: only A, only B, both, neither; of one: yes, no."""
        if len(models) == 1:
            return 0 if reached(models[0]) else 1
        return [(True, False), (False, True), (True, True), (False, False)].index(tuple(map(reached, models)))

    def explain(right: int) -> Markup:
        shares = [words.percent(record.last["accuracy"]) for record in models]
        learned = words(f"learned-{kind}", **dict(zip(("a", "b"), shares, strict=False)), **values)
        return learned + words(f"because-{experiment.preset or 'own'}")

    waiting = "" if all(record.ended for record in models) else words("learns-wait")
    question = Question(words.inline(f"learns-{kind}", **values), options, answer, explain, waiting=waiting)
    return "-".join(("learns", *(record.id for record in models))), question
