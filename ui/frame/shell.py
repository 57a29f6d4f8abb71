"""The script of every page, served by app.py: page configuration, navigation, style, masthead; then the lesson."""

import streamlit as st

from ui.frame import curriculum, masthead
from ui.frame.routes import STATIC
from ui.kit import language, tab


def page_of(step: curriculum.Lesson) -> st.Page:
    home = step is curriculum.MACHINE
    title = "Vetro" if home else f"{titles.text(step.slug)} · Vetro"
    return st.Page(step.file, title=title, url_path=step.slug, default=home)


def appendix(slug: str) -> st.Page:
    title = language.words("ui").text(f"{slug}-title")
    return st.Page(curriculum.PAGES / f"{slug}.py", title=f"{title} · Vetro", url_path=slug)


titles = language.words("path")
lessons = [page_of(step) for step in (curriculum.MACHINE, *curriculum.LESSONS) if step.exists]
page = st.navigation([*lessons, *map(appendix, curriculum.APPENDICES)], position="hidden")
current = page.url_path or curriculum.MACHINE.slug
# the icon as text, which travels as data: a browser asks again for a file whenever the link changes
icon = (STATIC / "favicon.svg").read_text(encoding="utf-8")
st.set_page_config(page_title=page.title, page_icon=icon, layout="wide")
masthead.style(1140 if current == curriculum.MACHINE.slug else 1000)
masthead.masthead(current)
page.run()
tab.listen()
