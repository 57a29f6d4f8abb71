"""Its tracks in a bare page: by keys, step by step, and on a telephone."""

from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.support.pages import LANGUAGES
from ui.kit import language

LONG = "When the old gardener who lived beside the river saw that the rain had not come for three weeks, she asked them"


def marks(page, selector: str) -> int:
    """How many cells a path of the drawing holds."""
    return (page.locator(f".tracks {selector}").first.get_attribute("d") or "").count("M")


def test_keys_and_play_then_steps_without_the_server(bare_page):
    page = bare_page("tracks", turn="3")
    keys_and_play(page)
    page.locator(".tracks .lane [aria-checked=true]").press("Home")
    stepping_is_drawn_and_asks_nothing_of_the_server(page)


def keys_and_play(page):
    view = page.locator(".tracks")
    expect(view.locator(".bar .note")).to_contain_text("Step 3 of 5")
    view.locator(".lane button").nth(2).focus()
    page.keyboard.press("ArrowRight")
    expect(view.locator(".lane button").nth(3)).to_be_focused()
    expect(view.locator(".lane button").nth(3)).to_have_attribute("aria-checked", "true")
    page.keyboard.press("End")
    expect(view.locator(".step")).to_be_disabled()
    page.keyboard.press("Home")
    expect(view.locator(".back")).to_be_disabled()
    view.locator(".play").click()
    expect(view.locator(".play")).to_have_text("Pause")
    expect(view.locator(".bar .note")).to_contain_text("Step 3 of 5")
    view.locator(".play").click()
    expect(view.locator(".play")).to_have_text("Play")


def stepping_is_drawn_and_asks_nothing_of_the_server(page):
    view = page.locator(".tracks")
    expect(view.locator(".read")).to_contain_text("All 7 tokens")
    assert marks(page, ".cache .rising .key-cell, .cache g .key-cell") == 30 * 3 * 7
    assert marks(page, ".also") == 30 * 6 and marks(page, ".leads") == 30
    view.locator(".step").click()
    expect(view.locator(".read")).to_contain_text("Without the cache all 8 tracks")
    assert marks(page, ".stack .kept-key") == 30 * 7 and marks(page, ".leads") == 30
    assert marks(page, ".cache .old.key-cell") == 30 * 3 * 7
    assert marks(page, ".cache g .value-cell") == 30 * 3
    expect(view.locator(".sums")).to_contain_text("368,640")
    expect(view.locator(".sums .note")).to_contain_text("368,640 bytes")
    expect(view.locator(".clock")).to_contain_text("7 + 1 = 8 tracks")
    expect(view.locator(".clock")).to_contain_text("7 + 8 = 15 tracks")
    assert "turn=2" in page.url
    view.locator(".back").click()
    assert "turn=" not in page.url
    assert page.evaluate("reported") == []


def test_one_token_on_a_telephone(bare_page):
    page = bare_page("tracks", width=360, prompt="a", turn="99")  # a step that there is not
    expect(page.locator(".tracks .read")).to_contain_text("a single token")
    expect(page.locator(".tracks .clock")).to_contain_text("1 track computed")
    page.locator(".tracks .step").click()
    expect(page.locator(".tracks .read")).to_contain_text("both tracks")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_long_prompt_on_a_telephone(bare_page, lang):
    page = bare_page("tracks", lang, width=360, prompt=LONG)
    page.locator(".tracks .lane [aria-checked=true]").press("End")
    expect(page.locator(".tracks .step")).to_be_disabled()  # the last of its steps
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")
    note = language.Words(lang, "tracks").text("not-drawn", n=12).removeprefix("12")
    expect(page.locator(".tracks .stack .note")).to_contain_text(note)
    places = page.locator(".tracks .name").evaluate_all("(names) => names.map((n) => n.getBoundingClientRect().left)")
    assert all(b - a >= 14 for a, b in pairwise(places))
    text = page.locator(".tracks").inner_text()
    assert not {"{", "}"} & set(text) and "undefined" not in text and "NaN" not in text
