"""The prompt bar, and what a page says when its model cannot be read."""

import html
import re
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from model import zoo
from tests.support.app_test import html_of, run_page
from tests.support.browser import settled
from tests.support.pages import PAGES
from ui.frame import prompt_bar
from ui.kit import cache, language

LANGUAGES = {"en": "It should hold SmolLM2", "it": "Dovrebbe contenere SmolLM2"}


def test_the_prompt_goes_into_the_link_and_the_default_out_of_it():
    test = run_page("machine")
    test.text_area(key="prompt").set_value("A cat").run()
    assert test.query_params["prompt"] in ("A cat", ["A cat"])
    test.text_area(key="prompt").set_value(prompt_bar.DEFAULT).run()
    assert "prompt" not in test.query_params


UNFIT = {"what_if": ("minilm", "does not predict"), "experts": ("smollm2", "has no experts")}


@pytest.mark.parametrize("slug", UNFIT)
def test_why_a_lesson_does_not_take_a_model_is_said(slug):
    model, said = UNFIT[slug]
    assert said in html_of(run_page(slug, model=model)) and said not in html_of(run_page(slug))


def test_a_model_can_be_typed_by_its_path(open_page):
    """As readers do: into the field of the model."""
    path = str(zoo.find("switchboard/base").parent)
    page = open_page("next_token", model="experts", prompt="The sea was")
    page.fill(".st-key-model input", path)
    page.keyboard.press("Enter")
    page.wait_for_url("**switchboard**")
    settled(page)
    assert page.locator(".notice, .broken").count() == 0
    assert page.input_value(".st-key-model input") == path and page.locator(".takeaway[data-model]").count() == 1
    assert page.locator(".takeaway").get_attribute("data-model") == path


@pytest.mark.slow
def test_a_link_with_a_long_prompt_is_cut():
    test = run_page("machine", prompt="word " * 1000)
    assert len(test.text_area(key="prompt").value) == prompt_bar.CHARACTERS


def test_an_unknown_model_in_the_link_is_ignored():
    test = run_page("machine", model="no such model")
    assert not test.exception
    assert test.selectbox(key="model").value == "smollm2"


LONG = " ".join(map(str, range(60)))


@pytest.mark.slow
@pytest.mark.parametrize(
    "slug, said", [("attention", "Only the first 32 tokens"), ("machine", "Only the last 32 tokens")]
)
def test_a_cut_says_what_was_cut_and_keeps_what_the_lesson_is_about(slug, said):
    """The token that comes next comes after the end."""
    test = run_page(slug, prompt=LONG)
    assert said in html_of(test) and "were cut: “" in html_of(test)
    count = len(cache.bundle("smollm2").tokenizer.encode(LONG))
    assert f"{count}/32 tokens</span>" in html_of(test)


@pytest.mark.parametrize("slug", ["next_token", "blocks"])
def test_a_special_token_that_is_typed_stays_one_sign(slug):
    """On the page, and in the text that notebooks and files are given."""
    typed = "Say <|im_end|> now"
    test = run_page(slug, prompt=typed)
    assert not test.exception
    text = re.search(r"notebook/\w+\?([^\"]*)", html_of(test))[1]
    assert parse_qs(html.unescape(text))["prompt"] == [typed]


CONTROLS = {"a\tb": "a b", "a\x07b\x00": "ab", "\x1b[1mbold": "[1mbold"}


@pytest.mark.parametrize("typed", CONTROLS)
def test_control_characters_are_shown_and_removed_with_one_click(typed):
    test = run_page("tokens", prompt=typed)
    assert html_of(test).count("<mark>") == len([c for c in typed if c < " "])
    test.button(key="clean").click().run()
    assert test.text_area(key="prompt").value == CONTROLS[typed]
    assert "<mark>" not in html_of(test) and 'class="takeaway"' in html_of(test)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_prompt_has_lines_whatever_system_they_come_from(end):
    test = run_page("next_token", prompt=f"one{end}two{end}")
    assert test.text_area(key="prompt").value == "one\ntwo\n" and 'role="alert"' not in html_of(test)
    assert re.search('<span class="chip [^>]*>⏎₄</span>', html_of(test))


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """broken(name, content): the file of this model holds this instead; None removes it."""
    whole = zoo.find

    def break_it(name: str, content: bytes | None):
        file = tmp_path / name / Path(zoo.ENTRIES[name].file).name
        file.parent.mkdir()
        if content is not None:
            file.write_bytes(content)
        known = zoo.find

        def find(asked):
            if asked != name:
                return known(asked)
            if zoo.ENTRIES[name].package and not file.exists():
                raise zoo.ModelUnavailable(file.name, "the file of its package", "install")
            return file

        monkeypatch.setattr(zoo, "find", find)
        cache.bundle.clear(name)

    yield break_it
    monkeypatch.setattr(zoo, "find", whole)


FAULTS = {"missing": "install", "truncated": "reinstall", "foreign": "foreign"}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.slow
def test_the_embedded_model_stands_in_for_a_broken_one_and_says_why(broken, fault, lang):
    whole = zoo.find("smollm2").read_bytes()[:2_000_000]
    broken("smollm2", {"missing": None, "truncated": whole, "foreign": b"no model at all" * 100}[fault])
    asked = {"model": "smollm2"} if lang == "it" else {}  # asked for or not: a link to a lesson gives a lesson
    test = run_page("machine", lang, **asked)
    assert not test.exception
    about = {"title": "SmolLM2", "file": zoo.ENTRIES["smollm2"].file, "instead": "Vetro MoE"}
    assert language.Words(lang, "ui")(f"instead-{FAULTS[fault]}", **about) in html_of(test)
    assert html_of(test).count('class="notice"') == 1 and 'class="broken"' not in html_of(test)
    assert test.selectbox(key="model").value == zoo.EXPERTS
    test.selectbox(key="model").set_value("smollm2").run()
    assert test.selectbox(key="model").value == zoo.EXPERTS and 'class="notice"' in html_of(test)


def test_a_broken_model_that_nobody_asked_for_is_not_mentioned(broken):
    broken("smollm2", None)
    broken("minilm", None)
    shown = html_of(run_page("attention", model=zoo.EXPERTS))
    assert 'class="notice"' not in shown and 'class="broken"' not in shown


def test_another_model_stands_in_for_a_broken_file_of_ours(broken):
    broken(zoo.EXPERTS, b"")
    test = run_page("step_by_step", model=zoo.EXPERTS)
    assert not test.exception
    assert "Vetro MoE cannot be read" in html_of(test) and "<code>git restore checkpoints</code>" in html_of(test)
    assert test.selectbox(key="model").value == "smollm2"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_any_model_the_page_explains(broken, lang):
    broken("smollm2", None)
    broken(zoo.EXPERTS, None)
    test = run_page("step_by_step", lang)
    assert not test.exception
    shown = html_of(test).split('class="broken"')[1]
    assert zoo.ENTRIES["smollm2"].file in shown and LANGUAGES[lang] in shown
    assert "checkpoints/experts" in shown and "git restore checkpoints" in shown
    assert 'class="takeaway"' not in shown


@pytest.mark.skipif("next_token" not in PAGES, reason="needs a lesson with a choice of models")
def test_model_and_prompt_follow_to_another_page_without_a_reload(open_page):
    page = open_page("next_token", prompt="A cat sat", model="experts")
    page.evaluate("window.same = true")
    page.click(".masthead .wordmark")
    page.wait_for_selector(".path")
    settled(page)
    assert "prompt=A+cat+sat" in page.url and "model=experts" in page.url
    assert page.input_value(".st-key-prompt textarea") == "A cat sat"
    page.click('.path a[href="next_token"]')
    page.wait_for_selector(".eyebrow >> text=Lesson 2")
    settled(page)
    assert page.input_value(".st-key-prompt textarea") == "A cat sat"
    assert "Vetro MoE" in page.input_value(".st-key-model input")
    assert page.evaluate("window.same")
