"""Lesson 16: what does a transformer learn, and when? A tiny one, or two side by side, trained before one's eyes."""

import streamlit as st

from ui import train, train_link, train_questions
from ui.lesson import lesson

with lesson("train", models=(), link=train_link.LINK) as page:
    words = page.words
    experiment = train_link.read(words)
    train.presets(page, experiment)
    train.recipe(page, experiment)
    train.problems(page, experiment)
    if shown := train_link.shown(experiment):
        train_questions.learns(page, shown)
        st.space("xsmall")
        train.laboratory(page, shown)
        st.html(f'<div class="notice">{words("caveat")}</div>')
        train.table(page, shown)
        train.arithmetic(page, shown)
        train.ways_on(page, shown)
