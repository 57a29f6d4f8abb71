"""What the frame does in the browser: languages, light and dark, links without a reload, a menu for the keyboard."""

import pytest

from tests.support.browser import settled
from tests.support.pages import PAGES

LESSONS = [slug for slug in PAGES if slug != "machine"]


PLACE = "document.querySelector('[data-testid=stMain]').scrollTop"
FOCUSED = "document.activeElement.id || document.activeElement.tagName"


def ground(page) -> str:
    return page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")


def test_a_walk_along_the_masthead(open_page):
    """From the start of the document, where the keyboard is, to a lesson."""
    page = open_page(lang="en", height=720)
    keys_scroll_at_once(page)
    the_keyboard_can_skip_the_masthead(page)
    the_type_is_our_own(page)
    page.evaluate("window.same = true")
    the_language_changes(page)
    light_and_dark_switch_live_and_are_remembered(page)
    if LESSONS:
        the_menu_opens_a_lesson_and_shuts(page)


def keys_scroll_at_once(page):
    """The page scrolls in an element of its own, which has not been clicked."""
    place = []
    for key in ("ArrowDown", "PageDown", "End", "ArrowUp", "Home"):
        page.keyboard.press(key)
        place.append(page.evaluate(PLACE))
    down, further, end, up, top = place
    assert 0 < down < further < up < end and top == 0
    page.keyboard.press("End")  # the figure, which takes the space bar, is out of sight
    page.keyboard.press("Shift+Space")
    assert 0 < page.evaluate(PLACE) < end
    page.keyboard.press("Home")


def the_keyboard_can_skip_the_masthead(page):
    page.keyboard.press("Tab")  # to the scrolling part, which holds the whole page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.id === 'lesson-title'")


def the_type_is_our_own(page):
    page.evaluate("document.fonts.ready")
    faces = page.evaluate("[...document.fonts].filter((face) => face.status == 'loaded').map((face) => face.family)")
    assert {"Fraunces", "Inter", "JetBrains Mono"} <= {face.strip('"') for face in faces}


def the_language_changes(page):
    page.click(".languages a[lang=it]")
    page.wait_for_selector("text=Il percorso")
    settled(page)
    assert page.evaluate("document.documentElement.lang") == "it"
    assert page.evaluate("window.same") and "lang=it" in page.url
    page.go_back()
    page.wait_for_selector("text=The path")
    assert page.evaluate("document.documentElement.lang") == "en"
    settled(page)


def light_and_dark_switch_live_and_are_remembered(page):
    page.evaluate("window.same = true")
    before = ground(page)
    page.click(".theme-switch")
    page.wait_for_function(
        "(before) => getComputedStyle(document.querySelector('.stApp')).backgroundColor != before", arg=before
    )
    assert page.evaluate("window.same")
    after = ground(page)
    page.reload()
    settled(page)
    assert ground(page) == after


def the_menu_opens_a_lesson_and_shuts(page):
    page.evaluate("window.same = true")
    page.focus(".menu summary")
    page.keyboard.press("Enter")
    assert page.locator(".menu[open]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator(".menu[open]").count() == 0
    assert page.evaluate(FOCUSED) == "SUMMARY"
    page.click(".menu summary")
    page.click(f'.menu a[href="{LESSONS[0]}"]')
    page.wait_for_selector(".eyebrow >> text=Lesson")
    settled(page)
    assert page.evaluate("window.same") and page.url.split("?")[0].endswith(LESSONS[0])
    assert page.locator(".menu[open]").count() == 0
    assert page.evaluate(PLACE) == 0
    assert page.evaluate(FOCUSED) == "lesson-title"
    page.go_back()
    page.wait_for_selector("text=The path")
    page.wait_for_function(f"{FOCUSED} == 'lesson-title'")


@pytest.mark.skipif(not LESSONS, reason="there is no lesson yet")
def test_a_link_opens_its_lesson_at_once_in_the_dark(open_page):
    """Also for the first visitor of a server, and with nothing but our own requests (open_page)."""
    page = open_page(LESSONS[-1], theme="dark")
    assert page.locator("text=does not seem to exist").count() == 0
    assert page.title().endswith("· Vetro")
    light_and_dark_switch_live_and_are_remembered(page)


def test_the_browsers_language_is_the_default(browser, app_server):
    context = browser.new_context(locale="it-IT")
    page = context.new_page()
    page.goto(app_server)
    settled(page)
    assert page.locator("text=Il percorso").count() == 1
    assert page.evaluate("document.documentElement.lang") == "it"
    context.close()
