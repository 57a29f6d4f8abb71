"""The connection is taken away, as when a laptop is shut or the server starts anew: it is said, and nothing is lost."""

import pytest
from playwright.sync_api import expect

from tests.support.browser import settled


def sockets_of(page) -> list:
    """The page's connections to the server, one after another, as they will come."""
    sockets = []

    def through(socket):
        sockets.append(socket)
        socket.connect_to_server()

    page.route_web_socket("**/_stcore/stream*", through)
    return sockets


SAID = {"en": "tries again by itself", "it": "ritenta da sola"}


@pytest.mark.parametrize("lang", SAID)
def test_a_lost_connection_is_said_and_the_page_goes_on_by_itself(app_server, browser, lang):
    page = browser.new_page(reduced_motion="reduce")
    sockets = sockets_of(page)
    page.goto(f"{app_server}/tokens?lang={lang}&model=experts&prompt=A+red+kite")
    said = settled(page).locator(".connection p")
    expect(said).to_be_hidden()
    page.route("**/_stcore/health", lambda route: route.abort())
    sockets[-1].close()
    expect(said).to_be_visible()
    expect(said).to_contain_text(SAID[lang])
    page.wait_for_timeout(3_000)  # Streamlit's own dialog would have come
    assert page.locator("[role=dialog]").count() == 0
    page.unroute("**/_stcore/health")
    expect(said).to_be_hidden(timeout=20_000)
    assert page.input_value(".st-key-prompt textarea") == "A red kite"
    page.fill(".st-key-prompt textarea", "A blue kite")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-bar .count")).to_contain_text("4")
    page.close()


def test_a_message_that_cannot_be_read_is_not_the_end(app_server, browser):
    """Streamlit gives up then. The page is loaded anew, but not again and again."""
    page = browser.new_page()
    sockets = sockets_of(page)
    page.goto(f"{app_server}/tokens?lang=en&model=experts&prompt=A+red+kite&look=qqqqq")
    settled(page)
    page.fill(".st-key-prompt textarea", "A blue kite")
    page.keyboard.press("Enter")
    expect(page.locator(".chain .text")).to_have_text("A blue kite")
    settled(page)
    with page.expect_navigation():
        sockets[-1].send(b"\xff not a message")
    settled(page)
    assert page.input_value(".st-key-prompt textarea") == "A blue kite"
    expect(page.get_by_text("is not in the list")).to_be_visible()
    sockets[-1].send(b"\xff not a message")
    expect(page.locator(".connection p")).to_be_visible()
    page.wait_for_timeout(1_000)
    assert len(sockets) == 2
    page.close()
