"""Predict, then reveal: nothing is computed before the learner has committed to an answer."""

import gc

import pytest
from streamlit.testing.v1 import AppTest

from tests.support.app_test import html_of, run_page
from ui.frame.question import Question, between, largest
from ui.kit import markup


def card(*right):
    import streamlit as st
    from markupsafe import Markup

    from ui.frame import quiz
    from ui.frame.question import Question

    def explain(right):
        return Markup("right {}").format(right)

    def against(i):
        return Markup("against {}").format(i)

    def answer():
        st.session_state.computed = True
        return right or 1

    st.session_state.lesson = "attention"
    quiz.predict("q", Question(Markup("Which one?"), ["·the", "·dog", "·cat"], answer, explain, against))


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
    assert f"verdict {verdict}" in seen and "right 1" in seen and score in seen
    assert ("against 0" in seen) == (verdict == "wrong")
    assert "attention" in shown.session_state["done"]


@pytest.mark.parametrize("option, verdict, explained", [(0, "right", 0), (1, "wrong", 2), (2, "right", 2)])
def test_a_tie_is_said_and_both_are_right(option, verdict, explained):
    seen = html_of(choose(AppTest.from_function(card, args=(2, 0), default_timeout=30).run(), option))
    assert f"verdict {verdict}" in seen and f"right {explained}" in seen
    assert "counts as right: ·cat; ·the" in seen


@pytest.mark.parametrize(
    "values, noise, accepted", [((1, 3, 2), 0, (1,)), ((3, 1, 2.95), 0.1, (0, 2)), ((2, 2), 0, (0, 1))]
)
def test_the_largest_beyond_the_noise(values, noise, accepted):
    assert largest(values, noise) == accepted


@pytest.mark.parametrize("value, accepted", [(0.5, (0,)), (0.999, (0, 1)), (1.001, (1, 0)), (1.5, (1,)), (2.5, (2,))])
def test_a_value_at_a_bound_is_on_both_sides(value, accepted):
    assert between((1, 2), value, 0.01) == accepted


def giving_away():
    import streamlit as st
    from markupsafe import Markup

    from ui.frame import quiz
    from ui.frame.question import Question

    question = Question(Markup("Which?"), ["a", "b"], lambda: 0, lambda right: Markup("that one"))
    quiz.predict("q", question, lambda: st.html("the figure"))


def test_what_gives_the_answer_away_comes_after_it_or_after_a_pass():
    shown = AppTest.from_function(giving_away, default_timeout=30).run()
    assert "the figure" not in html_of(shown)
    assert html_of(choose(shown, 1)).endswith("the figure")
    passed = AppTest.from_function(giving_away, default_timeout=30).run().button(key="pass-q").click().run()
    assert "the figure" in html_of(passed) and "that one" not in html_of(passed)
    hidden = AppTest.from_function(giving_away, default_timeout=30)
    hidden.query_params["hide"] = "menu,quiz"
    assert "the figure" in html_of(hidden.run())


def test_the_first_answer_counts(shown):
    choose(shown, 0)
    assert "0 of 1" in html_of(choose(shown, 1))


@pytest.mark.parametrize("text", ["plain", "$x$", "`a`", "``", ":smile: **b**", "a``b`c"])
def test_options_are_literal(text):
    from markdown_it import MarkdownIt

    (paragraph,) = [token for token in MarkdownIt().parse(markup.literal(text)) if token.type == "inline"]
    (code,) = paragraph.children
    assert code.type == "code_inline" and code.content == text


def test_the_questions_of_earlier_prompts_are_forgotten():
    """Each holds a trace: those of a class at work would fill a server's memory."""

    def alive() -> int:
        gc.collect()
        return sum(isinstance(found, Question) for found in gc.get_objects())

    test, counts = run_page("heads", model="experts"), []
    for number in ("One", "Two", "Three", "Four"):
        test.text_area(key="prompt").set_value(f"{number} cats sat").run()
        counts.append(alive())
    assert counts[-1] == counts[1]  # the test itself keeps the page before
