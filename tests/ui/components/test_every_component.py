"""Every component of every page: mounted in both languages and both themes, given its data again, and taken away."""

import pytest

from tests.support.bare_page import give, recorded
from tests.support.pages import LANGUAGES, PAGES

DRAWN = """(box) => [...box.parent.querySelectorAll(".root *")]
    .some((node) => node.clientWidth || node.getBBox?.().width)"""


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("slug", PAGES)
def test_it_is_drawn_and_taken_away(bare_page, slug, lang):
    _, components = recorded(slug, lang)
    assert components
    for theme in ("light", "dark"):
        page = bare_page(slug, lang, theme, charts=True)
        boxes = page.locator(".stElementContainer")
        assert boxes.count() == len(components)
        assert all(box.evaluate(DRAWN) for box in boxes.all())
        text = boxes.evaluate_all(
            "(boxes) => boxes.map((box) => box.parent.querySelector('.root').innerText).join(' ')"
        )
        assert not {"{", "}"} & set(text) and "undefined" not in text and "NaN" not in text
        give(page, slug, lang)
        page.evaluate("unmountAll()")
        assert page.locator(".root > *").count() == 0
