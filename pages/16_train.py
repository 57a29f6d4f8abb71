"""Lesson 16: what does a transformer learn, and when? A tiny one, or two side by side, trained before one's eyes."""

import streamlit as st

from ui import train, train_link, train_questions
from ui.lesson import lesson

with lesson("train", models=(), link=train_link.LINK) as page:
    words = page.words
    experiment = train_link.read(words)
    train.presets(page, experiment)
    with st.expander(words.text("recipe")):
        train.recipe(page, experiment)
    train.text_box(page, experiment)
    train.problems(experiment)
    if experiment.buildable:
        train_questions.learns(page, experiment)
        train.laboratory(page, experiment)
        st.html(f'<div class="notice">{words("caveat")}</div>')
        train.table(page, experiment)
        train.arithmetic(page, experiment)
        train.ways_on(page, experiment)
