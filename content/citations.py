"""What the lessons cite: content/references.toml, and [@key] in their words."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from content import FOLDER, load, numbers

CITATION = re.compile(r"\[@(\w+)\]")


@dataclass(frozen=True)
class Reference:
    key: str
    authors: tuple[str, ...]  # initials and name; the last is "others" where there are many more
    short: str  # as a sentence names it: Press and Wolf 2016
    title: str
    where: str  # the journal, conference or archive, and the year
    url: str


@cache
def references() -> dict[str, Reference]:
    """All of them by key, in the alphabet's order."""
    listed = tomllib.loads((FOLDER / "references.toml").read_text(encoding="utf-8"))
    return {key: Reference(key, tuple(entry.pop("authors")), **entry) for key, entry in listed.items()}


def linked(template: str, joined: str) -> str:
    """Markdown with a link to the page of references for each [@key] in it; `joined` is "and" in its language.
    A key without an entry raises KeyError."""

    def link(cited: re.Match) -> str:
        short = references()[cited[1]].short.replace(" and ", f" {joined} ")
        return f"[{short}](references#{cited[1]})"

    return CITATION.sub(link, template)


def pieces(template: str, joined: str) -> list[tuple[str, str]]:
    """A plain text that cites, for a component: (text, "") and, for each [@key] in it, (what it is named, address)."""
    found = []
    for n, part in enumerate(CITATION.split(template)):
        named = references()[part].short.replace(" and ", f" {joined} ") if n % 2 else part
        found += [(named, f"references#{part}" if n % 2 else "")] if part else []
    return found


@cache
def citing() -> dict[str, list[str]]:
    """The slugs of the lessons that cite a reference, by its key, in their order."""
    return where(CITATION.findall)


def where(found: Callable[[str], list[str]]) -> dict[str, list[str]]:
    """In the words of which lessons, in their order, each of the things stands that `found` finds in a text."""
    slugs: dict[str, list[str]] = {}
    for slug in sorted(numbers(), key=numbers().__getitem__):
        for name in dict.fromkeys(found("\n".join(load("en", slug).values()))):
            slugs.setdefault(name, []).append(slug)
    return slugs
