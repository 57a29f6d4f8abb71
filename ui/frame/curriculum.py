"""The path of lessons. Titles and part names are words: content/{lang}/path.md, by slug and by part."""

from dataclasses import dataclass
from pathlib import Path

PAGES = Path(__file__).parents[2] / "pages"


@dataclass(frozen=True)
class Step:
    number: int
    slug: str
    part: int  # 1 to 3; 4 is the playground
    minutes: int

    @property
    def file(self) -> Path:
        return PAGES / f"{self.number:02d}_{self.slug}.py"

    @property
    def exists(self) -> bool:
        return self.file.exists()


MACHINE = Step(0, "machine", 0, 0)
STEPS = (
    Step(1, "tokens", 1, 8),
    Step(2, "next_token", 1, 10),
    Step(3, "step_by_step", 1, 7),
    Step(4, "tracks", 1, 12),
    Step(5, "attention", 2, 12),
    Step(6, "heads", 2, 10),
    Step(7, "sparse", 2, 9),
    Step(8, "ring", 2, 11),
    Step(9, "blocks", 3, 12),
    Step(10, "positions", 3, 12),
    Step(11, "packing", 3, 9),
    Step(12, "experts", 3, 13),
    Step(13, "table", 3, 8),
    Step(14, "encoders", 3, 9),
    Step(15, "what_if", 4, 10),
    Step(16, "train", 4, 10),
    Step(17, "is_it_true", 4, 5),
)
PARTS = (1, 2, 3, 4)


def find(slug: str) -> Step:
    return next(step for step in (MACHINE, *STEPS) if step.slug == slug)


def following(slug: str) -> Step | None:
    """The next lesson that exists."""
    number = find(slug).number
    return next((step for step in STEPS if step.number > number and step.exists), None)
