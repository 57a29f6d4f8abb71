"""Its components in a bare page: all figures show the same head, and another is chosen without the server."""

import numpy as np
import pytest
from playwright.sync_api import expect

from model import lens
from tests.support.models import traced
from ui.kit.numbers import number, percent

PROMPT = "The dog chased the squirrel because it"


@pytest.fixture(scope="module")
def bundle(smollm2):
    return smollm2


@pytest.fixture(scope="module")
def trace(bundle):
    return traced(bundle, PROMPT)


def test_all_figures_show_the_same_head(bare_page, trace, bundle):
    page = bare_page("heads", layer="6", head="2", token="5")
    explorer, effects, kinds = (page.locator(f".heads.{view}") for view in ("explorer", "effects", "kinds"))
    title = explorer.locator(".one h2")
    expect(title).to_have_text("Layer 6, head 2")
    row = trace.layers[5].pattern[1, 4]
    expect(explorer.locator("> .read")).to_contain_text(percent(row.max(), "en"))
    weight = bundle.model.layers[5].attn.o_proj.weight.detach().numpy()[:, 64:128]
    parts = row[:5] * np.linalg.norm(trace.layers[5].v[0, :5] @ weight.T, axis=-1)
    expect(explorer.locator("> .said")).to_contain_text(f"has norm {number(parts[row[:5].argmax()], 'en')}")
    lengths = np.linalg.norm(lens.head_writes(bundle.model, trace, 5)[:, 4], axis=-1)
    for head in range(9):
        expect(explorer.locator(".writes .length").nth(head)).to_have_text(number(lengths[head], "en"))
    total = np.linalg.norm(trace.layers[5].attn_out[4])
    expect(explorer.locator(".writes .length").nth(9)).to_have_text(number(total, "en"))

    effects.locator(".cell").nth(9 * 13 + 8).click()
    expect(title).to_have_text("Layer 14, head 9")
    expect(kinds.locator(".cell[aria-checked=true]")).to_have_attribute("aria-label", kinds_label(bundle, 13, 8))
    effects.locator(".cell[aria-checked=true]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    expect(title).to_have_text("Layer 15, head 8")
    explorer.locator(".thumb[aria-checked=true]").focus()
    page.keyboard.press("ArrowUp")
    expect(title).to_have_text("Layer 15, head 5")
    explorer.locator(".layers").focus()
    page.keyboard.press("ArrowLeft")
    expect(title).to_have_text("Layer 14, head 5")
    explorer.locator(".name[aria-checked=true]").focus()
    page.keyboard.press("End")
    expect(explorer.locator(".name").nth(6)).to_be_focused()
    kinds.locator(".kind").nth(3).click()
    kinds.locator(".card").first.click()
    best = lens.head_kinds(bundle.model, avoid=bundle.tokenizer.special)[3]
    layer, head = np.unravel_index(best.argmax(), best.shape)
    expect(title).to_have_text(f"Layer {layer + 1}, head {head + 1}")
    expect(explorer.locator(".top")).to_be_in_viewport()
    assert page.evaluate("reported") == []
    assert f"layer={layer + 1}&head={head + 1}" in page.url and "token=7" in page.url


def kinds_label(bundle, layer: int, head: int) -> str:
    scores = lens.head_kinds(bundle.model, avoid=bundle.tokenizer.special)[:, layer, head]
    names = ("the previous token", "the first token", "the same token", "the token after the earlier copy")
    share, name = percent(scores.max(), "en"), names[scores.argmax()]
    if scores.max() >= 0.4:
        return f"{'P1SI'[scores.argmax()]} layer {layer + 1}, head {head + 1}: {share} of its weight on {name}."
    return f"layer {layer + 1}, head {head + 1}: of none of these kinds; its largest mean weight is {share}, on {name}."


def test_a_damaged_link_does_no_harm_and_all_turns_on_a_narrow_screen(bare_page):
    page = bare_page("heads", layer="99", head="x", token="0")
    expect(page.locator(".heads.explorer .name[aria-checked=true]")).to_contain_text("it")
    layers_run(page, across=True)
    page.set_viewport_size({"width": 360, "height": 900})
    page.wait_for_timeout(400)
    layers_run(page, across=False)


def layers_run(page, across: bool):
    """To the right, and on a narrow screen down."""
    cells = page.locator(".heads.kinds .cell")
    first, head, layer = (cells.nth(i).bounding_box() for i in (0, 1, 9))
    assert (head["y"] > first["y"]) == across and (layer["x"] > first["x"]) == across
    assert first["width"] >= 20 and first["height"] >= 20
