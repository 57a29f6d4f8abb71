"""Is it true? What can be done in two ways, or is said by somebody else too, compared on a text of the reader's.

`python -m model.checks --help` does it from the command line. Two registries can be added to: `CHECKS` (subject.py),
and `SABOTAGES` (sabotage.py), the ways to break a model on purpose that show which checks notice.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from model import zoo
from model.checks import against_transformers, equivalences, sums  # noqa: F401 (they add their checks to CHECKS)
from model.checks.sabotage import SABOTAGES as SABOTAGES
from model.checks.subject import CHECKS, Subject
from model.config import Config

MODELS = ("smollm2", zoo.EXPERTS, "minilm")
OWN = ("parts", "ways")  # the sorts that need no transformers
SORTS = (*OWN, "theirs")


@dataclass(frozen=True)
class Row:
    """One check of one model. seconds: wall time.

    difference None: there is nothing to compare. Then `missing` is the file or package that cannot be read, with
    `remedy` as in ModelUnavailable ("package" for one that pip installs); or `error` is what went wrong, in English.
    """

    model: str
    check: str
    tolerance: float
    difference: float | None = None
    largest: float | None = None
    layer: int | None = None
    seconds: float = 0.0
    missing: str | None = None
    remedy: str | None = None
    error: str | None = None

    @property
    def passed(self) -> bool:
        return self.difference is not None and self.difference <= self.tolerance


def applicable_checks(config: Config, *sorts: str) -> list[str]:
    """The checks of these sorts that a model like this can be asked, in the order in which they are run."""
    return [name for sort in sorts for name, check in CHECKS.items() if check.sort == sort and check.applies_to(config)]


def run_check(name: str, subject: Subject) -> Row:
    """One check of one model: a row, whatever happens."""
    check, started = CHECKS[name], time.perf_counter()
    try:
        outcome: dict[str, Any] = vars(check.measure(subject))
    except zoo.ModelUnavailable as problem:
        outcome = {"missing": problem.field, "remedy": problem.code}
    except ImportError as problem:
        outcome = {"missing": problem.name, "remedy": "package"}
    except Exception as problem:
        outcome = {"error": f"{type(problem).__name__}: {problem}".splitlines()[0]}
    return Row(subject.name, name, check.tolerance, seconds=time.perf_counter() - started, **outcome)


def run_checks(text: str, models: Sequence[str], names: Sequence[str], sabotage: str | None = None) -> Iterator[Row]:
    """These checks of these models, one model after the other: only one is in memory. sabotage: a name of SABOTAGES."""
    for model in models:
        try:
            subject = Subject(model, zoo.load(model), text, sabotage)
        except zoo.ModelUnavailable as problem:
            why = {"missing": problem.field, "remedy": problem.code}
            yield from (Row(model, name, CHECKS[name].tolerance, **why) for name in names)
            continue
        for name in applicable_checks(subject.bundle.model.config, *SORTS):
            if name in names:
                yield run_check(name, subject)
        del subject
