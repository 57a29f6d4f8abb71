"""A page beside the path of lessons, such as that of the references: title, lead, and what is looked up in it."""

from pathlib import Path

import streamlit as st
from markupsafe import Markup

from content import citations
from content import glossary as entries
from ui.frame import curriculum, notation
from ui.kit import language, markup
from ui.server import jobs

HERE = Path(__file__).parent
_HEAD, _REFERENCES, _GLOSSARY = (
    markup.template(HERE / f"{name}.html") for name in ("lesson_head", "references", "glossary")
)


def references() -> None:
    """The page of all that the lessons cite."""
    frame, cited = _begin("references"), language.words("references")
    listed = [
        {
            "about": reference,
            "authors": _authors(reference, frame),
            "cited": cited.inline(reference.key),
            "lessons": lessons(citations.citing().get(reference.key, [])),
        }
        for reference in citations.references().values()
    ]
    st.html(_REFERENCES(words=frame, references=listed))


def glossary() -> None:
    """The page of all terms, in the alphabet's order of the reader's language."""
    frame = _begin("glossary")
    terms = entries.terms(frame.lang).values()
    st.html(_GLOSSARY(words=frame, terms=[(term, lessons([term.lesson])) for term in terms]))


def lessons(slugs: list[str]) -> Markup:
    """Links to lessons, with their numbers and titles."""
    titles, link = language.words("path"), Markup('<a href="{}">{}</a>')
    named = []
    for slug in slugs:
        step = curriculum.lesson_by_slug(slug)
        if step is curriculum.MACHINE:
            named.append(link.format("/", language.words("ui").inline("nav-machine")))
        else:
            named.append(link.format(slug, f"{step.number}. {titles.text(slug)}"))
    return Markup(" · ").join(named)


def _begin(slug: str) -> language.Words:
    st.session_state.lesson = slug
    jobs.arrive(slug)
    frame = language.words("ui")
    title, lead = frame.inline(f"{slug}-title"), frame(f"{slug}-lead")
    around = {"minutes": "", "goals": "", "contents": False, "notation": notation.menu()}
    st.html(_HEAD(eyebrow=frame.inline("appendices"), title=title, intro=lead, **around))
    return frame


def _authors(reference: citations.Reference, frame: language.Words) -> str:
    *first, last = reference.authors
    if last == "others":
        return f"{', '.join(first)} et al."
    return f"{', '.join(first)} {frame.text('and')} {last}" if first else last
