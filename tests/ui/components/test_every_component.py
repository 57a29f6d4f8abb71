"""Every component of every page: mounted in both languages and both themes, given its data again, and taken away."""

import pytest

from tests.support.bare_page import give, recorded, settled
from tests.support.browser import with_all_charts
from tests.support.pages import LANGUAGES, PAGES

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
    page = bare_page(slug, lang, theme, charts=True)
    for lang, theme in [(lang, theme) for lang in LANGUAGES for theme in ("light", "dark")]:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.evaluate(SWITCH, [lang, theme])
        settled(give(page, slug, lang))
        boxes = page.locator(".stElementContainer")
        assert boxes.count() == len(recorded(slug, lang)[1])
        assert all(box.evaluate(DRAWN) for box in boxes.all())
        text = boxes.evaluate_all(
            "(boxes) => boxes.map((box) => box.parent.querySelector('.root').innerText).join(' ')"
        )
        assert not {"{", "}"} & set(text) and "undefined" not in text and "NaN" not in text
        if (lang, theme) == (LANGUAGES[-1], "light"):
            light = with_all_charts(page).locator(".stElementContainer").evaluate_all(COLOURS)
    page.evaluate(f"(to) => {{ ({SWITCH})(to); dispatchEvent(new Event('beforeprint')); }}", [lang, "light"])
    assert boxes.evaluate_all(COLOURS) == light, "paper is light, and waits for nothing"
    page.evaluate("unmountAll()")
    assert page.locator(".root > *").count() == 0
