"""All lessons with what has been done, as "The path", for the front door."""

from pathlib import Path

import streamlit as st

from ui.frame import curriculum, progress
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
    st.html(_PATH(title=frame.inline("path"), lead=frame.inline("path-lead"), parts=parts))
