"""What a reader has done in this session: lessons, and answers to questions."""

import streamlit as st


def mark_done(slug: str) -> None:
    done().add(slug)


def done() -> set[str]:
    """The slugs of the lessons done in this session."""
    return st.session_state.setdefault("done", set())


def record(key: str, right: bool) -> None:
    """The first answer to a question counts."""
    answers().setdefault(key, right)


def answers() -> dict[str, bool]:
    """Whether the first answer to a question was right, by the question's key."""
    return st.session_state.setdefault("answers", {})


def score() -> tuple[int, int]:
    """How many answers of this session were right, and how many there were."""
    return sum(answers().values()), len(answers())
