"""The terms of the field: content/glossary.toml, {lang}/glossary.md, and [words](term:key) in what lessons say."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache

from content import FOLDER, citations, load

TERM = re.compile(r"\[([^\[\]]+)\]\(term:([\w-]+)\)")


@dataclass(frozen=True)
class Term:
    key: str
    name: str
    text: str  # what it means, in two or three sentences
    lesson: str  # the slug of the one that shows it
    symbol: str = ""  # of the papers
    config: str = ""  # the key of a config.json


@cache
def terms(lang: str) -> dict[str, Term]:
    """All terms by key, in the alphabet's order of their names."""
    known = tomllib.loads((FOLDER / "glossary.toml").read_text(encoding="utf-8"))
    named = [Term(key, *_parts(load(lang, "glossary")[key]), **about) for key, about in known.items()]
    return {term.key: term for term in sorted(named, key=lambda term: _letters(term.name))}


def _parts(section: str) -> tuple[str, str]:
    name, text = section.split("\n\n")
    return name, " ".join(text.split())


def _letters(name: str) -> str:
    return unicodedata.normalize("NFKD", name).casefold()


def linked(lang: str, template: str) -> str:
    """Markdown with a link to the glossary for each term that is marked in it; the explanation is the link's title.
    A key without an entry raises KeyError."""
    return TERM.sub(lambda mark: f'[{mark[1]}](glossary#term-{mark[2]} "{terms(lang)[mark[2]].text}")', template)


@cache
def marking() -> dict[str, list[str]]:
    """The slugs of the lessons that mark a term, by its key, in their order."""
    return citations.where(lambda text: [key for _, key in TERM.findall(text)])
