"""Predict, then reveal: the live model answers only after the learner has committed to an answer."""

from collections.abc import Callable

import streamlit as st

from ui.frame import footer
from ui.frame.worksheet import Question
from ui.kit import cache, markup


@st.fragment
def predict(
    key: str,
    question_html: str,
    options: list[str],
    answer: Callable[[], int],
    explain: Callable[[int, int], str],
    *,
    tokens: bool = False,
    waiting: str = "",
) -> None:
    """A prediction card. `answer()` gives the right index and runs after Reveal; `explain(chosen, right)` gives HTML.

    `tokens=True` sets the options as token chips. Put what the question depends on (the prompt, say) into `key`.
    The first answer to a question counts for the score; any answer makes the lesson done. `waiting` is HTML to show in
    the place of the answer while there is none yet.
    """
    words = cache.words("ui")
    footer.question(key, Question(question_html, options, tokens, answer, explain, waiting))
    with st.container(key=f"predict-{key}"):
        eyebrow = f'<p class="eyebrow">{words.inline("predict")}</p>'
        st.html(f'<div class="predict">{eyebrow}<div class="question">{question_html}</div></div>')
        with st.container(key=f"{'tokens' if tokens else 'options'}-{key}", horizontal=True, gap="small"):
            chosen = st.pills(
                words.text("answers"),
                range(len(options)),
                format_func=lambda i: markup.literal(options[i]),
                key=f"pick-{key}",
                label_visibility="collapsed",
                wrap=True,
            )
            reveal = {"type": "primary", "on_click": _commit, "args": (key,), "disabled": chosen is None}
            st.button(words.text("reveal"), key=f"reveal-{key}", **reveal)
            score = st.empty()
        committed = st.session_state.get(f"revealed-{key}")
        if committed is not None and waiting:
            st.html(f'<div class="verdict" role="status">{waiting}</div>')
        elif committed is not None:
            right = answer()
            cache.record(key, committed == right)
            cache.mark_done(st.session_state.get("lesson", ""))
            verdict = "right" if committed == right else "wrong"
            eyebrow = f'<p class="eyebrow">{words.inline(verdict)}</p>'
            st.html(f'<div class="verdict {verdict}" role="status">{eyebrow}{explain(committed, right)}</div>')
        good, given = cache.score()
        if given:
            score.html(f'<span class="count">{words.inline("score", right=good, all=given)}</span>')


def _commit(key: str) -> None:
    st.session_state[f"revealed-{key}"] = st.session_state[f"pick-{key}"]
