"""In the browser: its figures by click and by key, and on a telephone."""

from playwright.sync_api import expect

from tests.support.browser import settled

PROMPT = "The dog chased the squirrel because it"


def option(page, box: int, n: int):
    return page.locator("[role=listbox]").nth(box).locator("[role=option]").nth(n)


def ask(page, prompt: str):
    page.fill(".st-key-prompt textarea", prompt)
    page.keyboard.press("Enter")
    expect(option(page, 0, 1)).to_contain_text(prompt.split()[1])
    settled(page)


def test_a_walk_from_a_token_to_the_table(open_page):
    page = open_page("tokens", prompt="The squirrel", look="2767")
    ask(page, PROMPT)
    chips_are_chosen_by_click_and_arrow_keys(page)
    look_up_and_walk_on(page)
    a_choice_shows_without_the_server(page)
    page.set_viewport_size({"width": 360, "height": 900})
    page.fill(".st-key-prompt textarea", "x" * 600)
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    settled(page)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")


def chips_are_chosen_by_click_and_arrow_keys(page):
    option(page, 0, 1).click()
    expect(page.locator(".detail .read")).to_contain_text("2767")
    expect(page.locator(".lying .mark")).to_contain_text("2767")  # the server has followed
    page.keyboard.press("ArrowRight")
    expect(option(page, 0, 2)).to_be_focused()
    expect(page.locator(".lying .mark")).to_contain_text("45360")
    expect(option(page, 0, 2)).to_be_focused()  # after the answer of the server, too
    page.keyboard.press("End")
    expect(page.locator(".detail .read")).to_contain_text("357")
    assert "token=7" in page.url


def look_up_and_walk_on(page):
    box = page.locator(".st-key-look input")
    box.fill("squirrel")
    box.press("Enter")
    expect(page.get_by_text("is not in the list")).to_be_visible()
    box.fill("2767")
    box.press("Enter")
    expect(page.get_by_text("2767 is the id of")).to_be_visible()
    option(page, 1, 5).click()
    expect(page.get_by_text("2768 is the id of")).to_be_visible()
    expect(box).to_have_value("2768")


def a_choice_shows_without_the_server(page):
    settled(page)
    reading = """() => { const find = (root) => root.querySelector('.detail .read') ??
         [...root.querySelectorAll('*')].map((e) => e.shadowRoot && find(e.shadowRoot)).find(Boolean);
         return find(document).textContent }"""
    assert "2767" not in page.evaluate(reading)
    page.context.set_offline(True)
    try:
        option(page, 0, 1).click()
        assert "2767" in page.evaluate(reading)
    finally:
        page.context.set_offline(False)
