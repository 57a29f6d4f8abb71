"""Lesson 0: the machine at a glance, with the reader's own sentence in it."""

import streamlit as st

import content
from model.analysis import streams
from ui.frame import curriculum, quiz
from ui.frame.lesson import lesson
from ui.frame.path_section import path_section
from ui.frame.question import Question
from ui.kit import cache, language, listing, markup, tables, url_state
from ui.kit.mounting import mount
from ui.kit.numbers import percent
from ui.lessons.machine import readings

LIMIT = 32
WAYS_ON = ("tokens", "next_token", "step_by_step", "attention")

with lesson("machine", limit=LIMIT, link=readings.LINK) as page:
    words, titles = page.words, language.words("path")
    last = f"machine-{page.model}"
    before = st.session_state.get(last)

    def read() -> dict:
        return readings.read(page.bundle, page.trace(readings.KEEP), LIMIT, before)

    data = st.session_state[last] = cache.result(cache.Key("machine", page.model, tuple(page.ids)), read)
    asked = url_state.count("layer")
    opened = asked if asked is not None and asked < len(data["stream"]) else data["opened"]

    def append() -> None:
        text = readings.appended(page.bundle.tokenizer, page.ids, st.session_state.machine.append)
        if text is not None:
            st.query_params["prompt"] = text  # the link is where the prompt bar reads it

    mount(
        page,
        "machine",
        "machine",
        {
            **data,
            "opened": opened,
            "lang": page.lang,
            "words": content.load(page.lang, "machine"),
            "lessons": {slug: titles.text(slug) for slug in WAYS_ON if curriculum.lesson_by_slug(slug).exists},
        },
        on_append_change=append,
    )
    listing.show(*readings.SOURCE)
    tables.twin(readings.table(data, words), "machine")
    path_section()

    likeliest = data["candidates"][0]

    def moved():
        return streams.appended(page.bundle.model, page.ids, likeliest["id"])

    def answer() -> int:
        changed = moved() > readings.ROUNDING
        return 2 if not changed.any() else 1 if changed[-1] and changed.sum() == 1 else 0

    def explain(chosen: int, right: int) -> str:
        shares = moved()
        changed = int((shares > readings.ROUNDING).sum())
        section = "explain-changed" if changed else "explain-none"
        return words(section, n=len(shares), changed=changed, difference=percent(shares.max(), page.lang))

    quiz.predict(
        f"tracks-{page.model}-{page.text}",
        Question(
            words.inline("question", token=markup.chip(likeliest["token"])),
            [words.text(f"option-{name}") for name in ("all", "last", "none")],
            answer,
            explain,
        ),
    )
