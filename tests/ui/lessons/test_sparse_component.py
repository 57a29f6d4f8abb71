"""Its components in a bare page: the grid shows the mask, rows and chips are read, a telephone has room."""

import pytest
from playwright.sync_api import expect

from tests.support.pages import LANGUAGES
from tests.ui.lessons.test_sparse import may_read
from ui.lessons.sparse import readings

SHORT = "The dog chased the squirrel because it"


@pytest.fixture(scope="module")
def ids(smollm2):
    return smollm2.tokenizer.encode(readings.PASSAGE)


def test_the_grid_shows_the_mask_and_asks_nothing_for_a_row(bare_page, ids):
    page = bare_page("sparse", pattern="strided", size="8", token="40")
    expect(page.locator(".sparse .read")).to_contain_text("“Friday” may attend to 12 of the 40 tokens up to it")
    shades = page.locator(".sparse .grid canvas").evaluate(
        """(canvas, T) => {
            const pen = canvas.getContext('2d');
            const gutter = 84, pitch = (canvas.parentElement.clientWidth - gutter - 4) / T;
            const at = (q, k) => pen.getImageData(gutter + (k + 0.4) * pitch, (q + 0.4) * pitch, 1, 1).data.join();
            return Array.from({length: T}, (_, q) => Array.from({length: T}, (_, k) => at(q, k)));
        }""",
        len(ids),
    )
    for q in (9, 30, 50, 69):  # rows that are not chosen: one colour for what is read, one for what is not
        cells = may_read("strided", 8, len(ids))[q, : q + 1]
        read = {shade for shade, cell in zip(shades[q], cells, strict=False) if cell}
        left = {shade for shade, cell in zip(shades[q], cells, strict=False) if not cell}
        assert len(read) == 1 and len(left) == 1 and read.isdisjoint(left), q
    page.locator(".sparse .grid").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".sparse .read")).to_contain_text("may attend to 12 of the 39 tokens")
    page.keyboard.press("Home")
    expect(page.locator(".sparse .read")).to_contain_text("it can attend only to itself")
    page.locator(".sparse .passage .chip").nth(20).click()
    expect(page.locator(".sparse .grid")).to_have_attribute("aria-valuenow", "21")
    page.locator(".sparse .grid").hover(position={"x": 90, "y": 200})
    expect(page.locator(".sparse .probe")).to_have_text("“about” may attend to “kept”.")
    assert "token=21" in page.url and page.evaluate("reported") == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_fits_a_telephone(bare_page, lang):
    page = bare_page("sparse", lang, width=360, prompt=readings.PASSAGE, pattern="alternating", size="2")
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")
    box = page.locator(".sparse .grid canvas").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 360
    for i in range(6):
        page.locator(".sparse .pattern").nth(i).click()
        text = page.locator(".sparse").first.inner_text()
        assert "{" not in text and "undefined" not in text and "NaN" not in text


def test_losses_are_read_chip_by_chip(bare_page):
    page = bare_page("sparse", "it", width=360, prompt=SHORT, pattern="sliding", size="2")
    told = page.locator(".losses .told")
    page.locator(".losses .chip").nth(2).click()
    expect(told).to_contain_text("chased")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".losses .chip").nth(3)).to_be_focused()
    expect(page.locator(".losses .chip").nth(3)).to_have_attribute("aria-checked", "true")
    assert "{" not in told.inner_text()
