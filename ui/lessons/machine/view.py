"""The machine with its layers, and its numbers as a table."""

from functools import partial

import streamlit as st

from ui.frame import curriculum
from ui.frame.page import Page
from ui.kit import cache, language, listing, url_state
from ui.kit.mounting import mount
from ui.lessons.machine import readings

ONWARD = ("tokens", "next_token", "step_by_step", "attention")  # lessons that the parts of the machine lead to


def machine(page: Page) -> dict:
    """Shows it. Gives what it draws: `readings.read`, to which `opened` (a layer from 0: the link's, where it has one)
    and `lessons` (titles by slug) are added for the component."""
    data, titles, layer = _read(page), language.words("path"), url_state.count("layer")
    lessons = {slug: titles.text(slug) for slug in ONWARD if curriculum.lesson_by_slug(slug).exists}
    opened = layer if layer is not None and layer < len(data["stream"]) else data["opened"]
    shown = {**data, "opened": opened, "lessons": lessons}
    columns = readings.table(data, page.words)
    mount(page, "machine", "machine", shown, columns=columns, on_append_change=partial(_append, page))
    listing.show(*readings.SOURCE)
    return data


def _read(page: Page) -> dict:
    """The reading of the prompt. The session's last one saves work and changes no value, so it is not in the key."""
    name = f"machine-{page.model}"
    before = st.session_state.get(name)

    def compute() -> dict:
        return readings.read(page.bundle, page.text, page.trace(readings.KEEP), before)

    data = st.session_state[name] = cache.result(page.key("machine"), compute)
    return data


def _append(page: Page) -> None:
    text = readings.append_token(page.bundle.tokenizer, page.text, st.session_state.machine.append)
    if text is not None:
        st.query_params["prompt"] = text  # the link is where the prompt bar reads it
