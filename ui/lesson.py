"""The frame of a lesson: line, title, introduction, prompt bar; then the lesson; then take-away and the way on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import streamlit as st

from ui import html, path, prompt, session


@dataclass(frozen=True)
class Page:
    words: session.Words  # of this lesson: words("section", **values) is HTML
    lang: str
    model: str
    bundle: object  # .model, .tokenizer, .card
    text: str  # the prompt, cut to the lesson's limit
    ids: list[int]
    _source: str = field(repr=False)
    _limit: int = field(repr=False)

    @property
    def tokens(self) -> list[str]:
        """The tokens as they are shown: a space as "·"."""
        return self.bundle.tokenizer.strings(self.ids)

    def trace(self, keep: set[str] | frozenset[str], edits: tuple = ()):
        """The Trace of the prompt with the fields named in `keep`, computed now or found in the cache."""
        return session.trace(self.model, self._source, frozenset(keep), len(self.ids), edits)


@contextmanager
def lesson(slug: str, models: tuple[str, ...] = ("smollm2",), limit: int = 32) -> Iterator[Page]:
    """Draws what stands before a lesson and, when its body has run to the end, what stands after it.

    Needs the sections `intro` and `takeaway` in content/{lang}/<slug>.md (the front door: `title` and `intro`).
    """
    st.session_state.lesson = slug
    words, frame = session.words(slug), session.words("ui")
    if slug == path.MACHINE.slug:
        st.html(f'<div class="door"><h1>{words.inline("title")}</h1><div class="lead">{words("intro")}</div></div>')
        given = prompt.bar(models, limit)
    else:
        bar = st.container(key="lesson-bar")
        st.html(_head(slug, words, frame))
        with bar:
            given = prompt.bar(models, limit)
    yield Page(words, words.lang, given.model, given.bundle, given.text, given.ids, given.source, limit)
    if slug != path.MACHINE.slug:
        _foot(slug, words, frame)


def path_section() -> None:
    """"The path": all lessons with what has been done. For the front door."""
    st.html(_path())


def _head(slug: str, words: session.Words, frame: session.Words) -> str:
    step, titles = path.find(slug), session.words("path")
    line = frame.inline("eyebrow", part=step.part, name=titles.text(f"part-{step.part}"), number=step.number, minutes=step.minutes)
    return f'<p class="eyebrow">{line}</p><h1>{titles.inline(slug)}</h1><div class="lead">{words("intro")}</div>'


def _foot(slug: str, words: session.Words, frame: session.Words) -> None:
    step, titles = path.following(slug), session.words("path")
    onward = (step.slug, titles.inline(step.slug)) if step else (".", frame.inline("nav-machine"))
    st.html(
        f'<footer class="takeaway"><div><p class="eyebrow">{frame.inline("takeaway")}</p>{words("takeaway")}</div>'
        f'<a class="onward" href="{onward[0]}">{onward[1]} <span aria-hidden="true">→</span></a></footer>'
    )


def _path() -> str:
    frame, titles, done = session.words("ui"), session.words("path"), session.done()
    ahead = next((step.slug for step in path.STEPS if step.exists and step.slug not in done), None)

    def item(step: path.Step) -> str:
        state = "done" if step.slug in done else "missing" if not step.exists else "next" if step.slug == ahead else "open"
        title = titles.inline(step.slug)
        name = f'<a href="{step.slug}">{title}</a>' if step.exists else f"<span>{title}</span>"
        time = frame.inline("next") if state == "next" else frame.inline("minutes", n=step.minutes)
        spoken = f'<span class="hidden">{frame.inline("state-" + state)}</span>'
        return f'<li class="{state}"><i aria-hidden="true"></i><b>{step.number}</b>{name}{spoken}<small>{time}</small></li>'

    def part(number: int) -> str:
        items = "".join(item(step) for step in path.STEPS if step.part == number)
        head = f'<p class="eyebrow">{frame.inline("part", n=number)}</p>' if number < 4 else ""
        return f'<section class="part part-{number}">{head}<h3>{titles.inline(f"part-{number}")}</h3><ol>{items}</ol></section>'

    return (
        f'<section class="path"><header><h2>{frame.inline("path")}</h2><p>{frame.inline("path-lead")}</p></header>'
        f"{''.join(part(number) for number in path.PARTS)}</section>"
    )
