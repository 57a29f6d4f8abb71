"""Predict, then reveal: the live model answers only after the learner has committed to an answer."""

from collections.abc import Callable

import streamlit as st
from markupsafe import Markup

from ui.frame import footer, progress
from ui.frame.question import Question
from ui.kit import language, markup, url_state


def recall(key: str, question: Question) -> None:
    """The same card for a question of an earlier lesson, at the end of a later one: it is answered anew."""
    predict(f"recall-{key}", question, label="recall")


@st.fragment
def predict(key: str, question: Question, then: Callable[[], None] | None = None, label: str = "predict") -> None:
    """A prediction card. Put what the question depends on (the prompt, say) into `key`.

    The first answer to a question counts for the score; any answer makes the lesson done. `then` draws what would give
    the answer away: after Reveal, and for readers who pass, or whose link hides the questions. `label`: the section of
    content/{lang}/ui.md that stands above the question.
    """
    words = language.words("ui")
    footer.keep_question(key, question)
    with st.container(key=f"predict-{key}"):
        eyebrow = Markup('<p class="eyebrow">{}</p>')
        card = Markup('<div class="predict">{}<div class="question">{}</div></div>')
        st.html(card.format(eyebrow.format(words.inline(label)), question.text))
        with st.container(key=f"{'tokens' if question.tokens else 'options'}-{key}", horizontal=True, gap="small"):
            # Streamlit keeps what it is given here until the session ends: never the question, which holds a trace.
            options = list(map(markup.literal, question.options))
            committed = _committed(key, len(options))
            if committed is not None and st.session_state.get(f"pick-{key}") is None:
                st.session_state[f"pick-{key}"] = committed
            chosen = st.pills(
                words.text("answers"),
                range(len(options)),
                format_func=options.__getitem__,
                key=url_state.keep(f"pick-{key}"),
                label_visibility="collapsed",
                wrap=True,
            )
            reveal = {"type": "primary", "on_click": _commit, "args": (key,), "disabled": chosen is None}
            st.button(words.text("reveal"), key=f"reveal-{key}", **reveal)
            shown = committed is not None or st.session_state.get(f"passed-{key}") or _hidden()
            if then and not shown:
                st.button(words.text("pass"), key=f"pass-{key}", type="tertiary", on_click=_pass, args=(key,))
            score = st.empty()
        verdict = Markup('<div class="{}" role="status">{}</div>')
        if committed is not None and question.waiting:
            st.html(verdict.format("verdict", question.waiting))
        elif committed is not None:
            accepted = question.accepted()
            right = committed in accepted
            progress.record(key, right)
            progress.mark_done(st.session_state.get("lesson", ""))
            progress.keep()
            kind = "right" if right else "wrong"
            remark = Markup() if right else question.against(committed)
            explanation = question.explained(committed if right else accepted[0], accepted)
            st.html(verdict.format(f"verdict {kind}", eyebrow.format(words.inline(kind)) + remark + explanation))
        good, answered = progress.score()
        if answered:
            score.html(markup.span(words.inline("score", right=good, all=answered), "count"))
    if then and shown:
        then()


def _committed(key: str, options: int) -> int | None:
    """What was committed to, now or before the page was loaded anew: a browser may have kept anything."""
    option = st.session_state.get(f"{progress.REVEALED}{key}")
    return option if option is not None and option < options else None


def _commit(key: str) -> None:
    st.session_state[f"{progress.REVEALED}{key}"] = st.session_state[f"pick-{key}"]


def _pass(key: str) -> None:
    st.session_state[f"passed-{key}"] = True


def _hidden() -> bool:
    """The link shows the lesson without its questions."""
    return "quiz" in st.query_params.get("hide", "").split(",")
