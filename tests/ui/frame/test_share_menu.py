"""The menu that shares a page, and the view for a lecture hall."""

import re
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

from playwright.sync_api import expect

from tests.support.browser import settled
from ui.frame import curriculum


def status(address: str) -> int:
    try:
        with urlopen(address) as answer:
            assert answer.headers["content-type"].startswith("image/svg+xml") and b"<svg" in answer.read()
            return answer.status
    except HTTPError as problem:
        return problem.code


def test_the_server_draws_links_of_its_own_and_no_others(app_server):
    def drawn(text: str) -> int:
        return status(f"{app_server}/qr.svg?{urlencode({'of': text})}")

    assert drawn(f"{app_server}/attention?v=1&prompt=%3Cb%3E") == 200
    for other in ("", "x", "http://[", "https://example.org/", "javascript:1", f"{app_server}.example.org/", "//" * 9):
        assert drawn(other) == 400
    assert drawn(f"{app_server}/?prompt={'a' * 1_200}") == 400
    assert drawn(f"{app_server}/?prompt={'𓀀' * 1_100}") == 400


def test_the_link_is_copied_by_keyboard_and_without_a_clipboard(open_page):
    page = open_page("table", "it")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")  # as on a school's network
    page.focus(".share > summary")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('.share .qr').naturalWidth > 0")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".share .said")).to_have_text("Copiato")
    page.evaluate("document.execCommand = () => false")
    page.keyboard.press("Enter")
    expect(page.locator(".share .said")).to_contain_text("Ctrl+C")
    page.click(".share .hide > summary")
    page.locator(".share input[value=quiz]").check()
    expect(page.locator(".share .address")).to_have_value(re.compile(r"/table\?v=1&lang=it&theme=light.*&hide=quiz"))


REST = """(({ scrollHeight, clientHeight, scrollTop }) => Math.floor(scrollHeight - clientHeight - scrollTop))(
    document.querySelector(".stMain"))"""


def test_presenting_by_keys(open_page):
    """A clicker goes through the lesson and at its end to the next one, the arrows go there at once, but not where a
    field has the focus; Escape ends it."""
    following = curriculum.next_lesson("blocks").slug
    page = open_page("blocks", present="1", hide="quiz", width=1920, height=1080)
    assert not page.locator(".languages").is_visible() and not page.locator("[class*=st-key-source]").first.is_visible()
    assert not page.locator("[class*=st-key-predict]").first.is_visible()
    for key, slug in (("ArrowRight", following), ("PageUp", "blocks")):
        page.keyboard.press(key)
        page.wait_for_url(f"**/{slug}?*")
        settled(page)
    for _ in range(40):
        page.keyboard.press("PageDown")
        assert "/blocks?" in page.url
        if page.evaluate(REST) == 0:
            break
    assert page.evaluate(REST) == 0
    page.keyboard.press("PageDown")
    page.wait_for_url(f"**/{following}?*")
    settled(page)
    page.keyboard.press("PageUp")
    page.wait_for_url("**/blocks?*")
    settled(page)
    page.focus(".st-key-prompt textarea")
    page.keyboard.press("ArrowRight")
    assert "/blocks?" in page.url and "present=1" in page.url and "hide=quiz" in page.url
    page.keyboard.press("Escape")
    expect(page.locator(".languages")).to_be_visible()
    assert "present" not in page.url and "hide=quiz" in page.url
