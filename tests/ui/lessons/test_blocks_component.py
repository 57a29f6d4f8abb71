"""Its drawings in a bare page: two blocks side by side, and the panel about a part."""

import pytest
from playwright.sync_api import expect

import content
from tests.support.bare_page import reports

WORDS = {lang: content.load(lang, "blocks") for lang in content.LANGUAGES}


def test_a_walk_over_the_drawings_without_the_server(bare_page):
    page = bare_page("blocks", view="detailed", part="q")
    the_same_parts_stand_level_and_the_norm_where_it_is(page)
    page.locator(".drawings").get_by_role("radio", name="Simplified").click()
    parts_are_chosen_by_pointer_and_keyboard(page)
    assert reports(page, "blocks") == []


def the_same_parts_stand_level_and_the_norm_where_it_is(page):
    place = lambda side, key: page.locator(f".side.{side} [data-key={key}]").first.bounding_box()  # noqa: E731
    for key in ("attention", "mlp", "embedding", "head"):
        assert place("old", key)["y"] == pytest.approx(place("new", key)["y"], abs=1)
    assert place("old", "attn_norm")["y"] < place("old", "attention")["y"] < place("new", "attn_norm")["y"]
    assert place("old", "attn_norm")["x"] < place("old", "attention")["x"]
    expect(page.locator(".panel h3")).to_have_text(WORDS["en"]["part-q"])


def parts_are_chosen_by_pointer_and_keyboard(page):
    box = page.locator(".drawings")
    old, new = box.locator(".side.old"), box.locator(".side.new")
    old.locator("[data-key=mlp]").click()
    expect(box.locator(".panel h3")).to_have_text(WORDS["en"]["part-mlp"])
    expect(new.locator("[data-key=mlp]")).to_have_attribute("aria-checked", "true")
    expect(box.locator(".panel .shapes").nth(1)).to_contain_text("gate 576 → 1,536")
    page.keyboard.press("ArrowRight")
    expect(new.locator("[data-key=mlp]")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(box.locator(".panel h3")).to_have_text(WORDS["en"]["part-mlp_norm"])
    page.keyboard.press("Home")
    expect(box.locator(".panel h3")).to_have_text(WORDS["en"]["part-embedding"])
    new.locator("[data-key=position]").click()  # the rotation, and the table at the bottom of the other
    expect(old.locator("[data-key=position]").first).to_have_attribute("aria-checked", "true")
    box.get_by_role("radio", name="Detailed").click()
    expect(old.locator("[data-key=cross]").first).to_be_visible()
    expect(new.locator("[data-key=gate]")).to_be_visible()
    expect(old.locator("[data-key=gate]")).to_have_count(0)
    new.locator("[data-key=gate]").click()
    expect(box.locator(".panel .absent")).to_have_text(WORDS["en"]["not-gate"])
    assert "part=gate" in page.url and "view=detailed" in page.url
    box.get_by_role("radio", name="Simplified").click()  # what is inside is no longer seen
    expect(box.locator(".panel h3")).to_have_text(WORDS["en"]["part-mlp"])


def test_on_a_telephone_one_drawing_and_its_panel_in_sight(bare_page):
    page = bare_page("blocks", "it", "dark", width=360, height=740, part="attention")
    box = page.locator(".drawings")
    expect(box.locator(".side.old")).to_be_visible()
    expect(box.locator(".side.new")).to_be_hidden()
    box.get_by_role("radio", name="SmolLM2").click()
    expect(box.locator(".side.new [data-key=attention]")).to_be_visible()
    box.locator(".side.new [data-key=mlp]").click()
    panel = box.locator(".panel").bounding_box()
    assert panel["y"] + 60 < 740  # what was asked for can be seen
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")
    box.get_by_role("radio", name=WORDS["it"]["view-detailed"]).click()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")
