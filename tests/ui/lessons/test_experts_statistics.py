"""What is said of the held-out text follows its counts."""

import json
from dataclasses import replace

import numpy as np
import pytest

import content
from model import zoo
from model.analysis import information
from tests.support.app_test import html_of, shown_page
from tests.support.payload import component_payload
from ui.frame.page import Page
from ui.kit.language import Words
from ui.kit.numbers import number, percent
from ui.lessons.experts import statistics

WORDS = {lang: content.load(lang, "experts") for lang in content.LANGUAGES}
STATISTICS = json.loads((zoo.find("experts").parent / "statistics.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def found(moe):
    return statistics.read(Page(Words("en", "experts"), "experts", moe, "", [], ""))


@pytest.fixture(scope="module")
def shown():
    return shown_page("experts", hide="quiz", kinds="1")


def test_what_is_said_follows_the_counts(found):
    def with_bits(**bits):
        information = {kind: [value] * 6 for kind, value in bits.items()}
        return replace(found, information=information, shuffled=shuffled).verdict

    shuffled = {"token": [0.1] * 6, "class": [0.001] * 6, "genre": [0.001] * 6}
    assert with_bits(**{"token": 2.0, "class": 0.7, "genre": 0.02}) == ("told-token", "genre-little")
    assert with_bits(**{"token": 0.9, "class": 1.2, "genre": 0.002}) == ("told-class", "genre-none")
    assert with_bits(**{"token": 0.3, "class": 0.2, "genre": 0.8}) == ("told-genre", "genre-much")
    most, genre = found.verdict
    assert most in WORDS["en"] and genre in WORDS["en"]


def test_the_sentences_have_the_numbers_of_the_file(shown):
    text = html_of(shown)
    for kind in statistics.KINDS:
        assert number(float(np.mean([layer["information"][kind] for layer in STATISTICS["layers"]])), "en") in text
    for share in (
        STATISTICS["guessed"]["nothing"],
        STATISTICS["guessed"]["token"],
        STATISTICS["guessed"]["layers"][-1],
    ):
        assert percent(share, "en") in text
    assert number(STATISTICS["tokens"], "en") in text


def test_the_lift_table_is_the_counts(shown):
    data, arrays = component_payload(shown, "experts", view="kinds")
    for layer, lifts, typical in zip(STATISTICS["layers"], arrays["lift"], data["typical"], strict=True):
        np.testing.assert_allclose(lifts, information.lift(np.array(layer["classes"])), rtol=1e-5)
        load = np.array(layer["load"]) / sum(layer["load"])
        for share, tokens in zip(load, typical, strict=True):
            assert all(one["taken"] / one["of"] > share for one in tokens)
    assert data["classes"] == STATISTICS["classes"]
    assert all(f"class-{name}" in WORDS["it"] for name in data["classes"])
