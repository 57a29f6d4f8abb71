"""What a reader has done in this tab: lessons, and answers to questions."""

from typing import Any

import streamlit as st

from ui.frame import curriculum
from ui.kit import tab

MOST_CHARACTERS = 4_000  # of a question, or of its key, which holds a prompt
REVEALED = "revealed-"  # and the key of a question: its option that the reader has committed to


def mark_done(slug: str) -> None:
    done().add(slug)


def done() -> set[str]:
    """The slugs of the lessons done."""
    return st.session_state.setdefault("done", set())


def asked() -> dict[str, tuple[int, str, str]]:
    """Number and slug of a question's lesson, and its text, by the question's key."""
    return st.session_state.setdefault("asked", {})


def record(key: str, right: bool) -> None:
    """The first answer to a question counts."""
    answers().setdefault(key, right)


def answers() -> dict[str, bool]:
    """Whether the first answer to a question was right, by the question's key."""
    return st.session_state.setdefault("answers", {})


def score() -> tuple[int, int]:
    """How many answers were right, and how many there were."""
    return sum(answers().values()), len(answers())


def keep() -> None:
    """Has the browser keep all of it."""
    said = {
        key: [*asked()[key][1:], right, st.session_state.get(f"{REVEALED}{key}")] for key, right in answers().items()
    }
    tab.keep("score", {"answers": said, "done": sorted(done())})


def restore() -> None:
    """What the browser had kept, as far as it makes sense, beside what was done since."""
    kept = tab.restored("score")
    if not isinstance(kept, dict):
        return
    numbers = {lesson.slug: lesson.number for lesson in (curriculum.MACHINE, *curriculum.LESSONS)}
    said, finished = kept.get("answers"), kept.get("done")
    for key, answer in said.items() if isinstance(said, dict) else ():
        if _is_answer(key, answer) and answer[0] in numbers:
            slug, question, right, option = answer
            asked().setdefault(key, (numbers[slug], slug, question))
            record(key, right)
            if option is not None:
                st.session_state.setdefault(f"{REVEALED}{key}", option)
    for slug in finished if isinstance(finished, list) else ():
        if isinstance(slug, str) and slug in numbers:
            mark_done(slug)


def _is_answer(key: str, answer: Any) -> bool:
    if not isinstance(answer, list) or [type(part) for part in answer[:3]] != [str, str, bool] or len(answer) != 4:
        return False
    option = answer[3]
    return max(len(key), len(answer[1])) <= MOST_CHARACTERS and (
        option is None or (type(option) is int and option >= 0)
    )
