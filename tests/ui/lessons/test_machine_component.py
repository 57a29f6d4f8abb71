"""Its machine in a bare page: what opens asks nothing of the server, and nothing scrolls sideways."""

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.support.models import traced
from ui.lessons.machine import readings

PROMPT = "The dog chased the squirrel because it"
LONG = " ".join(["The old man who lived beside the river"] * 3)
ITALIAN = "Nel mezzo del cammin di nostra vita mi ritrovai"


def test_what_opens_asks_nothing_of_the_server(bare_page):
    """The link's layer is open."""
    page = bare_page("machine", prompt=PROMPT, layer="20")
    assert page.locator(".machine .stack").get_attribute("aria-valuenow") == "20"
    stack, panel = page.locator(".machine .stack"), page.locator(".machine .panel")
    stack.click(position={"x": 120, "y": 60})
    layer = int(stack.get_attribute("aria-valuenow"))
    assert layer != 20 and f"layer={layer}" in page.url
    stack.press("ArrowDown")
    assert stack.get_attribute("aria-valuenow") == str(layer - 1)
    assert f"Layer {layer - 1}" in stack.get_attribute("aria-valuetext")
    page.locator('[data-key="token-1"]').click()
    assert "2767" in panel.inner_text()
    page.locator('[data-key="part-3"]').click()
    assert "49,152" in panel.inner_text()
    box = stack.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 100)
    assert "%" in page.locator(".machine .tip.on").inner_text()
    page.wait_for_timeout(300)
    assert page.evaluate("reported") == []


@pytest.mark.parametrize("prompt", [PROMPT, ITALIAN, "Hi", "🦀 supercalifragilisticexpialidocious 🦀"])
def test_nothing_scrolls_sideways(bare_page, smollm2, prompt):
    page = bare_page("machine", "it", prompt=prompt)
    right = "box => Math.max(...[...box.querySelectorAll('*')].map((e) => e.getBoundingClientRect().right))"
    last = len(smollm2.tokenizer.encode(prompt)) - 1
    expect(page.locator(".machine .word.last")).to_have_attribute("data-key", f"token-{last}")
    for width in (1024, 768, 360):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(150)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")
        assert page.locator(".machine").evaluate(right) <= width


def test_a_word_without_a_track_is_named_where_its_thread_ends(bare_page, smollm2):
    """Of a long prompt only the last tracks are drawn, but a head may read the first words."""
    trace = traced(smollm2, LONG)
    data = readings.read(smollm2, LONG, trace)
    strongest = np.argmax([weights[:-1] for weights in data["weights"]], axis=1)
    layer = int(np.flatnonzero(strongest < data["first"])[0])
    page = bare_page("machine", prompt=LONG, layer=str(layer + 1))
    name = data["tokens"][strongest[layer]].removeprefix("·")
    expect(page.locator(".threads .weight").filter(has_text=name)).to_have_count(1)


OVER = """(box) => {
    const [button, root] = [box.querySelector(".go"), box.getBoundingClientRect()];
    const place = button.getBoundingClientRect();
    const meet = (rect) =>
        rect.left < place.right && rect.right > place.left && rect.top < place.bottom && rect.bottom > place.top;
    const others = [...box.querySelectorAll("a, button, p, dt, dd, .word")].filter((node) => node !== button);
    const over = others.filter((node) => !node.closest(".hidden") && [...node.getClientRects()].some(meet));
    const stack = box.querySelector(".stack").getBoundingClientRect();
    const places = [place.top, stack.top, stack.bottom].map((y) => Math.round(y - root.top));
    return [over.map((node) => node.textContent), places];
}"""


@pytest.mark.parametrize("model", ["smollm2", "experts"])
@pytest.mark.parametrize("prompt", [PROMPT, "🦀 supercalifragilisticexpialidocious 🦀"])
def test_the_button_lies_over_nothing_and_nothing_moves_when_something_opens(bare_page, model, prompt):
    page = bare_page("machine", "it", model=model, prompt=prompt)
    for width, height in ((1920, 1080), (1280, 720), (1024, 700), (700, 720), (360, 740)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(150)
        seen = []
        for opener in ("[data-key=part-3]", "[data-key=part-2]", "[data-key=step-1]", ".word", "[data-key=part-1]"):
            page.locator(f".machine {opener}").first.click()
            over, places = page.locator(".machine").evaluate(OVER)
            assert not over, (width, opener, over)
            seen.append(places)
        assert seen == seen[:1] * len(seen), (width, seen)
