"""Predict, then reveal: nothing is computed before the learner has committed to an answer."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.support.app_test import html_of
from ui.kit import markup


def card():
    import streamlit as st
    from markupsafe import Markup

    from ui.frame import quiz
    from ui.frame.question import Question

    def explain(chosen, right):
        return Markup("chosen {}, right {}").format(chosen, right)

    def answer():
        st.session_state.computed = True
        return 1

    st.session_state.lesson = "attention"
    quiz.predict("q", Question(Markup("Which one?"), ["·the", "·dog"], answer, explain))


@pytest.fixture
def shown():
    return AppTest.from_function(card, default_timeout=30).run()


def choose(test: AppTest, option: int) -> AppTest:
    test.get_by_key("pick-q").set_value(option).run()
    return test.button(key="reveal-q").click().run()


def test_nothing_is_revealed_before_the_answer(shown):
    assert shown.button(key="reveal-q").disabled
    shown.get_by_key("pick-q").set_value(0).run()
    assert "computed" not in shown.session_state
    assert "verdict" not in html_of(shown)


@pytest.mark.parametrize("option, verdict, score", [(1, "right", "1 of 1"), (0, "wrong", "0 of 1")])
def test_right_and_wrong_are_both_explained(shown, option, verdict, score):
    seen = html_of(choose(shown, option))
    assert f"verdict {verdict}" in seen and f"chosen {option}, right 1" in seen and score in seen
    assert "attention" in shown.session_state["done"]


def test_the_first_answer_counts(shown):
    choose(shown, 0)
    assert "0 of 1" in html_of(choose(shown, 1))


@pytest.mark.parametrize("text", ["plain", "$x$", "`a`", "``", ":smile: **b**", "a``b`c"])
def test_options_are_literal(text):
    from markdown_it import MarkdownIt

    (paragraph,) = [token for token in MarkdownIt().parse(markup.literal(text)) if token.type == "inline"]
    (code,) = paragraph.children
    assert code.type == "code_inline" and code.content == text
