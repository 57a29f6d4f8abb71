"""The path of lessons. Titles and part names are words: content/{lang}/path.md, by slug and by part."""

from dataclasses import dataclass
from pathlib import Path

PAGES = Path(__file__).parents[2] / "pages"


@dataclass(frozen=True)
class Lesson:
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


MACHINE = Lesson(0, "machine", 0, 0)
LESSONS = (
    Lesson(1, "tokens", 1, 8),
    Lesson(2, "next_token", 1, 10),
    Lesson(3, "step_by_step", 1, 7),
    Lesson(4, "projections", 2, 15),
    Lesson(5, "attention", 2, 12),
    Lesson(6, "heads", 2, 10),
    Lesson(7, "sharing", 2, 9),
    Lesson(8, "tracks", 2, 12),
    Lesson(9, "sparse", 2, 9),
    Lesson(10, "ring", 2, 11),
    Lesson(11, "blocks", 3, 9),
    Lesson(12, "mlp", 3, 12),
    Lesson(13, "positions", 3, 12),
    Lesson(14, "packing", 3, 9),
    Lesson(15, "experts", 3, 13),
    Lesson(16, "switchboard", 3, 10),
    Lesson(17, "table", 3, 8),
    Lesson(18, "encoders", 3, 9),
    Lesson(19, "what_if", 4, 10),
    Lesson(20, "train", 4, 10),
    Lesson(21, "is_it_true", 4, 5),
)
PARTS = (1, 2, 3, 4)
ROUTES = {  # for those who have less time: what each still understands without the lessons between
    "short": ("tokens", "attention"),
    "long": (
        *("tokens", "next_token", "step_by_step", "projections", "attention", "heads"),
        *("tracks", "blocks", "mlp", "positions", "experts"),
    ),
    "all": tuple(step.slug for step in LESSONS),
}
APPENDICES = ("glossary", "references")  # pages beside the path: pages/<slug>.py, title in ui.md


def lesson_by_slug(slug: str) -> Lesson:
    """Raises KeyError where there is none."""
    return {lesson.slug: lesson for lesson in (MACHINE, *LESSONS)}[slug]


def next_lesson(slug: str) -> Lesson | None:
    """The next lesson that exists."""
    number = lesson_by_slug(slug).number
    return next((step for step in LESSONS if step.number > number and step.exists), None)


def route(name: str) -> list[Lesson]:
    """The lessons of a route, in their order."""
    return [step for step in LESSONS if step.slug in ROUTES[name] and step.exists]
