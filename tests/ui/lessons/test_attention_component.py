"""Its component in a bare page: it draws the trace it was given, by pointer and by keyboard."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

import content
from model import sampling
from tests.support.bare_page import reports
from tests.support.models import traced
from ui.kit.numbers import number, percent

PROMPT = "The dog chased the squirrel because it"
LONG = (
    "When the old gardener who lived beside the river saw that the rain had not come for three weeks, "
    "she asked her neighbours whether they could lend her some of their"
)


def title(page):
    return page.locator(".attention h2.eyebrow").first


def cell(page, q: int, k: int, size: int = 7):
    return page.locator(".attention .cell").nth(q * size + k)


def choose(page, layer: int, head: int, token: int):
    """By the pointer, all from 1, as a link would: the token with its own target and no word picked."""
    page.locator(f".attention .pick >> nth={token % 7}").click()
    page.locator(f".attention .pick >> nth={token - 1}").click()
    page.locator(".attention .layers i").nth(layer - 1).click()
    page.locator(".attention .thumb").nth(head - 1).click()
    expect(title(page)).to_have_text(f"Layer {layer}, head {head}")


def test_a_walk_among_the_heads_asks_nothing_of_the_server(bare_page, smollm2):
    page, trace = bare_page("attention", layer="6", head="2", token="5"), traced(smollm2, PROMPT)
    expect(title(page)).to_have_text("Layer 6, head 2")
    expect(page.locator(".attention .pick[aria-checked=true]")).to_contain_text("squirrel")
    requests = []
    page.on("request", lambda request: requests.append(request.url))

    map_and_words_show_the_pattern(page, trace)
    rows_run_down_and_columns_to_the_right(page)
    choose(page, 6, 2, token=7)
    the_search_is_the_measurement(page, trace)
    choose(page, 14, 9, token=7)
    the_two_steps_have_the_numbers_of_the_trace(page, trace)
    choose(page, 14, 9, token=3)
    the_lifted_mask_shares_out_every_score(page, trace)
    page.locator(".attention .lift").click()
    cell(page, 5, 2).click()

    page.wait_for_timeout(700)
    assert reports(page, "attention") == []
    assert [url for url in requests if "/app/static/" not in url] == []  # a font may still arrive
    assert "token=6" in page.url and "layer=14" in page.url and "head=9" in page.url


def map_and_words_show_the_pattern(page, trace):
    row = trace.layers[5].pattern[1]
    words = [token.strip("·") for token in trace.tokens]
    for q in range(7):
        for k in range(7):
            expect(cell(page, q, k)).to_be_visible(visible=k <= q)
            if k <= q:
                name = f"“{words[q]}” attends to “{words[k]}”: {percent(row[q, k], 'en')}"
                expect(cell(page, q, k)).to_have_attribute("aria-label", name)
                expect(cell(page, q, k)).to_have_attribute("data-percent", str(round(100 * float(row[q, k]))))
    for k, shown in enumerate(page.locator(".attention .pick .weight").all_inner_texts()):
        assert shown == ("–" if k > 4 else "<\u202f0.01%" if row[4, k] < 1e-4 else percent(row[4, k], "en"))
    expect(page.locator(".attention .read")).to_contain_text(percent(row[4].max(), "en"))


def rows_run_down_and_columns_to_the_right(page):
    """A transposed map would stand the other way round."""
    first, below, right = (cell(page, q, k).bounding_box() for q, k in ((0, 0), (6, 0), (6, 6)))
    assert below["x"] == first["x"] and below["y"] > first["y"]
    assert right["x"] > below["x"] and right["y"] == below["y"]
    assert abs(first["width"] - first["height"]) < 1


def the_search_is_the_measurement(page, trace):
    page.locator(".attention .find .targets button").nth(4).click()
    looks = trace.stack("pattern")[:, :, 6, 4]
    order = np.argsort(-looks.ravel(), kind="stable")[:6]
    for i, place in enumerate(order):
        layer, head = np.unravel_index(place, looks.shape)
        item = page.locator(".attention .find li button").nth(i)
        expect(item).to_contain_text(f"layer {layer + 1}, head {head + 1}")
        expect(item).to_contain_text(percent(looks[layer, head], "en"))
    page.locator(".attention .find li button").nth(1).click()
    layer, head = np.unravel_index(order[1], looks.shape)
    expect(title(page)).to_have_text(f"Layer {layer + 1}, head {head + 1}")


def the_two_steps_have_the_numbers_of_the_trace(page, trace):
    layer = trace.layers[13]
    rows = page.locator(".attention .word")
    for k in range(7):
        expect(rows.nth(k).locator(".score")).to_have_text(number(layer.scores[8, 6, k], "en"))
        expect(rows.nth(k).locator(".share")).to_have_text(percent(layer.pattern[8, 6, k], "en"))
    rows.nth(4).locator("button").click()
    product = number(float(layer.q_rot[8, 6] @ layer.k_rot[2, 4]), "en")
    expect(page.locator(".attention .arith")).to_contain_text(f"= {product}")
    expect(page.locator(".attention .arith")).to_contain_text("differs by at most")
    expect(page.locator(".attention .arith a")).to_have_attribute(
        "href", re.compile(r"projections\?layer=14&head=9&token=7&key=5$")
    )


def the_lifted_mask_shares_out_every_score(page, trace):
    page.locator(".attention .lift").click()
    row = sampling.softmax(trace.layers[13].scores[8])
    for q, k in ((0, 6), (2, 3), (2, 1), (6, 0)):
        expect(cell(page, q, k)).to_be_visible()
        assert percent(row[q, k], "en") in cell(page, q, k).get_attribute("aria-label")
    expect(page.locator(".attention .leak")).to_contain_text(percent(row[2, 3], "en"))
    expect(page.locator(".attention .arith")).to_contain_text(content.load("en", "attention")["lifted-sum"])


def test_an_encoder_has_no_mask_to_lift(bare_page):
    page = bare_page("attention", model="minilm")
    expect(page.locator(".attention .lift")).to_have_count(0)
    expect(page.locator(".attention .leak")).to_contain_text("encoder")
    for q, k in ((0, 8), (8, 0), (4, 4)):
        expect(cell(page, q, k, 9)).to_be_visible()


def test_the_keyboard_reaches_everything(bare_page):
    page = bare_page("attention", layer="14", head="9", token="7")
    explorer = page.locator(".attention")
    explorer.locator(".pick[aria-checked=true]").focus()
    page.keyboard.press("ArrowLeft")
    expect(explorer.locator(".pick").nth(5)).to_be_focused()
    expect(explorer.locator(".pick").nth(5)).to_have_attribute("aria-checked", "true")
    page.keyboard.press("End")
    explorer.locator(".layers").focus()
    page.keyboard.press("ArrowRight")
    expect(title(page)).to_have_text("Layer 15, head 9")
    explorer.locator(".thumb[aria-checked=true]").focus()
    page.keyboard.press("ArrowUp")
    expect(title(page)).to_have_text("Layer 15, head 6")
    expect(explorer.locator(".thumb").nth(5)).to_be_focused()
    cell(page, 6, 2).click()
    page.keyboard.press("ArrowUp")
    expect(cell(page, 5, 2)).to_be_focused()
    page.keyboard.press("Home")
    expect(cell(page, 5, 0)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("End")
    expect(cell(page, 4, 4)).to_be_focused()
    expect(cell(page, 4, 4)).to_have_attribute("aria-selected", "true")
    explorer.locator(".find .targets [aria-checked=true]").focus()
    page.keyboard.press("Home")
    expect(explorer.locator(".find .targets button").first).to_be_focused()
    explorer.locator(".word button").nth(2).focus()
    page.keyboard.press("Enter")
    expect(explorer.locator(".word button").nth(2)).to_be_focused()
    expect(explorer.locator(".word button").nth(2)).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("lang, widths", [("en", (360, 1920)), ("it", (360, 1280))])
def test_it_fits_and_every_sentence_is_whole(bare_page, lang, widths):
    """From a link that makes no sense, which is none; with prompts of 7, 32 and 1 tokens."""
    page = bare_page("attention", lang, layer="99", head="x", token="0")
    expect(page.locator(".attention .pick[aria-checked=true]")).to_contain_text("it")
    the_sentence_is_whole_in_every_case(page)
    for prompt, tokens in ((PROMPT, 7), (LONG, 32), ("Hello", 1)):
        page = bare_page("attention", lang, prompt=prompt)
        expect(page.locator(".attention .pick")).to_have_count(tokens)
        it_fits(page, prompt, widths)


def it_fits(page, prompt: str, widths: tuple[int, ...]):
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(150)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")
        assert page.locator(".attention .table").first.evaluate("(table) => table.scrollWidth <= table.clientWidth + 1")
        if prompt == PROMPT:
            assert cell(page, 6, 6).bounding_box()["width"] >= 30


def the_sentence_is_whole_in_every_case(page):
    """No gap is left open, whoever reads and whether one word or two are named."""
    texts = page.locator(".attention").evaluate(
        """async (box) => {
            const drawn = (button) => new Promise((done) => { button.click(); requestAnimationFrame(done); });
            const texts = [];
            for (const i of Array(7).keys()) {
                await drawn(box.querySelectorAll(".pick")[i]);
                for (const head of [0, 4, 8]) {
                    await drawn(box.querySelectorAll(".thumb")[head]);
                    texts.push(box.querySelector(".read").innerText);
                }
            }
            return texts;
        }"""
    )
    assert len(texts) == 21 and len(set(texts)) > 7
    for text in texts:
        assert text.endswith((".", "lì.")) and not {"{", "}"} & set(text) and "undefined" not in text
