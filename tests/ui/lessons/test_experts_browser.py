"""In a browser: the link brings everything back, and what the server is asked leaves the rest alone."""

from playwright.sync_api import expect

from tests.support.browser import settled


def test_a_link_brings_everything_back(open_page):
    link = {"layer": "4", "token": "3", "paths": "all", "kinds": "2", "active": "3"}
    page = open_page("experts", "it", "dark", **link)
    yard = page.locator(".experts.yard")
    expect(yard.locator(".layer").nth(3)).to_have_attribute("aria-checked", "true")
    expect(yard.locator(".pick").nth(2)).to_have_attribute("aria-checked", "true")
    expect(yard.locator(".everyone")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".experts.kinds .layer").nth(1)).to_have_attribute("aria-checked", "true")
    yard.locator(".layer").nth(0).click()
    page.locator(
        ".st-key-touch button", has_text="1–6"
    ).click()  # asks the server, and leaves the rest of the link alone
    settled(page)
    expect(page.locator(".st-key-touch button", has_text="1–6")).to_have_attribute("aria-checked", "true")
    for part in ("layer=1", "token=3", "paths=all", "kinds=2", "active=3"):
        assert part in page.url
    page.fill(".st-key-prompt textarea", "Un altro testo")
    page.keyboard.press("Enter")
    settled(page)
    expect(yard.locator(".pick").first).to_contain_text("U")
    assert "token=" not in page.url and "active=3" in page.url
