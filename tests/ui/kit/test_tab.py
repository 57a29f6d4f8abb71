"""What a browser keeps for its tab: it comes back once, within its bounds, and outlives the session."""

import json

import pytest
import streamlit as st
from playwright.sync_api import expect

import content
from tests.support.browser import settled
from ui.frame import progress
from ui.kit import tab


@pytest.fixture
def session(monkeypatch):
    state, shown = {}, []
    monkeypatch.setattr(st, "session_state", state)
    monkeypatch.setattr(st, "html", shown.append)
    state["shown"] = shown
    return state


class Said:
    """Stands for what the component reports."""

    def __init__(self, kept: object):
        self.kept = kept


def test_what_a_browser_says_is_taken_within_bounds_and_given_once(session):
    large = "x" * tab.BYTES["search"]
    session["tab"] = Said({"score": {"answers": {}}, "search": large, "other": 1})
    tab.take()
    assert tab.restored("score") == {"answers": {}} and tab.restored("score") is None
    assert tab.restored("search") is None and tab.restored("other") is None
    for nonsense in (None, 7, "score", [1]):
        session["tab"] = Said(nonsense)
        tab.take()
        assert tab.restored("score") is None


def test_what_is_too_large_is_said_and_what_was_before_is_forgotten(session):
    tab.keep("score", None)
    assert not session["shown"], "nothing was kept, and nothing is to be forgotten"
    tab.keep("score", {"<b>": '"'})
    tab.keep("search", "é" * tab.BYTES["search"])
    tab.keep("score", None)
    small, large, none = session["shown"]
    assert "&lt;b&gt;" in small and "hidden" in small
    assert 'data-value=""' in large and "hidden" not in large
    assert 'data-value=""' in none and "hidden" in none


ANSWERS = {"tokens-x": ["tokens", "What <b>now</b>?", True, None], "other": ["ring", "And?", False, 2]}


def test_the_score_comes_back_and_what_is_no_score_does_not(session):
    progress.record("tokens-x", False)
    session["tab-restored"] = {"score": {"answers": ANSWERS, "done": ["tokens", "heads"]}}
    progress.restore()
    assert progress.answers() == {"tokens-x": False, "other": False}, "this session's own answer stays"
    assert session["revealed-other"] == 2 and "revealed-tokens-x" not in session
    assert session["asked"]["other"] == (content.numbers()["ring"], "ring", "And?") and progress.done() == {
        "tokens",
        "heads",
    }
    for nonsense in (
        7,
        {"answers": 1, "done": None},
        {"answers": {"x": ["nowhere", "?", True, 1]}, "done": ["nowhere"]},
        {"answers": {"x": ["ring", 1, True, 0], "y": ["ring", "?", 2, 0], "z": []}, "done": [[]]},
        {"answers": {"x": ["ring", "?", True, -1], "y": ["ring", "?", True, "1"], "z": ["ring", "?", True]}},
    ):
        session["tab-restored"] = {"score": nonsense}
        progress.restore()
        assert len(progress.answers()) == 2 and progress.done() == {"tokens", "heads"}


def test_the_score_and_the_answer_outlive_a_reload(open_page):
    page = open_page("tokens")
    card = page.locator("[class*=st-key-predict-]").first
    card.locator("[data-testid=stButtonGroup] button").first.click()
    card.get_by_role("button", name="Reveal").click()
    expect(card.locator(".verdict")).to_be_visible()
    expect(card.locator(".count")).to_contain_text("of 1 right")
    kept = page.evaluate("sessionStorage.getItem('vetro-kept-score')")
    assert len(json.loads(kept)["answers"]) == 1
    page.reload()
    expect(settled(page).locator("[class*=st-key-predict-] .count").first).to_contain_text("of 1 right")
    expect(card.locator(".verdict")).to_be_visible()
    expect(card.locator("[data-testid=stButtonGroup] button").first).to_have_attribute("aria-checked", "true")
    assert page.evaluate("sessionStorage.getItem('vetro-kept-score')") == kept
