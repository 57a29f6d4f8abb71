"""Its ring in a bare page: a round step by step, and the keyboard."""

import numpy as np
import pytest
from playwright.sync_api import expect

import content
from model import transformer
from tests.support.bare_page import reports
from ui.kit.numbers import number
from ui.lessons.ring import readings

PROMPT = "The dog chased the squirrel because it"
WORDS = {lang: content.load(lang, "ring") for lang in content.LANGUAGES}


@pytest.fixture(scope="module")
def trace(smollm2):
    ids = smollm2.tokenizer.encode(PROMPT)
    return transformer.run(smollm2.model, ids, smollm2.tokenizer.strings(ids), keep=readings.KEEP)


def test_a_round_step_by_step_without_the_server(bare_page, trace):
    page = bare_page("ring", layer="4", devices="4", head="6")
    box = page.locator(".ring")
    found = readings.run(trace, readings.Choice(3, 4))
    blocks, devices = box.locator(".block"), box.locator(".device")
    for step in range(4):
        expect(box.locator(".middle b")).to_have_text(str(step + 1))
        for block in range(4):  # at its reader's device, on the inner side
            place, device = blocks.nth(block).bounding_box(), devices.nth((block + step) % 4).bounding_box()
            middle = [(b["x"] + b["width"] / 2, b["y"] + b["height"] / 2) for b in (place, device)]
            assert abs(np.hypot(middle[0][0] - middle[1][0], middle[0][1] - middle[1][1]) - 70) < 3
        for device in range(4):
            done = sum(found.steps[s][device].scores for s in range(step + 1))
            expect(box.locator(".squares .tally").nth(device + 1)).to_have_text(str(done))
        partial = found.steps[step][3].partial
        cells = box.locator(".numbers tbody td:nth-of-type(2)")
        expect(cells.nth(0)).to_have_text(number(float(partial.maximum[5, 0]), "en"))
        expect(cells.nth(1)).to_have_text(number(float(partial.total[5, 0]), "en"))
        expect(cells.nth(2)).to_contain_text(number(float(partial.output[5, 0, 0]), "en"))
        if step < 3:
            box.locator(".step").click()
    expect(box.locator(".squares svg .current")).to_have_count(2)  # only device 4 has scores to compute
    expect(box.locator(".squares svg .skipped")).to_have_count(3)
    expect(box.locator(".ending")).to_contain_text("differs from the model’s own by at most")
    expect(box.locator(".back")).to_be_focused()
    box.locator(".device").nth(0).click()
    expect(box.locator(".read")).to_contain_text("lies in the future")
    expect(box.locator(".arith")).to_have_text(WORDS["en"]["arith-skip"].format(block=2))
    assert reports(page, "ring") == []
    assert "step=4" in page.url and "token=2" in page.url


def test_the_keyboard_plays_and_chooses(bare_page):
    page = bare_page("ring", devices="3", step="2", token="5")
    box = page.locator(".ring")
    expect(box.locator(".middle b")).to_have_text("2")
    box.locator(".track").focus()
    page.keyboard.press("End")
    expect(box.locator(".track")).to_have_attribute("aria-valuenow", "3")
    page.keyboard.press("ArrowLeft")
    expect(box.locator(".track")).to_have_attribute("aria-valuenow", "2")
    box.locator(".pick[aria-checked=true]").focus()
    page.keyboard.press("ArrowRight")
    expect(box.locator(".pick").nth(5)).to_be_focused()
    box.locator(".device[aria-checked=true]").focus()
    page.keyboard.press("Home")
    expect(box.locator(".device").nth(0)).to_have_attribute("aria-checked", "true")
    box.locator(".track").press("Home")
    box.locator(".play").click()
    expect(box.locator(".middle b")).to_have_text("2")
    box.locator(".play").click()


def test_long_sums_are_shown_whole(bare_page):
    page = bare_page("ring", "it", keys=("ring",), devices="3", prompt="Quando la vecchia signora entrò nella stanza")
    lines = page.locator(".ring .arith p")
    assert lines.count() > 4
    assert lines.evaluate_all("(all) => all.every((line) => line.scrollWidth <= line.parentElement.clientWidth)")
