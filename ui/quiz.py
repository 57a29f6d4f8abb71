"""Predict, then reveal: the live model answers only after the learner has committed to an answer."""

from collections.abc import Callable

import streamlit as st

from ui import html, session


@st.fragment
def predict(
    key: str,
    question_html: str,
    options: list[str],
    answer: Callable[[], int],
    explain: Callable[[int, int], str],
    *,
    tokens: bool = False,
) -> None:
    """A prediction card. `answer()` gives the right index and runs after Reveal; `explain(chosen, right)` gives HTML.

    `tokens=True` sets the options as token chips. Put what the question depends on (the prompt, say) into `key`.
    """
    words = session.words("ui")
    revealed = f"revealed-{key}"
    with st.container(key=f"predict-{key}"):
        st.html(f'<div class="predict"><p class="eyebrow">{words.inline("predict")}</p><div class="question">{question_html}</div></div>')
        with st.container(key=f"{'tokens' if tokens else 'options'}-{key}", horizontal=True, vertical_alignment="center", gap="small"):
            chosen = st.pills(
                words.text("answers"), range(len(options)), format_func=lambda i: _literal(options[i]), key=f"pick-{key}", label_visibility="collapsed"
            )
            st.button(words.text("reveal"), key=f"reveal-{key}", type="primary", on_click=_commit, args=(key, revealed), disabled=chosen is None)
            score = st.empty()
        commitment = st.session_state.get(revealed)
        if commitment is not None:
            right = answer()
            session.record(key, commitment == right)
            session.mark_done(st.session_state.get("lesson", ""))
            verdict = "right" if commitment == right else "wrong"
            st.html(
                f'<div class="verdict {verdict}" role="status"><p class="eyebrow">{words.inline(verdict)}</p>{explain(commitment, right)}</div>'
            )
        good, all_answers = session.score()
        if all_answers:
            score.html(f'<span class="count">{words.inline("score", right=good, all=all_answers)}</span>')


def _commit(key: str, revealed: str) -> None:
    st.session_state[revealed] = st.session_state[f"pick-{key}"]


def _literal(text: str) -> str:
    """As inline code a label shows any text literally: no Markdown, formulas, directives, emoji names."""
    fence = "`" * (1 + max((len(run) for run in text.replace("`", " ` ").split() if run == "`" * len(run)), default=0))
    return f"{fence} {text} {fence}" if "`" in text else f"`{text}`"
