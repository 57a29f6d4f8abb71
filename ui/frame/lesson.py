"""The frame of a lesson: line, title, introduction, prompt bar; then the lesson; then take-away and the way on."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import streamlit as st
from markupsafe import Markup

from ui.frame import curriculum, footer, ledger, notation, progress, prompt_bar
from ui.frame.model_choice import Requirements
from ui.frame.page import Page, waiting_sign
from ui.kit import language, markup
from ui.kit.url_state import Kind, anything, point_to_moved, warn_invalid_params
from ui.server import admission, jobs, metrics

HERE = Path(__file__).parent
_HEAD, _FOOT = (markup.template(HERE / f"lesson_{name}.html") for name in ("head", "foot"))


@contextmanager
def lesson(
    slug: str,
    models: tuple[str, ...] = prompt_bar.DECODERS,
    limit: int = 32,
    first: str = prompt_bar.DEFAULT,
    requires: Requirements = ("decoder",),
    link: Mapping[str, Kind] = MappingProxyType({}),
    keep_end: bool = False,
    moved: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Page]:
    """Draws what stands before a lesson and, when its body has run to the end, what stands after it.

    A lesson without `models` has no prompt bar. Needs the sections `intro`, `goals` (a list), `needs` (a line) and
    `takeaway` in content/{lang}/<slug>.md (the front door: `title`, `intro` and `takeaway`). `first` is the prompt of a
    reader who has not typed one; `requires` says what other models have to be for the lesson to take them
    (ui/frame/model_choice.py); `link` is what its link may say besides prompt and model (ui/kit/url_state.py). A lesson
    about the token that comes next has `keep_end`: of a long prompt it takes the end. `moved`: what older links of the
    lesson say that belongs to another one by now, with that one's slug.
    """
    st.session_state.arrived = st.session_state.get("lesson") != slug
    st.session_state.lesson = slug
    footer.reset()
    progress.restore()
    jobs.arrive(slug)
    words, front_door = language.words(slug), slug == curriculum.MACHINE.slug
    bar = None if front_door else st.container(key="lesson-bar")
    st.html(_head(slug, words))
    with bar or st.container(gap=None):
        prompt = prompt_bar.bar(models, limit, first, requires, keep_end) if models else prompt_bar.NO_PROMPT
        page = Page(words, prompt.model, prompt.bundle, prompt.text, prompt.ids, prompt.source)
        warn_invalid_params(slug, {**link, **dict.fromkeys(moved, anything)}, page)
        point_to_moved(moved)
    waiting, tell = waiting_sign()
    asked = time.monotonic()
    with admission.PAGES.slot(tell) as requeue:
        metrics.page_waited(time.monotonic() - asked)
        waiting.empty()
        yield replace(page, requeue=requeue)
    st.html(_foot(slug, words, page.model))
    footer.footer(page)


def _head(slug: str, words: language.Words) -> Markup:
    frame, titles, step = language.words("ui"), language.words("path"), curriculum.lesson_by_slug(slug)
    if step is curriculum.MACHINE:
        return _HEAD(eyebrow="", title=words.inline("title"), intro=words("intro"))
    about = {name: read(name) for name, read in (("goals", words), ("needs", words.inline)) if name in words.all()}
    part = titles.text(f"part-{step.part}")
    return _HEAD(
        eyebrow=frame.inline("eyebrow", part=step.part, name=part, number=step.number),
        minutes=frame.inline("minutes", n=step.minutes),
        contents=True,
        notation=notation.menu(),
        labels=frame,
        title=titles.inline(slug),
        intro=words("intro"),
        **({"goals": "", "needs": ""} | about),
    )


def _foot(slug: str, words: language.Words, model: str) -> Markup:
    frame, following = language.words("ui"), curriculum.next_lesson(slug)
    line = next((name for name, lesson in ledger.LINES.items() if lesson == slug), None)
    return _FOOT(
        model=model,
        ledger=f"ledger?lang={words.lang}#{line}" if line else "",
        ledger_line=frame.inline("ledger-line"),
        label=frame.inline("takeaway"),
        takeaway=words("takeaway"),
        address=following.slug if following else ".",
        onward=language.words("path").inline(following.slug) if following else frame.inline("nav-machine"),
    )
