"""Its dials in a bare page: their sums are the trace's scores, and the keyboard reaches all of them."""

import numpy as np
import pytest
from playwright.sync_api import expect

from model.analysis.positions import pair_products, rotary_speeds
from tests.support.bare_page import give
from tests.support.models import traced
from ui.kit.numbers import number

PROMPT = "The dog chased the squirrel because it"


@pytest.fixture(scope="module")
def trace(smollm2):
    return traced(smollm2, PROMPT)


def score(page) -> str:
    return page.locator(".dials .read b").inner_text()


def test_the_dials_show_the_trace(bare_page, smollm2, trace):
    page = bare_page("positions", layer="6", head="2", token="5", key="2")
    dials = page.locator(".dials")
    own = float(trace.layers[5].scores[1, 4, 1])
    assert score(page) == number(own, "en")
    expect(dials.locator(".check")).to_contain_text(f"own score is {number(own, 'en')}")
    product = pair_products(trace, 5)[1, 4, 1] * np.exp(3j * rotary_speeds(smollm2.model))
    for i, name in enumerate(dials.locator(".dial").evaluate_all("all => all.map(d => d.ariaLabel)")):
        assert name.endswith(f"pair {i + 1}, which adds {number(product[i].real, 'en')}")
    dials.locator(".dial").nth(20).click()
    expect(dials.locator(".close h3")).to_have_text("Pair 21: numbers 21 and 53")
    q = trace.layers[5].q[1, 4]
    expect(dials.locator(".arith")).to_contain_text(f"({number(q[20], 'en')}, {number(q[52], 'en')})")
    expect(dials.locator(".arith b")).to_have_text(number(product[20].real, "en"))


def test_the_keyboard_reaches_the_dials_and_a_layer_is_asked_of_the_server(bare_page, trace):
    page = bare_page("positions", layer="14", head="9", token="7", key="2")
    dials = page.locator(".dials")
    keys = dials.locator("button.chip.key")
    dials.locator("button.chip.query[aria-checked=true]").focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(keys.nth(4)).to_be_disabled()
    dials.locator(".layer input").focus()
    page.keyboard.press("ArrowRight")
    expect(dials).to_have_class("dials waiting")
    page.wait_for_function("reported.some(([, , place]) => place.layer === 14)")
    give(page, "positions", layer="15", head="9", token="4", key="2")
    expect(dials).not_to_have_class("dials waiting")
    own = float(trace.layers[14].scores[8, 3, 1])
    expect(dials.locator(".read b")).to_have_text(number(own, "en"))
    expect(dials.locator(".check")).to_contain_text("own score is")
    dials.locator(".dial[aria-checked=true]").focus()
    page.keyboard.press("Home")
    expect(dials.locator(".close h3")).to_contain_text("Pair 1")
    expect(dials.locator(".dial").first).to_be_focused()
