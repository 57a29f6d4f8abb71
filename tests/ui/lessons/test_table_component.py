"""Its table in a bare page: rows are explained, a change is reported, two tables have room on a telephone."""

import pytest
from playwright.sync_api import expect

import content
from tests.support.bare_page import give, reports

WORDS = {lang: content.load(lang, "table") for lang in content.LANGUAGES}


def test_every_row_is_explained_and_a_change_is_reported(bare_page):
    page = bare_page("table")
    row = page.locator("tr[data-row=kv_heads]")
    row.hover()
    row.hover(position={"x": 20, "y": 10})  # a pointer that only appears says nothing, one that moves does
    about, field = page.locator(".about"), page.locator("#row-kv_heads")
    expect(about).to_contain_text(WORDS["en"]["about-kv_heads"])
    assert (
        page.locator(".picture [data-part=attention].lit").count() and not page.locator("[data-part=mlp].lit").count()
    )
    for name in WORDS["en"]:
        if name.startswith("row-") and page.locator(f"tr[data-row={name[4:]}]").count():
            page.locator(f"#{name}").focus()
            expect(about.locator("h3")).to_have_text(WORDS["en"][name])
    field.fill("32")
    page.wait_for_function("reported.length")
    assert reports(page, "table") == [["edits", {"model": "Llama 3.1 8B", "rows": {"kv_heads": "32"}}]]
    give(page, "table", edit="kv_heads:32")
    expect(page.locator(".results")).to_contain_text("524\u202fkB")  # cache per token
    assert "edit=kv_heads%3A32" in page.url


def test_two_tables_on_a_phone(bare_page):
    page = bare_page("table", width=360, beside="Mixtral 8x7B", **{"table-of": "Llama 3.1 405B"})
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")
    over = page.locator(".table").evaluate(
        "root => [...root.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > innerWidth).length"
    )
    assert not over
    page.locator("tr[data-row=norm] label").click()
    box = page.locator(".about").bounding_box()
    assert box["y"] + box["height"] <= 900  # in sight, below the rows
    expect(page.locator(".about h3")).to_have_text(WORDS["en"]["row-norm"])


CHOICE_FITS = """(select) => {
  const style = getComputedStyle(select);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = style.font;
  const arrow = 18;
  const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - arrow;
  return pen.measureText(select.selectedOptions[0].text).width <= room;
}"""


@pytest.mark.parametrize("width", [360, 1280])
def test_choices_are_read_whole_beside_another_model(bare_page, width):
    page = bare_page("table", "it", width=width, **{"table-of": "smollm2", "beside": "GPT-2"})
    assert all(select.evaluate(CHOICE_FITS) for select in page.locator(".sheet select").all())
