"""The reader's language, and the words and numbers of a page in it."""

from dataclasses import dataclass

import streamlit as st
from markupsafe import Markup

import content
from content import agreement, citations, glossary
from ui.kit import markup, numbers


def code() -> str:
    """The reader's language: the link's, else the browser's, else the first."""
    asked = st.query_params.get("lang")
    if asked in content.LANGUAGES:
        return asked
    locale = (st.context.locale or "").lower()
    return next((lang for lang in content.LANGUAGES if locale.startswith(lang)), content.LANGUAGES[0])


@dataclass(frozen=True)
class Words:
    """The words of one page, and numbers as its language writes them.

    `words("intro", n=7)` is HTML, with the values escaped; a section that is missing raises KeyError. In HTML, `[@key]`
    is a link to the reference of this key (content/references.toml), and `[words](term:key)` one to a term that is
    explained where it stands (content/glossary.toml).
    """

    lang: str
    slug: str

    def __call__(self, section: str, **values: object) -> Markup:
        return markup.render(self._marked(section, values), **values)

    def inline(self, section: str, **values: object) -> Markup:
        """HTML without a paragraph around it, for headings and cells."""
        return markup.inline(self._marked(section, values), **values)

    def text(self, section: str, **values: object) -> str:
        """Plain text, for labels and for components (which must set it as text, never as HTML). ValueError where the
        section has marks that only HTML can show."""
        text = self._section(section, values)
        if citations.CITATION.search(text) or glossary.TERM.search(text):
            raise ValueError(f"{self.slug}.md: the section {section!r} is shown as plain text, but has marks")
        return text.format_map(values)

    def pieces(self, section: str) -> list[tuple[str, str]]:
        """A section without values that cites, for a component: texts, each with the address it links to, or ""."""
        return citations.pieces(self._section(section, {}), content.load(self.lang, "ui")["and"])

    def all(self, *sections: str) -> dict[str, str]:
        """Several plain texts, or all of the page's, placeholders left in, to hand to a component."""
        known = content.load(self.lang, self.slug)
        return {section: known[section] for section in sections} if sections else known

    def number(self, x: float | int) -> str:
        """Three significant digits; whole numbers in full."""
        return numbers.number(x, self.lang)

    def percent(self, p: float) -> str:
        """A fraction between 0 and 1 in percent."""
        return numbers.percent(p, self.lang)

    @property
    def separator(self) -> str:
        """What stands between the numbers of a list: no comma where the comma is the decimal sign."""
        return ", " if numbers.decimal_sign(self.lang) == "." else "; "

    def bytes(self, n: float, *, binary: bool = False) -> str:
        """An amount of memory: 16.1 GB, or with `binary` 15.0 GiB."""
        return numbers.scaled(n, "B", self.lang, binary=binary)

    def scaled(self, x: float, unit: str) -> str:
        """An amount with the prefix that leaves 1 or more: 16.1 TFLOP."""
        return numbers.scaled(x, unit, self.lang)

    def _marked(self, section: str, values: dict[str, object]) -> str:
        cited = citations.linked(self._section(section, values), content.load(self.lang, "ui")["and"])
        return glossary.linked(self.lang, cited)

    def _section(self, section: str, values: dict[str, object]) -> str:
        return agreement.agree(self.lang, content.load(self.lang, self.slug)[section], values)


def words(slug: str) -> Words:
    """The words of content/{lang}/<slug>.md in the reader's language."""
    return Words(code(), slug)
