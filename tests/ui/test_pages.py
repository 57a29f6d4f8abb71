"""Every page, found by glob: both languages, and what people type into the prompt. What it looks like, to two readers
in two browsers, is seen in test_two_readers.py."""

import json
import re
from itertools import cycle
from numbers import Real

import numpy as np
import pytest
import streamlit as st

from tests.support import sums
from tests.support.app_test import html_of, run_page, switch_page, unfolded
from tests.support.browser import settled
from tests.support.pages import FILES, LANGUAGES, MARKUP, PAGES, PROMPTED, SMALL
from tests.support.payload import charts, values
from ui.kit import tables
from ui.kit.numbers import percent

pytestmark = pytest.mark.slow

ALONE = {  # each on one page: all pages share the code that reads a prompt (and see test_hostile_pages.py)
    "emoji and combined": "The 👩‍🚀 saw e\u0301\u0302\u0323",
    "right to left": "השועל קפץ over مرحبا",
    "markup": MARKUP,
    "formula, braces": "$x$ $$\\frac{1}{2}$$ {x} {0} {{}} %s",
    "markdown": "# **bold** _it_ `code` :smile: :red[red]",
}
NUMBERED = ("tokens", "step_by_step", "tracks")  # their figures say the positions, or the browser names the tokens
NUMBER = re.compile(r"\d+,\d+")  # in Italian
REFUSED = {"empty": "", "spaces": "   ", "tab": "a\tb", "control": "a\x07b", "escape": "\x1b[31mred"}


def test_there_are_pages():
    assert "machine" in PAGES


@pytest.mark.parametrize("slug", PAGES)
def test_a_page_runs_with_everything_unfolded(slug, monkeypatch):
    """In Italian, on the small model; in English and on the first one every lesson's own tests run it. And its
    worksheet can be answered on paper: no question speaks of what only the page shows, and every option that is not
    right has a remark of its own. And its tables are those of its figures."""
    files, button = {}, st.download_button
    columns, twin = {}, tables.twin

    def download_button(label, data, *arguments, key, **options):
        files[key] = data
        return button(label, data, *arguments, key=key, **options)

    def keep(given, key, name=""):
        columns[key] = given
        twin(given, key, name)

    monkeypatch.setattr(st, "download_button", download_button)
    monkeypatch.setattr(tables, "twin", keep)
    test = unfolded(run_page(slug, "it", **SMALL[slug]))
    assert not test.exception
    assert "<h1" in html_of(test)
    assert 'role="alert"' not in html_of(test)
    assert_no_answer_is_read_aloud(test)
    for box in html_of(test).split('<div class="arith">')[1:]:
        for line in sums.lines_of(box.partition("</div>")[0]):
            sums.check(line, "it")
    asked, answered = files["take-worksheet"]().decode().split("<section>")
    assert not re.search(r"qui (sopra|sotto|accanto)", asked.partition("<ol>")[2])
    options = sum(len(question.options) for question in test.session_state.questions.values() if not question.waiting)
    assert answered.count('class="right"') + answered.count('class="wrong"') == options
    for table in columns.values():
        assert len({len(column) for column in table.values()}) == 1
        assert not [head for head in table if re.fullmatch(r"|[a-z]+([._-][a-z0-9]+)+", head)], "heads are words"
    for key, chart in charts(test).items():
        assert holds(columns[key], chart), key


def assert_no_answer_is_read_aloud(test) -> None:
    """No sentence that reads a figure aloud says, below a question, a number that explains its answer and does not
    stand above it."""
    above, *cards = html_of(test).split('<div class="predict">')
    for card, question in zip(cards, test.session_state.questions.values(), strict=True):
        if not question.waiting:
            said = " ".join(box.partition("</div>")[0] for box in card.split('<div class="read">')[1:])
            explained = NUMBER.findall(question.explain(question.accepted()[0]))
            assert not set(explained) & set(NUMBER.findall(said)) - set(NUMBER.findall(above)), question.plain
        above += card


def holds(table: tables.Columns, chart: dict) -> bool:
    """Whether the chart's numbers are in its table: those that it draws, as they are, in percent or as parts of their
    column; or, where a length is none of them, those that it writes."""
    columns = [np.array(column, float) for column in table.values() if all(isinstance(x, Real) for x in column)]
    numbers, parts = np.concatenate(columns), np.concatenate([column / (column.sum() or 1) for column in columns])
    known = np.unique(np.outer([1, 100, 0.01], np.nan_to_num([numbers, parts])))
    drawn = [lengths(trace) for trace in chart["data"] if trace.get("mode") != "text"]
    found = [np.mean([np.isclose(known, x, 1e-4, 1e-9).any() for x in trace]) for trace in drawn if len(trace)]
    if np.mean(np.array(found) > 0.8) >= 0.5:
        return True
    text = json.dumps(chart["data"], ensure_ascii=False)
    written = [[percent(x, "it") in text for x in each if 0 < x < 1] for each in (numbers, parts)]
    return any(len(there) > 1 and np.mean(there) > 0.8 for there in written)


def lengths(trace: dict) -> np.ndarray:
    """What a trace says by length, height, place or colour."""
    lying = trace.get("orientation") == "h" or trace.get("mode") == "markers"
    found = values(trace["z" if "z" in trace else "x" if lying else "y"]).ravel().astype(float)
    return found[np.isfinite(found)]


def test_one_reader_goes_through_all_lessons_and_back():
    """What one lesson keeps for the session is in no other's way."""
    test = run_page("machine", model="experts")
    for slug in (*FILES, *reversed(FILES)):
        switch_page(test, slug).run()
        assert not test.exception, slug
        assert 'role="alert"' not in html_of(test), slug


@pytest.mark.parametrize("slug, prompt", [*zip(PROMPTED, ALONE.values(), strict=False)])
def test_a_prompt_is_shown_as_typed(slug, prompt):
    test = run_page(slug, prompt=prompt)
    assert not test.exception
    assert test.text_area(key="prompt").value == prompt
    assert "<script>" not in html_of(test) and "<img src" not in html_of(test)


REFUSALS = [("machine", prompt, lang) for prompt in REFUSED.values() for lang in LANGUAGES]
REFUSALS += [(slug, "", lang) for slug, lang in zip(PROMPTED, cycle(LANGUAGES), strict=False) if slug != "machine"]


@pytest.mark.parametrize("slug, prompt, lang", REFUSALS)
def test_a_prompt_is_refused_in_one_sentence(slug, prompt, lang):
    """Every kind on one page, in both languages; on every other page one kind: they share the code that refuses."""
    test = run_page(slug, lang, prompt=prompt)
    assert not test.exception
    assert html_of(test).count('role="alert"') == 1
    assert "prompt" in html_of(test).split('role="alert"')[1]
    run, clean = {"en": ("Run", "Remove them"), "it": ("Esegui", "Rimuovili")}[lang]
    assert run in html_of(test) or test.button(key="clean").label == clean


@pytest.mark.parametrize("slug", PROMPTED)
def test_one_token_is_enough_and_a_long_prompt_is_cut_and_says_so(slug):
    test = run_page(slug, model="experts", prompt="a")
    assert not test.exception
    assert test.text_area(key="prompt").value == "a" and 'role="alert"' not in html_of(test)
    test.text_area(key="prompt").set_value("word " * 20_000).run()
    assert not test.exception
    assert "100,000 characters" in html_of(test)
    assert len(test.query_params["prompt"]) <= 600


@pytest.mark.parametrize("slug", [slug for slug in PROMPTED if slug not in NUMBERED])
def test_a_token_that_comes_twice_is_told_apart(slug):
    test = run_page(slug, model="experts", prompt="the cat and the cat and the cat")
    assert not test.exception
    sent = [json.loads(element.proto.json)[0] for element in test.get("bidi_component")]
    texts = [data["tokens"] for data in sent if isinstance(data.get("tokens"), list)]
    assert all(len(set(tokens)) == len(tokens) for tokens in texts), texts


def test_a_book_in_the_prompt_does_not_hang_the_page(open_page):
    page = open_page()
    page.fill(".st-key-prompt textarea", "word " * 20_000)
    page.keyboard.press("Enter")
    page.wait_for_selector(".notice >> text=100,000")
    settled(page)
    assert len(page.url) < 1000
    assert len(page.input_value(".st-key-prompt textarea")) <= 600
