"""The frame of a lesson: line, title, introduction, prompt bar; then the lesson; then take-away and the way on."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import streamlit as st

from model.config import Config
from ui import gate, jobs, path, prompt, session, take
from ui.link import Kind, left_out


@dataclass(frozen=True)
class Page:
    words: session.Words  # of this lesson: words("section", **values) is HTML
    lang: str
    model: str
    bundle: object  # .model, .tokenizer, .card
    text: str  # the prompt, cut to the lesson's limit
    ids: list[int]
    source: str = field(repr=False)  # what was typed, uncut
    again: Callable[[gate.Tell], None] = field(default=lambda tell: None, repr=False)  # to wait for another turn

    @property
    def tokens(self) -> list[str]:
        """The tokens as they are shown: a space as "·"."""
        return self.bundle.tokenizer.strings(self.ids)

    def trace(self, keep: set[str] | frozenset[str], edits: tuple = ()):
        """The Trace of the prompt with the fields named in `keep`, computed now or found in the cache."""
        return session.trace(self.model, self.source, frozenset(keep), len(self.ids), edits)

    def give_way(self) -> None:
        """There is something to look at: before more that takes long, others have their turn."""
        waiting, tell = _sign()
        self.again(tell)
        waiting.empty()


@contextmanager
def lesson(
    slug: str,
    models: tuple[str, ...] = prompt.DECODERS,
    limit: int = 32,
    first: str = prompt.DEFAULT,
    fits: Callable[[Config], bool] = prompt.any_own,
    link: Mapping[str, Kind] = MappingProxyType({}),
) -> Iterator[Page]:
    """Draws what stands before a lesson and, when its body has run to the end, what stands after it.

    A lesson without `models` has no prompt bar. Needs the sections `intro` and `takeaway` in content/{lang}/<slug>.md
    (the front door: `title` too). `first` is the prompt of a reader who has not typed one; `fits` says which of
    the models that readers trained the lesson can take; `link` is what its link may say besides prompt and model
    (ui/link.py).
    """
    st.session_state.lesson = slug
    take.begin()
    jobs.arrive(slug)
    words, frame = session.words(slug), session.words("ui")
    if slug == path.MACHINE.slug:
        st.html(f'<div class="door">{_title(words.inline("title"), words("intro"))}</div>')
        bar = st.container(gap=None)
    else:
        bar = st.container(key="lesson-bar")
        st.html(_head(slug, words, frame))
    with bar:
        given = prompt.bar(models, limit, first, fits) if models else prompt.NONE
        page = Page(words, words.lang, given.model, given.bundle, given.text, given.ids, given.source)
        left_out(slug, link, page)
    waiting, tell = _sign()
    with gate.PAGES.turn(tell) as again:
        waiting.empty()
        yield replace(page, again=again)
    _foot(slug, words, frame, page.model)
    take.foot(page)


def _sign() -> tuple[object, gate.Tell]:
    """A place that can say how many others come first."""
    place, frame = st.empty(), session.words("ui")

    def tell(ahead: int) -> None:
        said = frame.inline("turn-one" if ahead == 1 else "turn", n=ahead)
        place.html(f'<p class="note" role="status">{said}</p>')

    return place, tell


def path_section() -> None:
    """All lessons with what has been done, as "The path". For the front door."""
    st.html(_path())


def _head(slug: str, words: session.Words, frame: session.Words) -> str:
    step, titles = path.find(slug), session.words("path")
    part = {"part": step.part, "name": titles.text(f"part-{step.part}")}
    line = frame.inline("eyebrow", **part, number=step.number)
    line += f' <span class="minutes">· {frame.inline("minutes", n=step.minutes)}</span>'
    return f'<p class="eyebrow">{line}</p>{_title(titles.inline(slug), words("intro"))}'


def _title(title: str, intro: str) -> str:
    return f'<h1 id="lesson-title" tabindex="-1">{title}</h1><div class="lead">{intro}</div>'


def _foot(slug: str, words: session.Words, frame: session.Words, model: str) -> None:
    step, titles = path.following(slug), session.words("path")
    onward = (step.slug, titles.inline(step.slug)) if step else (".", frame.inline("nav-machine"))
    said = f'<p class="eyebrow">{frame.inline("takeaway")}</p>{words("takeaway")}'
    st.html(
        f'<footer class="takeaway" data-model="{model}"><div>{said}</div>'
        f'<a class="onward" href="{onward[0]}">{onward[1]} <span aria-hidden="true">→</span></a></footer>'
    )


def _path() -> str:
    frame, titles = session.words("ui"), session.words("path")
    open_steps = [step for step in path.STEPS if step.exists and step.slug not in session.done()]

    def state(step: path.Step) -> str:
        if not step.exists:
            return "missing"
        if step not in open_steps:
            return "done"
        return "next" if step is open_steps[0] else "open"

    def item(step: path.Step) -> str:
        title, now = titles.inline(step.slug), state(step)
        name = f'<a href="{step.slug}">{title}</a>' if step.exists else f"<span>{title}</span>"
        spoken = f'<span class="hidden">{frame.inline(f"state-{now}")}</span>'
        time = frame.inline("next") if now == "next" else frame.inline("minutes", n=step.minutes)
        return f'<li class="{now}"><i></i><b>{step.number}</b>{name}{spoken}<small>{time}</small></li>'

    def part(number: int) -> str:
        eyebrow = f'<p class="eyebrow">{frame.inline("part", n=number)}</p>' if number < 4 else ""
        items = "".join(item(step) for step in path.STEPS if step.part == number)
        head = f"{eyebrow}<h3>{titles.inline(f'part-{number}')}</h3>"
        return f'<section class="part part-{number}">{head}<ol>{items}</ol></section>'

    head = f"<header><h2>{frame.inline('path')}</h2><p>{frame.inline('path-lead')}</p></header>"
    return f'<section class="path">{head}{"".join(map(part, path.PARTS))}</section>'
