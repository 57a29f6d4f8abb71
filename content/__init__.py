"""The words of the app: one Markdown file per page and language, cut at its `## section` heads."""

import re
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "it")
FOLDER = Path(__file__).parent
PAGES = FOLDER.parent / "pages"


@cache
def load(lang: str, slug: str) -> dict[str, str]:
    """The sections of `{lang}/{slug}.md` by name. Asking the dict for a section that is not there raises KeyError.

    `{lesson:slug}` in them is the number of that lesson; one that does not exist raises KeyError.
    """
    text = (FOLDER / lang / f"{slug}.md").read_text(encoding="utf-8")
    text = re.sub(r"\{lesson:(\w+)\}", lambda asked: str(numbers()[asked[1]]), text)
    sections: dict[str, str] = {}
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        name, _, body = part.partition("\n")
        if name.strip() in sections:
            raise ValueError(f"{lang}/{slug}.md has the section {name.strip()!r} twice")
        sections[name.strip()] = body.strip()
    return sections


@cache
def numbers() -> dict[str, int]:
    """The number of every lesson, by slug, as the names of its pages say it."""
    return {file.stem[3:]: int(file.stem[:2]) for file in PAGES.glob("[0-9][0-9]_*.py")}
