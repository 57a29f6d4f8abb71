"""The glossary: every term that a lesson marks is explained in both languages, with the lesson that shows it."""

import re

import pytest

import content
from content import glossary
from tests.support.app_test import html_of, run_page
from ui.kit import language


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_every_term_is_complete_in_every_language(lang):
    terms = glossary.terms(lang)
    assert set(content.load(lang, "glossary")) == set(terms)
    assert len(terms) >= 80 and len({term.name for term in terms.values()}) == len(terms)
    for term in terms.values():
        assert 1 <= len(re.findall(r"[.!?](?= |$)", term.text)) <= 3, term.name
        assert term.text.endswith(".") and len(term.text) <= 330 and '"' not in term.text, term.name


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_terms_are_in_the_order_of_the_alphabet(lang):
    names = [term.name.casefold() for term in glossary.terms(lang).values()]
    assert names == sorted(names)


def test_a_key_of_config_json_and_a_symbol_name_one_thing():
    terms = glossary.terms("en").values()
    for names in ([term.config for term in terms], [term.symbol for term in terms]):
        given = [name for name in names if name]
        assert len(set(given)) == len(given)


def test_terms_that_are_marked_exist_and_are_marked_once_in_a_section():
    for lang in content.LANGUAGES:
        for file in (content.FOLDER / lang).glob("*.md"):
            for name, text in content.load(lang, file.stem).items():
                marked = [key for _, key in glossary.TERM.findall(text)]
                assert set(marked) <= set(glossary.terms(lang)), (file.stem, name)
                assert len(set(marked)) == len(marked), (file.stem, name)


def test_a_term_is_a_link_with_its_explanation(tmp_path, monkeypatch):
    content.load.cache_clear()
    load = content.load
    monkeypatch.setattr(content, "load", lambda lang, slug: load(lang, slug) | {"a": "a [number](term:logit) {n}"})
    words = language.Words("it", "ui")
    text = glossary.terms("it")["logit"].text
    assert (
        words.inline("a", n=1) == f'a <a href="glossary#term-logit" class="term" aria-description="{text}">number</a> 1'
    )
    with pytest.raises(ValueError, match="plain text"):
        words.text("a", n=1)


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_the_page_of_the_glossary_has_all_terms(lang):
    test = run_page("glossary", lang)
    assert not test.exception
    assert re.findall(r'<div id="term-([\w-]+)"', html_of(test)) == list(glossary.terms(lang))


@pytest.mark.parametrize("term", glossary.terms("en").values(), ids=lambda term: term.key)
def test_the_lesson_of_a_term_is_one_that_marks_it(term):
    assert term.lesson in glossary.marking()[term.key]


def test_both_languages_mark_the_same_terms():
    for slug in content.numbers():
        for name in content.load("en", slug):
            marked = {
                lang: {key for _, key in glossary.TERM.findall(content.load(lang, slug)[name])}
                for lang in content.LANGUAGES
            }
            assert len(set(map(frozenset, marked.values()))) == 1, (slug, name, marked)
