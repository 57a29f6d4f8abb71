"""Every component of every page: mounted in both languages and both themes, given its data again, and taken away."""

import re

import pytest

from tests.support.app_test import shown_page
from tests.support.bare_page import give, recorded, settled
from tests.support.browser import with_all_charts
from tests.support.pages import LANGUAGES, PAGES, SMALL
from ui.server import modules

DRAWN = """(box) => [...box.parent.querySelectorAll(".root *")]
    .some((node) => node.clientWidth || node.getBBox?.().width)"""

# what of it depends on the theme, but for the style sheets
COLOURS = r"""(boxes) => boxes.flatMap((box) => [...box.parent.querySelectorAll(".root *")].flatMap((node) => {
    const style = node.getAttribute("style") ?? "";
    return node.matches("canvas") ? node.toDataURL() : style.match(/#[0-9a-f]{3,6}|rgba?\(.*?\)/g) ?? [];
}))"""

SWITCH = "([lang, theme]) => { document.documentElement.lang = lang; document.documentElement.dataset.theme = theme; }"


@pytest.mark.parametrize("slug", PAGES)
def test_it_is_drawn_in_every_language_and_theme_and_taken_away(bare_page, slug):
    """From one to the next as a reader switches it: the page stays, and is given what it is to show."""
    lang, theme, light = LANGUAGES[0], "light", []
    page = bare_page(slug, lang, theme, charts=True, **SMALL[slug])
    for lang, theme in [(lang, theme) for lang in LANGUAGES for theme in ("light", "dark")]:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.evaluate(SWITCH, [lang, theme])
        settled(give(page, slug, lang, **SMALL[slug]))
        boxes = page.locator(".stElementContainer")
        assert boxes.count() == len(recorded(slug, lang, **SMALL[slug])[1])
        assert all(box.evaluate(DRAWN) for box in boxes.all())
        text = boxes.evaluate_all(
            "(boxes) => boxes.map((box) => box.parent.querySelector('.root').innerText).join(' ')"
        )
        assert not {"{", "}"} & set(text) and "undefined" not in text and "NaN" not in text
        if (lang, theme) == (LANGUAGES[-1], "light"):
            light = with_all_charts(page).locator(".stElementContainer").evaluate_all(COLOURS)
    page.evaluate(f"(to) => {{ ({SWITCH})(to); dispatchEvent(new Event('beforeprint')); }}", [lang, "light"])
    assert boxes.evaluate_all(COLOURS) == light, "paper is light, and waits for nothing"
    every_figure_has_its_numbers(page, slug)
    a_picture_holds_no_controls(page)
    page.evaluate("unmountAll()")
    assert page.locator(".root > *").count() == 0


LATER = {"proof", "beams"}  # figures that are empty before a reader asks
TABLES = """(boxes) => boxes.map((box) => [box.dataset.key, box.parent.querySelector(".root[data-figure]")])
    .filter(([, root]) => root)
    .map(([key, root]) => [key, root.dataset.file, root.asTable?.() ?? null])"""


def every_figure_has_its_numbers(page, slug):
    """The server's, in a fold with the figure's key, or those that its view writes."""
    folds = {part.key for lang in LANGUAGES for part in shown_page(slug, lang, **SMALL[slug]).expander}
    figures = page.locator(".stElementContainer").evaluate_all(TABLES)
    assert len({file for _, file, _ in figures}) == len(figures), "no two figures have files of one name"
    for key, file, table in figures:
        assert re.fullmatch(r"vetro(-[^\W_]+)+", file), file
        if table is None:
            assert f"table-{key}" in folds or key in LATER, key
            continue
        assert f"table-{key}" not in folds and table["rows"], key
        assert all(table["heads"]) and {len(row) for row in table["rows"]} == {len(table["heads"])}
        assert not {None, ""} & {cell for row in table["rows"] for cell in row}


def a_picture_holds_no_controls(page):
    """What a button says is in no picture, save where it is what the figure shows: a token, a choice that is made."""
    page.evaluate(
        f"import('/{modules.address('server/browser/picture.js')}').then((all) => Object.assign(window, all))"
    )
    for box in page.locator(".stElementContainer:has(.stBidiComponent)").all():
        controls, drawn = box.evaluate(PICTURED)
        assert not set(controls) & set(drawn)


PICTURED = """(box) => {
    const root = box.parent.querySelector(".root");
    const words = new Set(Object.values(root.view?.d?.words ?? {}));
    const plain = [...root.querySelectorAll("button:not([role=radio], [aria-pressed])")];
    const texts = new Picture(root).svg.querySelectorAll("text");
    return [
        plain.map((button) => button.innerText.trim()).filter((text) => words.has(text)),
        [...texts].map((text) => text.textContent.trim()),
    ];
}"""
