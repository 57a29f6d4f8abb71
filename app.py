"""The frame: page config, navigation, style, masthead. The prompt bar belongs to the lessons (ui/prompt.py)."""

import streamlit as st

from ui import masthead, path, session

steps = [step for step in (path.MACHINE, *path.STEPS) if step.exists]
titles = session.words("path")
page = st.navigation(
    [
        st.Page(step.file, title="Vetro" if step is path.MACHINE else titles.text(step.slug), url_path=step.slug, default=step is path.MACHINE)
        for step in steps
    ],
    position="hidden",
)
current = page.url_path or path.MACHINE.slug
st.set_page_config(page_title=page.title if page.title == "Vetro" else f"{page.title} · Vetro", layout="wide")
masthead.style(1140 if current == path.MACHINE.slug else 1000)
masthead.masthead(current)
page.run()
