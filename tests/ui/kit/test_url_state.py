"""Links: what is damaged, unknown or from the future is left out and said."""

import re
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.runtime.state.query_params import QueryParams

import content
from tests.support.app_test import html_of, run_page
from ui.kit import url_state

PAGE = SimpleNamespace(
    ids=range(7), bundle=SimpleNamespace(model=SimpleNamespace(config=SimpleNamespace(layers=30, heads=9)))
)


def asked(patch, query: str) -> None:
    said = QueryParams()
    said.populate_from_query_string(query)
    patch.setattr(st, "query_params", said)


KNOWN = {
    "layer": url_state.LAYER,
    "token": url_state.TOKEN,
    "size": url_state.one_of(2, 4),
    "order": url_state.matching(r"swap-\d"),
}
KNOWN |= {"warm": url_state.between(0, 2), "words": url_state.text(5)}


@pytest.mark.parametrize(
    "query",
    [
        "layer=1&token=7&size=4&order=swap-1&warm=0.5&words=abcde",
        "layer=30&lang=it&theme=dark&model=smollm2&prompt=%3Cb%3E&present=1&hide=prompt,quiz&v=1&v=2",
        "",
    ],
)
def test_what_fits_is_not_mentioned(query, monkeypatch):
    asked(monkeypatch, query)
    assert url_state.invalid_params(KNOWN, PAGE) == []


@pytest.mark.parametrize(
    "pair",
    [
        *("layer=0", "layer=31", "layer=-1", "layer=1.0", "layer=x", "layer=", "layer=٣", f"layer={'9' * 5000}"),
        *("token=8", "size=3", "order=swap-10", "warm=2.1", "warm=nan", "warm=1e0", "words=abcdef", "Layer=1", "q=1"),
        *("lang=fr", "theme=blue", f"model={'x' * 500}", "present=yes", "hide=all", "v=new"),
    ],
)
def test_what_does_not_fit_is_named(pair, monkeypatch):
    asked(monkeypatch, f"layer=3&{pair}&token=2")
    assert url_state.invalid_params(KNOWN, PAGE) == [tuple(pair.split("="))]


def test_of_several_names_those_that_are_unknown_are_named_alone(monkeypatch):
    """The others are used."""
    asked(monkeypatch, "hide=foo,quiz,bar")
    assert url_state.invalid_params(KNOWN, PAGE) == [("hide", "foo"), ("hide", "bar")]


@pytest.mark.parametrize("text, found", [("3", 2), *((x, None) for x in ("0", "", "-1", "²", "9" * 10))])
def test_numbers_count_from_one_in_the_link(text, found, monkeypatch):
    asked(monkeypatch, f"layer={text}")
    assert url_state.count("layer") == found and url_state.count("other") is None


def notices(test) -> list[str]:
    start = {lang: content.load(lang, "ui")["link-unfit"].split("{")[0] for lang in content.LANGUAGES}
    found = re.findall(r'<div class="notice" role="status">(.*?)</div>', html_of(test), re.DOTALL)
    return [text for text in found if text.startswith(tuple(f"<p>{x}" for x in start.values())) or "Vetro." in text]


@pytest.mark.parametrize("lang, start", [("en", "Of this link"), ("it", "Di questo link")])
@pytest.mark.slow
def test_a_damaged_link_is_said_once_and_the_rest_is_used(lang, start):
    test = run_page("table", lang, **{"table-of": "Mixtral 8x7B", "layer": "<b>3</b>", "x" * 99: "1", "tokens": "9z"})
    (said,) = notices(test)
    assert start in said and "layer=&lt;b&gt;3&lt;/b&gt;" in said and "tokens=9z" in said and "x" * 41 not in said
    assert test.selectbox(key="table-of").value == "Mixtral 8x7B"
    assert len(notices(test.run())) == 1
    test.selectbox(key="beside").set_value("smollm2").run()
    assert notices(test) == []


@pytest.mark.parametrize("lang, start", [("en", "newer version"), ("it", "versione più recente")])
def test_a_link_of_a_newer_version_is_read_as_far_as_it_can_be(lang, start):
    test = run_page("table", lang, v="7", **{"table-of": "Mixtral 8x7B"}, **dict.fromkeys("abcdef", "1"))
    (said,) = notices(test)
    assert start in said and "2" in said and "e=1" not in said
    assert test.selectbox(key="table-of").value == "Mixtral 8x7B"


@pytest.mark.slow
def test_a_text_that_is_too_long_stays_out_of_the_link():
    test = run_page("packing")
    test.text_area(key="lines").set_value("a b c\n" * 20).run()
    assert test.query_params["lines"] and "too long for a link" not in html_of(test)
    test.text_area(key="lines").set_value("a b c\n" * 2_000).run()
    assert "lines" not in test.query_params and "too long for a link" in html_of(test)
