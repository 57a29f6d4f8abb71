"""The frame: page config, navigation, style, masthead. The prompt bar belongs to the lessons."""

from pathlib import Path

import streamlit as st

from ui.frame import curriculum, masthead
from ui.kit import cache


def page_of(step: curriculum.Step) -> st.Page:
    home = step is curriculum.MACHINE
    title = "Vetro" if home else f"{titles.text(step.slug)} · Vetro"
    return st.Page(step.file, title=title, url_path=step.slug, default=home)


titles = cache.words("path")
page = st.navigation(
    [page_of(step) for step in (curriculum.MACHINE, *curriculum.STEPS) if step.exists], position="hidden"
)
current = page.url_path or curriculum.MACHINE.slug
# the icon as text, which travels as data: a browser asks again for a file whenever the link changes
icon = Path(__file__).parent.joinpath("static/favicon.svg").read_text(encoding="utf-8")
st.set_page_config(page_title=page.title, page_icon=icon, layout="wide")
masthead.style(1140 if current == curriculum.MACHINE.slug else 1000)
masthead.masthead(current)
page.run()
