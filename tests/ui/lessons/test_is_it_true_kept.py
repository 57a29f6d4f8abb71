"""What the browser keeps of lesson `is_it_true`: the rows of the last run."""

import json

import pytest

from model import checks
from model.checks import CHECKS, Row
from tests.support.app_test import html_of, run_page
from ui.kit import language, tab
from ui.lessons.is_it_true import runs

TEXT = "The sea was calm"
KEPT = language.Words("en", "is_it_true").text("state-kept")
NAME = next(name for name, check in CHECKS.items() if check.sort == "ways")
FOUND = Row(checks.MODELS[0], NAME, CHECKS[NAME].tolerance, difference=0.0, largest=1.25, layer=3, seconds=0.5)


class Ended:
    """Stands for a job that has given its rows."""

    alive, ended, place = False, "done", 0
    messages = (vars(FOUND),)


@pytest.fixture
def browser_keeps(monkeypatch):
    """Gives what the page has the browser keep, and what the browser says it has kept."""
    made, had = [], {}
    monkeypatch.setattr(tab, "keep", lambda name, value: made.append(value) if name == "checks" else None)
    monkeypatch.setattr(tab, "restored", had.get)
    return made, had


def test_the_rows_of_a_run_come_back_from_the_browser(browser_keeps, monkeypatch):
    made, had = browser_keeps
    with monkeypatch.context() as running:
        running.setattr(runs, "current", lambda page: Ended())
        assert not run_page("is_it_true", prompt=TEXT).exception
    had["checks"] = json.loads(json.dumps(made[-1], allow_nan=False))
    test = run_page("is_it_true", prompt=TEXT)
    assert not test.exception and KEPT in html_of(test)
    assert "1.25" in html_of(test)
    other = run_page("is_it_true", prompt="Another sentence")
    assert not other.exception and KEPT not in html_of(other)


@pytest.mark.parametrize(
    "row",
    [
        7,
        {"model": "smollm2"},
        {**vars(FOUND), "check": "no such check"},
        {**vars(FOUND), "check": ["x"]},
        {**vars(FOUND), "model": "<b>"},
        {**vars(FOUND), "tolerance": 1e9},
        {**vars(FOUND), "difference": "<b>"},
        {**vars(FOUND), "seconds": float("nan")},
        {**vars(FOUND), "more": 1},
        {**vars(FOUND), "error": "x" * 10_000},
    ],
)
def test_what_is_no_row_is_left_out(row, browser_keeps):
    _, had = browser_keeps
    had["checks"] = {"text": TEXT, "break": None, "rows": [row]}
    test = run_page("is_it_true", prompt=TEXT)
    assert not test.exception and KEPT not in html_of(test)
