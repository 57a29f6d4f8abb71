"""Lesson 6: why so many heads? What each writes, how far it moves a logit, what kind it is, and what heads share."""

import streamlit as st

from ui.frame import prompt_bar, quiz
from ui.frame.lesson import lesson
from ui.kit import markup, switchboard
from ui.lessons.heads import kv_sharing, questions, readings, view

with lesson("heads", limit=32, fits=prompt_bar.pre_norm, link=readings.LINK, keep_end=True) as page:
    words, config, trace = page.words, page.bundle.model.config, page.trace(readings.KEEP)
    candidates = readings.candidates(page.bundle, trace)
    start = readings.start_head(page.bundle, trace, candidates)
    counts = {"layers": config.layers, "heads": config.heads, "all": config.layers * config.heads}

    view.show_explorer(page, trace, start)
    if depth := questions.depth(page, trace):
        quiz.predict(f"depth-{page.model}-{page.text}", depth)

    page.heading("effects-heading", words("effects-intro", token=markup.chip(candidates.tokens[0])))
    view.show_effects(page, trace, candidates, start)
    page.notice(words("effects-caveat"), role="note")

    page.heading("kinds-heading", words("kinds-intro", **counts))
    quiz.predict(f"repeat-{page.model}", questions.repeat(page))
    view.show_kinds(page, trace, start)

    page.heading("sharing-heading", words("sharing-intro", **counts, groups=config.kv_heads))
    quiz.predict("cache", questions.cache(page))
    kv_sharing.show_diagram(page)
    kv_sharing.show_measured(page)
    st.html(switchboard.trained(words, "mha", "base", "mqa"))
