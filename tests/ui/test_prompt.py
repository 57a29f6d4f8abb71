"""The prompt bar, and what a page says when its model cannot be read."""

import pytest

from model import zoo
from tests.conftest import PAGES, html_of, run_page, settled
from ui import prompt, session

LANGUAGES = {"en": "It should hold SmolLM2", "it": "Dovrebbe contenere SmolLM2"}


def test_the_prompt_goes_into_the_link_and_the_default_out_of_it():
    test = run_page("machine")
    test.text_input(key="prompt").set_value("A cat").run()
    assert test.query_params["prompt"] in ("A cat", ["A cat"])
    test.text_input(key="prompt").set_value(prompt.DEFAULT).run()
    assert "prompt" not in test.query_params


def test_a_link_with_a_long_prompt_is_cut():
    test = run_page("machine", prompt="word " * 1000)
    assert len(test.text_input(key="prompt").value) == prompt.CHARACTERS


def test_an_unknown_model_in_the_link_is_ignored():
    test = run_page("machine", model="no such model")
    assert not test.exception
    assert test.selectbox(key="model").value == "smollm2"


def test_a_cut_says_what_was_cut():
    notice = html_of(run_page("machine", prompt=" ".join(map(str, range(60)))))
    assert "Only the first" in notice and "more were cut: “" in notice


@pytest.mark.parametrize("limit", range(1, 12))
def test_a_cut_never_ends_inside_a_character(limit):
    tokenizer = session.bundle("smollm2").tokenizer
    ids = tokenizer.encode("a👩‍🚀b")
    kept, text = prompt._first(tokenizer, ids, limit)
    assert len(kept) <= limit and kept == ids[: len(kept)]
    assert "\ufffd" not in text or len(kept) == limit < 5  # a first character that does not fit at all


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """broken(content): SmolLM2's file holds this instead; None removes it."""

    def break_it(content: bytes | None):
        file = tmp_path / zoo.ENTRIES["smollm2"].file
        if content is not None:
            file.write_bytes(content)

        def find(name):
            if not file.exists():
                raise zoo.ModelUnavailable(file.name, "the file of its package", "install")
            return file

        monkeypatch.setattr(zoo, "find", find)
        session.bundle.clear()

    yield break_it
    session.bundle.clear()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("fault", ["missing", "truncated", "foreign"])
def test_a_broken_model_is_explained(broken, fault, lang):
    whole = zoo.find("smollm2").read_bytes()
    broken({"missing": None, "truncated": whole[:2_000_000], "foreign": b"no model at all" * 100}[fault])
    test = run_page("machine", lang)
    assert not test.exception
    shown = html_of(test)
    assert 'class="broken"' in shown and zoo.ENTRIES["smollm2"].file in shown and LANGUAGES[lang] in shown


@pytest.mark.skipif("next_token" not in PAGES, reason="needs a lesson with a choice of models")
def test_model_and_prompt_follow_to_another_page_without_a_reload(open_page):
    page = open_page("next_token", prompt="A cat sat", model="moe-random")
    page.evaluate("window.same = true")
    page.click(".masthead .wordmark")
    page.wait_for_selector(".path")
    settled(page)
    assert "prompt=A+cat+sat" in page.url and "model=moe-random" in page.url
    assert page.input_value(".st-key-prompt input") == "A cat sat"
    page.click('.path a[href="next_token"]')
    page.wait_for_selector(".eyebrow >> text=Lesson 2")
    settled(page)
    assert page.input_value(".st-key-prompt input") == "A cat sat"
    assert "untrained" in page.input_value(".st-key-model input")
    assert page.evaluate("window.same")
