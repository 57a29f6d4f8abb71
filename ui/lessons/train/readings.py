"""What is shown of runs: the component's data, their titles and their curves as columns."""

import math

from model.packing import IGNORE_INDEX
from model.toys.plans import Choices, Plan
from ui.frame.page import Page
from ui.lessons.train.link import SIDES
from ui.lessons.train.runs import Record

OVERLAP = 6  # snapshots sent again, for a browser that missed some
WORDS = """
    part-charts curve-accuracy curve-loss curve-busiest chance even time newest at-step right-of right-one after
    look-from row-title row-reads row-right row-says row-note head heads looks load-title load-layer ended-done
    ended-solved ended-behind ended-diverged
"""


def option_name(name: str, value: object, page: Page) -> str:
    """What a value of a choice is called: in words where there are any, else the number."""
    if name in ("task", "position", "norm", "place", "balance") or value == 0:
        return page.words.text(f"is-{name}-{value}")
    return page.words.number(value)


def title(plan: Plan, page: Page, beside: list[Plan] | None = None) -> str:
    """What tells a model from those beside it; without any, its task, its layers and what is not usual about it."""
    names = [name for other in beside or () for name in plan.choices.differences(other.choices)]
    names = names or ["layers", *plan.choices.differences(Choices())]
    values = {name: option_name(name, getattr(plan.choices, name), page) for name in names}
    choices = ", ".join(f"{page.words.text(f'choice-{name}')}: {value}" for name, value in values.items())
    return choices if beside else f"{option_name('task', plan.name, page)} · {choices}"


def drawn(page: Page, records: list[Record], whole: bool) -> dict[str, object]:
    """The component's data: of one row that nobody learned from its tokens (T,), the answers that are due (T,), None
    where none is, and the place of the first; chance: loss in nats, accuracy and the busiest expert's load of a model
    that has learned nothing; steps; and the models, each with its snapshots (see worker.Snapshot), all of them if
    `whole`, else the last few, from number `from` on."""
    plan = records[0].plan
    rows, strings = plan.task.held_out(), plan.task.tokenizer.strings
    targets = rows.targets[0].tolist()
    vocabulary = plan.config.vocab_size
    experts = next((record.plan.choices.experts for record in records if record.plan.choices.experts), 0)

    def model(record: Record) -> dict[str, object]:
        start, choices = 0 if whole else max(0, len(record.snapshots) - OVERLAP), record.plan.choices
        return {
            "id": record.id,
            "title": title(record.plan, page, [other.plan for other in records]),
            "layers": choices.layers,
            "heads": choices.heads,
            "experts": choices.experts,
            "from": start,
            "seen": [each | {"predictions": strings(each["predictions"])} for each in record.snapshots[start:]],
            "ended": record.ended,
        }

    return {
        "words": page.words.all(*WORDS.split()),
        "steps": plan.steps,
        "tokens": strings(rows.ids[0].tolist()),
        "answers": [None if target == IGNORE_INDEX else strings([target])[0] for target in targets],
        "first": next(i for i, target in enumerate(targets) if target != IGNORE_INDEX),
        "chance": {
            "loss": math.log(vocabulary),
            "accuracy": 1 / vocabulary,
            "busiest": 1 / experts if experts else None,
        },
        "models": [model(record) for record in records],
    }


def curves(page: Page, records: list[Record]) -> dict[str, list]:
    """Accuracy and loss of each model by step."""
    steps = sorted({snapshot["step"] for record in records for snapshot in record.snapshots})
    columns = {page.words.text("col-step"): steps}
    for side, record in zip(SIDES, records, strict=False):
        by_step = {snapshot["step"]: snapshot for snapshot in record.snapshots}
        for name in ("accuracy", "loss"):
            values = [by_step[step][name] if step in by_step else "" for step in steps]
            columns[page.words.text(f"col-{name}", model=side.upper())] = values
    return columns
