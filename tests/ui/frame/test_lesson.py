"""What stands around a lesson: goals and needs at its head, places for links, boxes, a question asked again."""

import re

import pytest

import content
from tests.support.app_test import html_of, reveal, run_page, shown_page
from tests.support.pages import FILES
from ui.frame.page import Page
from ui.kit import language

GOALS = {"goals": "- count *tokens*", "needs": "[Lesson {n}](heads)".replace("{n}", "6"), "claim": "They **say** {n}."}


@pytest.fixture
def with_goals(monkeypatch):
    load = content.load
    monkeypatch.setattr(content, "load", lambda lang, slug: load(lang, slug) | (GOALS if slug == "tokens" else {}))


def test_a_lesson_begins_with_its_goals_and_needs(with_goals):
    head = html_of(run_page("tokens", "it")).partition("<h1")[0]
    assert "<li>count <em>tokens</em></li>" in head and '<a href="heads">Lesson 6</a>' in head
    assert "Dopo questa lezione sai" in head and "Che cosa serve" in head


@pytest.mark.parametrize("slug", ["next_token", "sparse"])
def test_a_link_leads_to_every_heading(slug):
    """Its address is that of its section: it stays when the words or the order change."""
    places = re.findall(r'<h[23] id="([\w-]+)"', html_of(shown_page(slug)))
    assert len(places) > 2 and len(set(places)) == len(places)
    assert all({place[3:], f"{place[3:]}-title"} & content.load("en", slug).keys() for place in places)


def test_a_box_with_what_is_often_said(with_goals, monkeypatch):
    shown = []
    monkeypatch.setattr("streamlit.html", shown.append)
    monkeypatch.setattr(language, "code", lambda: "en")
    page = Page(language.Words("en", "tokens"), "", None, "", [], "")
    page.said("claim", n="<b>7</b>")
    assert '<aside class="said">' in shown[0] and "<strong>say</strong> &lt;b&gt;7&lt;/b&gt;" in shown[0]
    assert page.within("heads").words.slug == "heads" and page.within("heads").text == page.text


def test_a_question_of_an_earlier_lesson_is_asked_anew():
    def script():
        from markupsafe import Markup

        from ui.frame import footer, quiz
        from ui.frame.question import Question

        footer.reset()
        question = Question(Markup("Which?"), ["a", "b"], lambda: 1, lambda right: Markup("So it is."))
        quiz.predict("which", question)
        quiz.recall("which", question)

    from streamlit.testing.v1 import AppTest

    test = AppTest.from_function(script).run()
    assert not test.exception
    test = reveal(test, "recall-which", 1)
    assert html_of(test).count("From an earlier lesson") == 1 and html_of(test).count("So it is.") == 1
    assert test.session_state["answers"] == {"recall-which": True}


@pytest.mark.parametrize("lang, said", [("en", "Q4_1"), ("it", "senza il template")])
def test_the_card_of_the_model_is_opened_from_the_prompt_bar(smollm2, lang, said):
    """What it says is what was read."""
    bar = html_of(shown_page("next_token", lang))
    card = bar.partition('class="menu card"')[2].partition("</details>")[0]
    assert said in card and "SmolLM2-135M-Instruct" in card
    for size in (smollm2.card.parameters, smollm2.model.config.width, smollm2.model.config.context):
        assert f"{size:,}" in card or f"{size:,}".replace(",", ".") in card
    assert smollm2.card.licence in card


def test_the_notation_can_be_opened_on_every_page():
    for slug in ("machine", "next_token", "references"):
        shown = html_of(shown_page(slug))
        assert shown.count('class="menu notation"') == 1
        assert "<code>num_key_value_heads</code>" in shown


@pytest.mark.parametrize("slug", [slug for slug in content.numbers() if slug != "machine"])
def test_every_lesson_says_what_one_can_do_after_it_and_what_it_needs(slug):
    for lang in content.LANGUAGES:
        texts = content.load(lang, slug)
        assert 2 <= len(re.findall("^- ", texts["goals"], re.MULTILINE)) <= 4
        assert texts["needs"] and "\n" not in texts["needs"]
        for needed in re.findall(r"\]\((\w+)\)", texts["needs"]):
            assert needed in content.numbers()


@pytest.mark.parametrize("slug", [slug for slug, n in content.numbers().items() if n > 1])
def test_every_lesson_but_the_first_asks_a_question_of_an_earlier_one(slug):
    """And a page gets questions from lessons only that exist."""
    page = FILES[slug].read_text()
    asked = {name for name in re.findall(r"ui\.lessons\.(\w+)", page) if name != slug}
    assert "quiz.recall(" in page and asked <= set(FILES)
