"""The frame of a lesson: line, title, introduction, prompt bar; then the lesson; then take-away and the way on."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import streamlit as st

from model.config import Config
from ui.frame import curriculum, footer, prompt_bar
from ui.kit import cache
from ui.kit.url_state import Kind, left_out
from ui.server import admission, jobs


@dataclass(frozen=True)
class Page:
    words: cache.Words  # of this lesson: words("section", **values) is HTML
    lang: str
    model: str
    bundle: object  # .model, .tokenizer, .card
    text: str  # the prompt, cut to the lesson's limit
    ids: list[int]
    source: str = field(repr=False)  # what was typed, uncut
    again: Callable[[admission.Tell], None] = field(default=lambda tell: None, repr=False)  # to wait for another turn

    @property
    def tokens(self) -> list[str]:
        """The tokens as they are shown: a space as "·"."""
        return self.bundle.tokenizer.strings(self.ids)

    def trace(self, keep: set[str] | frozenset[str], edits: tuple = ()):
        """The Trace of the prompt with the fields named in `keep`, computed now or found in the cache."""
        return cache.trace(self.model, self.source, frozenset(keep), len(self.ids), edits)

    def give_way(self) -> None:
        """There is something to look at: before more that takes long, others have their turn."""
        waiting, tell = _sign()
        self.again(tell)
        waiting.empty()


@contextmanager
def lesson(
    slug: str,
    models: tuple[str, ...] = prompt_bar.DECODERS,
    limit: int = 32,
    first: str = prompt_bar.DEFAULT,
    fits: Callable[[Config], bool] = prompt_bar.any_own,
    link: Mapping[str, Kind] = MappingProxyType({}),
) -> Iterator[Page]:
    """Draws what stands before a lesson and, when its body has run to the end, what stands after it.

    A lesson without `models` has no prompt bar. Needs the sections `intro` and `takeaway` in content/{lang}/<slug>.md
    (the front door: `title` too). `first` is the prompt of a reader who has not typed one; `fits` says which of
    the models that readers trained the lesson can take; `link` is what its link may say besides prompt and model
    (ui/kit/url_state.py).
    """
    st.session_state.lesson = slug
    footer.begin()
    jobs.arrive(slug)
    words, frame = cache.words(slug), cache.words("ui")
    if slug == curriculum.MACHINE.slug:
        st.html(f'<div class="door">{_title(words.inline("title"), words("intro"))}</div>')
        bar = st.container(gap=None)
    else:
        bar = st.container(key="lesson-bar")
        st.html(_head(slug, words, frame))
    with bar:
        given = prompt_bar.bar(models, limit, first, fits) if models else prompt_bar.NONE
        page = Page(words, words.lang, given.model, given.bundle, given.text, given.ids, given.source)
        left_out(slug, link, page)
    waiting, tell = _sign()
    with admission.PAGES.turn(tell) as again:
        waiting.empty()
        yield replace(page, again=again)
    _foot(slug, words, frame, page.model)
    footer.foot(page)


def _sign() -> tuple[object, admission.Tell]:
    """A place that can say how many others come first."""
    place, frame = st.empty(), cache.words("ui")

    def tell(ahead: int) -> None:
        said = frame.inline("turn-one" if ahead == 1 else "turn", n=ahead)
        place.html(f'<p class="note" role="status">{said}</p>')

    return place, tell


def path_section() -> None:
    """All lessons with what has been done, as "The path". For the front door."""
    st.html(_path())


def _head(slug: str, words: cache.Words, frame: cache.Words) -> str:
    step, titles = curriculum.find(slug), cache.words("path")
    part = {"part": step.part, "name": titles.text(f"part-{step.part}")}
    line = frame.inline("eyebrow", **part, number=step.number)
    line += f' <span class="minutes">· {frame.inline("minutes", n=step.minutes)}</span>'
    return f'<p class="eyebrow">{line}</p>{_title(titles.inline(slug), words("intro"))}'


def _title(title: str, intro: str) -> str:
    return f'<h1 id="lesson-title" tabindex="-1">{title}</h1><div class="lead">{intro}</div>'


def _foot(slug: str, words: cache.Words, frame: cache.Words, model: str) -> None:
    step, titles = curriculum.following(slug), cache.words("path")
    onward = (step.slug, titles.inline(step.slug)) if step else (".", frame.inline("nav-machine"))
    said = f'<p class="eyebrow">{frame.inline("takeaway")}</p>{words("takeaway")}'
    st.html(
        f'<footer class="takeaway" data-model="{model}"><div>{said}</div>'
        f'<a class="onward" href="{onward[0]}">{onward[1]} <span aria-hidden="true">→</span></a></footer>'
    )


def _path() -> str:
    frame, titles = cache.words("ui"), cache.words("path")
    open_steps = [step for step in curriculum.STEPS if step.exists and step.slug not in cache.done()]

    def state(step: curriculum.Step) -> str:
        if not step.exists:
            return "missing"
        if step not in open_steps:
            return "done"
        return "next" if step is open_steps[0] else "open"

    def item(step: curriculum.Step) -> str:
        title, now = titles.inline(step.slug), state(step)
        name = f'<a href="{step.slug}">{title}</a>' if step.exists else f"<span>{title}</span>"
        spoken = f'<span class="hidden">{frame.inline(f"state-{now}")}</span>'
        time = frame.inline("next") if now == "next" else frame.inline("minutes", n=step.minutes)
        return f'<li class="{now}"><i></i><b>{step.number}</b>{name}{spoken}<small>{time}</small></li>'

    def part(number: int) -> str:
        eyebrow = f'<p class="eyebrow">{frame.inline("part", n=number)}</p>' if number < 4 else ""
        items = "".join(item(step) for step in curriculum.STEPS if step.part == number)
        head = f"{eyebrow}<h3>{titles.inline(f'part-{number}')}</h3>"
        return f'<section class="part part-{number}">{head}<ol>{items}</ol></section>'

    head = f"<header><h2>{frame.inline('path')}</h2><p>{frame.inline('path-lead')}</p></header>"
    return f'<section class="path">{head}{"".join(map(part, curriculum.PARTS))}</section>'
