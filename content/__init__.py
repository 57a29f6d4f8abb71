"""The words of the app: one Markdown file per page and language, cut at its `## section` heads."""

import re
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "it")
FOLDER = Path(__file__).parent


@cache
def load(lang: str, slug: str) -> dict[str, str]:
    """The sections of `{lang}/{slug}.md` by name. Asking the dict for a section that is not there raises KeyError."""
    text = (FOLDER / lang / f"{slug}.md").read_text(encoding="utf-8")
    sections: dict[str, str] = {}
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        name, _, body = part.partition("\n")
        if name.strip() in sections:
            raise ValueError(f"{lang}/{slug}.md has the section {name.strip()!r} twice")
        sections[name.strip()] = body.strip()
    return sections
