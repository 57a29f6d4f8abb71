"""Its components in a bare page: the router diagram answers by itself, and a telephone has room for it."""

import json

import pytest
from playwright.sync_api import expect

from model import zoo
from tests.support.models import traced
from ui.kit.numbers import number, percent

PROMPT = "The dog chased the squirrel because it"
STATISTICS = json.loads((zoo.find("experts").parent / "statistics.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def trace(moe):
    return traced(moe, PROMPT)


def test_tokens_and_layers_by_keyboard_without_the_server(bare_page, trace):
    page = bare_page("experts", layer="2", token="2", kinds="1")
    yard = page.locator(".experts.yard")
    expect(yard.locator(".pick").nth(1)).to_have_attribute("aria-checked", "true")
    yard.locator(".pick").nth(1).focus()
    page.keyboard.press("ArrowDown")
    expect(yard.locator(".pick").nth(2)).to_be_focused()
    yard.locator(".layer").nth(1).focus()
    page.keyboard.press("ArrowRight")
    expect(yard.locator(".layer").nth(2)).to_be_focused()
    layer = trace.layers[2]
    first, second = layer.expert_index[2].tolist()
    rows = yard.locator(".scores tbody tr")
    for e in range(8):
        expect(rows.nth(e).locator(".share")).to_have_text(percent(float(layer.router_probs[2, e]), "en"))
    for e, weight in zip((first, second), layer.expert_weight[2], strict=True):
        expect(rows.nth(e).locator(".weight")).to_have_text(percent(float(weight), "en"))
    expect(yard.locator(".scores .taken")).to_have_count(2)
    expect(yard.locator(".path.on")).to_have_count(2 * len(trace.layers))
    expect(yard.locator(".arith p").last).to_contain_text(number(float(layer.mlp_out[2, 0]), "en"))
    yard.locator(".expert.place").nth(8 * 4 + 3).hover()
    taken = int((trace.layers[4].expert_index == 3).sum())
    expect(yard.locator(".path.on")).to_have_count(taken)
    yard.locator(".everyone").click()
    expect(yard.locator(".path.each")).to_have_count(2 * len(trace.layers) * len(trace.tokens))
    kinds = page.locator(".experts.kinds")
    kinds.locator(".layer").nth(4).click()
    expect(kinds.locator(".lift tbody tr")).to_have_count(len(STATISTICS["classes"]))
    assert page.evaluate("reported") == []
    for part in ("layer=3", "token=3", "paths=all", "kinds=5"):
        assert part in page.url


def test_a_telephone_lays_the_tracks_downwards(bare_page):
    long = "On Monday the old man, who had three dogs, said to her that he would be in the garden at seven."
    page = bare_page("experts", width=360, prompt=long)
    yard = page.locator(".experts.yard")
    marks, chips = yard.locator(".expert.place"), yard.locator(".pick")
    expect(chips).to_have_count(24)
    boxes = [marks.nth(i).bounding_box() for i in (0, 7, 8)]
    assert boxes[0]["y"] == boxes[1]["y"] < boxes[2]["y"]  # a layer is a row
    assert boxes[0]["x"] >= 0 and boxes[1]["x"] + boxes[1]["width"] <= 360
    fingers = [chip.bounding_box() for chip in chips.all()]  # in lines above the tracks
    assert all(box["width"] >= 24 and box["height"] >= 24 for box in fingers)
    assert len({(box["x"], box["y"]) for box in fingers}) == 24
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 360 for box in fingers)
    assert max(box["y"] + box["height"] for box in fingers) <= yard.locator(".layer").first.bounding_box()["y"]
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")
    chips.nth(4).click()
    expect(yard.locator(".path.on")).to_have_count(12)
