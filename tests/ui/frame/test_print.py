"""A page on paper: light, also where it is read in the dark; as wide as the paper; without what can only be clicked."""

import re

from tests.support.browser import settled, with_all_charts
from tests.support.pages import ROOT

SEEN = """() => {
    window.seen = [];
    const look = () => seen.push([
        getComputedStyle(document.querySelector(".stApp")).colorScheme,
        getComputedStyle(document.querySelector(".stMain h1")).color,
        document.querySelector(".st-key-bars .ytick text").style.fill,
    ]);
    addEventListener("beforeprint", () => queueMicrotask(look));
}"""
LIGHT = ["light", "rgb(34, 33, 30)", "rgb(34, 33, 30)"]
SCREEN_ONLY = ".masthead, .onward, .st-key-take, .st-key-run, [class*=st-key-reveal-], .stExpander, .save"


def test_a_dark_page_is_printed_in_the_light(open_page):
    page = settled(with_all_charts(open_page("next_token", theme="dark")))
    page.evaluate(SEEN)
    page.pdf()
    assert page.evaluate("seen") == [LIGHT]
    page.wait_for_function("() => getComputedStyle(document.querySelector('.stApp')).colorScheme == 'dark'")
    dark = "() => document.querySelector('.st-key-bars .ytick text')?.style.fill == 'rgb(233, 230, 223)'"
    page.wait_for_function(dark)
    page.emulate_media(media="print")
    assert not [node for node in page.locator(SCREEN_ONLY).all() if node.is_visible()]
    box = page.locator(".stMainBlockContainer").bounding_box()
    assert 690 < box["width"] < 710, "A4 between its margins, at 96 pixels an inch"
    page.emulate_media(media="screen")


def test_a_narrow_window_is_no_narrow_paper():
    """A sheet of A4 is narrower than most windows, but shows a page as wide as it is on a screen."""
    sheets = [sheet for sheet in (ROOT / "ui").rglob("*.css") if sheet.name != "error_page.css"]
    assert len(sheets) > 15
    narrow = [sheet for sheet in sheets if re.search(r"@media \((max|min)-(width|height)", sheet.read_text())]
    assert not narrow
