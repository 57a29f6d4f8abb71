"""The controls of candidate, sampling and draws, and what a link may say of them."""

from collections.abc import Callable

import streamlit as st
from markupsafe import Markup

from model.sampling import Sampling
from ui.kit import markup, url_state
from ui.kit.language import Words
from ui.kit.numbers import THIN
from ui.lessons.next_token.readings import TOP, Reading

DIALS = ("temperature", "top_k", "top_p", "min_p")
OFF = "∞"  # top-k that keeps all; a link must mean the same in every language
TOP_K = (1, 2, 3, 5, 8, 10, 20, 40, 50, 100, 200, 500, 1000, OFF)
DRAWS = (10, 100, 1000)
LAST_SEED = 2**31
LINK = {
    "candidate": url_state.integer_between(TOP),
    "dial": url_state.one_of(*DIALS),
    "temperature": url_state.between(0, 2),
    "top_k": url_state.one_of(*TOP_K),
    "top_p": url_state.between(5, 100),
    "min_p": url_state.between(0, 50),
    "draws": url_state.one_of(*DRAWS),
    "seed": url_state.integer_between(LAST_SEED, first=0),
}


def candidate(reading: Reading, words: Words) -> int:
    """The learner's choice among the likeliest."""
    return st.pills(
        words.text("candidate"),
        range(TOP),
        format_func=lambda i: markup.literal(reading.tokens[i]),
        required=True,
        **url_state.bind("candidate", range(TOP), 0, lambda i: str(i + 1)),
        label_visibility="collapsed",
        wrap=True,
    )


def dials(words: Words) -> tuple[int, Sampling]:
    """One dial at a time, as the number of its stage, and what all of them are set to. The hidden ones keep their
    value, and every one is in the link."""
    dial = st.segmented_control(
        words.text("dials"),
        DIALS,
        required=True,
        **url_state.bind("dial", DIALS, DIALS[1]),
        format_func=words.text,
        label_visibility="collapsed",
    )
    hidden = Markup(", ".join(f".st-key-{other}" for other in DIALS if other != dial))
    st.html(Markup("<style>{} {{ display: none }}</style>{}").format(hidden, words(f"note-{dial}")))

    def slider(widget: Callable, name: str, *values, **options):
        look = {"label_visibility": "collapsed", "width": 560}
        return widget(words.text(name), *values, key=name, bind="query-params", **look, **options)

    temperature = slider(st.slider, "temperature", 0.0, 2.0, 1.0, 0.1, format="localized")
    top_k = slider(st.select_slider, "top_k", TOP_K, 8)
    top_p = slider(st.slider, "top_p", 5, 100, 90, 5, format=f"%d{THIN}%%")
    min_p = slider(st.slider, "min_p", 0, 50, 0, 1, format=f"%d{THIN}%%")
    settings = Sampling(
        temperature, None if top_k == OFF else top_k, None if top_p == 100 else top_p / 100, min_p / 100 or None
    )
    return 1 + DIALS.index(dial), settings


def draw_controls(words: Words) -> tuple[int, int]:
    """How many draws, and the seed."""
    with st.container(key="dice", horizontal=True, vertical_alignment="bottom", gap="medium"):
        times = st.segmented_control(
            words.text("times"), DRAWS, default=100, required=True, key="draws", bind="query-params"
        )
        # without bounds: Streamlit refuses in English, with the draws of the last seed still below
        asked = st.number_input(words.text("seed"), value=1, step=1, key="seed", bind="query-params", width=140)
    seed = min(max(asked, 0), LAST_SEED)
    if seed != asked:
        st.html(markup.notice(words("seed-beyond", last=words.number(LAST_SEED), seed=words.number(seed))))
    return times, seed
