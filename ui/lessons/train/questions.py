"""Lesson 16, predict then reveal: which of the two models learns its task? Answered by the run itself."""

from ui.frame import quiz
from ui.frame.page import Page
from ui.frame.question import Question
from ui.kit.numbers import percent
from ui.lessons.train.link import Experiment
from ui.lessons.train.runs import Record, runs

ENOUGH = 0.95  # accuracy that counts as learned
ENOUGH_OF_TEXT = 0.5  # of a text nobody can guess every letter


def learns(page: Page, experiment: Experiment) -> None:
    words = page.words
    records = [runs().of(plan) for plan in experiment.runs]
    enough = ENOUGH_OF_TEXT if experiment.plans[0].name == "text" else ENOUGH
    about = {"share": f"{round(100 * enough)}\u202f%", "steps": experiment.plans[0].steps}
    kind = "pair" if len(records) > 1 else "one"
    options = [words.text(f"learns-{kind}-{option}") for option in (("a", "b", "both", "neither")[: 2 * len(records)])]

    def reached(record: Record) -> bool:
        return max(snapshot["accuracy"] for snapshot in record.seen) >= enough

    def answer() -> int:
        """Of a pair: only A, only B, both, neither; of one: yes, no."""
        got = [reached(record) for record in records]
        return [(True, False), (False, True), (True, True), (False, False)].index(tuple(got)) if got[1:] else 1 - got[0]

    def explain(chosen: int, right: int) -> str:
        shares = [percent(record.last["accuracy"], page.lang) for record in records]
        told = words(f"learned-{kind}", **dict(zip(("a", "b"), shares, strict=False)), **about)
        return told + words(f"because-{experiment.preset or 'own'}")

    waiting = "" if all(record.finished for record in records) else words("learns-wait")
    key = "-".join(record.id for record in records)
    quiz.predict(
        f"learns-{key}", Question(words.inline(f"learns-{kind}", **about), options, answer, explain, waiting=waiting)
    )
