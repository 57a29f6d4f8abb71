"""Lesson 16: what does a transformer learn, and when? A tiny one, or two side by side, trained before one's eyes."""

import streamlit as st

from ui.frame.lesson import lesson
from ui.lessons.train import link, questions, view

with lesson("train", models=(), link=link.LINK) as page:
    words = page.words
    experiment = link.read(words)
    view.presets(page, experiment)
    view.recipe(page, experiment)
    view.problems(page, experiment)
    if shown := link.shown(experiment):
        questions.learns(page, shown)
        st.space("xsmall")
        view.laboratory(page, shown)
        st.html(f'<div class="notice">{words("caveat")}</div>')
        view.table(page, shown)
        view.arithmetic(page, shown)
        view.ways_on(page, shown)
