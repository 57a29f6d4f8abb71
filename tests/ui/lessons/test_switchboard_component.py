"""Its maps in a bare page: the same head of two models, and what each row attends to most."""

from playwright.sync_api import expect

import content
from tests.support.bare_page import reports

WORDS = {lang: content.load(lang, "switchboard") for lang in content.LANGUAGES}


def test_layer_head_and_row_are_chosen_for_both_maps_at_once(bare_page):
    page = bare_page("switchboard", switch="mqa", **{"map-layer": "2", "map-head": "1"})
    box = page.locator(".switch-maps")
    maps = box.locator(".map")
    expect(maps).to_have_count(2)
    expect(box.get_by_role("radio", name="2").first).to_have_attribute("aria-checked", "true")
    first = maps.nth(0).locator(".row").first
    first.click()
    for side in (0, 1):
        expect(maps.nth(side).locator(".row").first).to_have_attribute("aria-checked", "true")
        expect(box.locator(".said").nth(side)).to_contain_text("100")  # the first token has only itself
    page.keyboard.press("ArrowDown")
    expect(maps.nth(0).locator(".row").nth(1)).to_be_focused()
    box.get_by_role("radio", name=WORDS["en"]["all-heads"]).click()
    assert "map-token=2" in page.url and "map-head" not in page.url and "map-layer=2" in page.url
    assert reports(page, "maps-mqa") == []


def test_on_a_telephone_the_maps_stand_one_below_the_other(bare_page):
    page = bare_page("switchboard", "it", "dark", width=360, height=740, switch="2017")
    one, two = (page.locator(".switch-maps .map").nth(side).bounding_box() for side in (0, 1))
    assert two["y"] > one["y"] + one["height"]
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")
