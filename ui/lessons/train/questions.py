"""The lesson, predict then reveal: which of the two models learns its task? Answered by the run itself."""

from markupsafe import Markup

from model.toys.plans import NAMES
from ui.frame.page import Page
from ui.frame.question import Question
from ui.kit import tables
from ui.kit.numbers import round_percent
from ui.lessons.train.link import SIDES, Experiment
from ui.lessons.train.readings import option_name
from ui.lessons.train.runs import Record, records

PAIR = ((True, False), (False, True), (True, True), (False, False))  # who learns the task: A, B
ENOUGH = 0.95  # accuracy that counts as learned
ENOUGH_OF_TEXT = 0.5  # of a text nobody can guess every letter
NOISE = 0.01  # of the accuracy: nearer to the bound, either counts


def learns(page: Page, experiment: Experiment) -> tuple[str, Question]:
    """The question, and a key that is new for every run."""
    words, models = page.words, records(experiment.runs)
    enough = ENOUGH_OF_TEXT if experiment.plans[0].name == "text" else ENOUGH
    values = {"share": round_percent(enough), "steps": experiment.plans[0].steps}
    kind = "pair" if len(models) > 1 else "one"
    outcomes = PAIR if len(models) > 1 else ((True,), (False,))
    options = [words.text(f"learns-{kind}-{option}") for option in ("a", "b", "both", "neither")[: len(outcomes)]]

    def answer() -> tuple[int, ...]:
        leads = [_best(record) - enough for record in models]
        right = tuple(lead >= 0 for lead in leads)
        near = [
            outcome
            for outcome in outcomes
            if all(abs(lead) <= NOISE or said == (lead >= 0) for lead, said in zip(leads, outcome, strict=True))
        ]
        return tuple(map(outcomes.index, dict.fromkeys((right, *near))))

    def explain(right: int) -> Markup:
        shares = [words.percent(record.last["accuracy"]) for record in models]
        learned = words(f"learned-{kind}", **dict(zip(("a", "b"), shares, strict=False)), **values)
        loads = _visits(page, models) if experiment.preset == "collapse" else {}
        return learned + words(f"because-{experiment.preset or 'own'}", **loads)

    def against(i: int) -> Markup:
        sentences = []
        for side, record, guess in zip(SIDES, models, outcomes[i], strict=False):
            best = _best(record)
            if guess != (best >= enough):
                section = "against-reached" if best >= enough else "against-missed"
                sentences.append(words(section, model=side.upper(), best=words.percent(best), **values))
        return Markup().join(sentences)

    def given() -> Markup:
        plans = experiment.plans[: len(models)]
        heads = ["", *(words.inline(f"model-{side}") for side in SIDES[: len(models)])]
        rows = [
            (words.inline(f"choice-{name}"), *(option_name(name, getattr(plan.choices, name), page) for plan in plans))
            for name in NAMES
        ]
        task = option_name("task", plans[0].name, page)
        about = words("given", task=task, seed=plans[0].seed, steps=plans[0].steps)
        return (
            (words(f"about-{experiment.preset}") if experiment.preset else Markup()) + about + tables.grid(heads, rows)
        )

    waiting = "" if all(record.ended for record in models) else words("learns-wait")
    question = Question(
        words.inline(f"learns-{kind}", **values), options, answer, explain, against, given, waiting=waiting
    )
    return "-".join(("learns", *(record.id for record in models))), question


def _best(record: Record) -> float:
    """The best accuracy on the way."""
    return max(snapshot["accuracy"] for snapshot in record.snapshots)


def _visits(page: Page, models: list[Record]) -> dict[str, str]:
    """How much of the assignments the two busiest experts of each layer have got."""
    words = page.words

    def busiest(record: Record) -> str:
        return words.separator.join(words.percent(sum(sorted(layer)[-2:])) for layer in record.last["load"])

    experts = models[0].plan.choices.experts
    alone, balanced = map(busiest, models)
    return {"experts": words.number(experts), "alone": alone, "balanced": balanced, "even": words.percent(2 / experts)}
