"""All lessons with what has been done, as "The path", for the front door."""

from pathlib import Path

import streamlit as st

from ui.frame import curriculum, notation, progress
from ui.frame.curriculum import Lesson
from ui.kit import language, markup

_PATH = markup.template(Path(__file__).with_name("path_section.html"))


def path_section() -> None:
    frame, titles = language.words("ui"), language.words("path")
    open_lessons = [step for step in curriculum.LESSONS if step.exists and step.slug not in progress.done()]

    def state(step: Lesson) -> str:
        if not step.exists:
            return "missing"
        if step not in open_lessons:
            return "done"
        return "next" if step is open_lessons[0] else "open"

    def item(step: Lesson) -> dict[str, object]:
        now = state(step)
        time = frame.inline("next") if now == "next" else frame.inline("minutes", n=step.minutes)
        about = {"title": titles.inline(step.slug), "state": now, "spoken": frame.inline(f"state-{now}"), "time": time}
        return {"slug": step.slug, "exists": step.exists, "number": step.number} | about

    parts = [
        {
            "number": part,
            "eyebrow": frame.inline("part", n=part) if part < 4 else "",
            "title": titles.inline(f"part-{part}"),
            "lessons": [item(step) for step in curriculum.LESSONS if step.part == part],
        }
        for part in curriculum.PARTS
    ]
    lead = frame.inline("path-lead", n=len([step for step in curriculum.LESSONS if step.exists]))
    about = {"lead": lead, "routes": list(map(_route, curriculum.ROUTES)), "notation": notation.menu()}
    st.html(_PATH(title=frame.inline("path"), parts=parts, **about))


def _route(name: str) -> dict[str, object]:
    """One of the three ways through the lessons; the whole one needs no numbers."""
    frame, titles, steps = language.words("ui"), language.words("path"), curriculum.route(name)
    minutes = sum(step.minutes for step in steps)
    time = (
        frame.text("minutes", n=minutes)
        if minutes < 60
        else frame.text("hours", n=frame.number(round(minutes / 30) / 2))
    )
    links = [{"slug": step.slug, "number": step.number, "title": titles.text(step.slug)} for step in steps]
    return {"label": frame.inline(f"route-{name}", time=time), "lessons": links if name != "all" else []}
