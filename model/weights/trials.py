"""The trials of the switchboard: every training that was run to compare its models, and what it reached."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

RECORD = "switchboard/trials.csv"  # in zoo.CHECKPOINTS
COLUMNS = ("model", "rate", "seed", "bits_per_byte")


@dataclass(frozen=True)
class Trial:
    """One training. model: a name of the switchboard; rate: how many times the common learning rate; seed: of the first
    weights and of the order of the texts; bits_per_byte: on text that was never trained on."""

    model: str
    rate: int
    seed: int
    bits_per_byte: float

    @property
    def key(self) -> tuple[str, int, int]:
        """What tells one trial from another."""
        return self.model, self.rate, self.seed


def read(file: Path) -> list[Trial]:
    """The trials in the order in which they ended; none where there is no file. Raises ValueError where a line is
    damaged, KeyError where a column is missing."""
    if not file.exists():
        return []
    with file.open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    return [Trial(r["model"], int(r["rate"]), int(r["seed"]), float(r["bits_per_byte"])) for r in rows]


def write(file: Path, trials: Iterable[Trial]) -> None:
    """All of them: aside, then moved, so that a stop in the middle leaves the old file whole."""
    aside = file.with_suffix(".part")
    with aside.open("w", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((*trial.key, f"{trial.bits_per_byte:.4f}") for trial in trials)
    aside.replace(file)
