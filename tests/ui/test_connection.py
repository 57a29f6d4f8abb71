"""The connection is taken away, as when a laptop is shut or the server starts anew: it is said, and nothing is lost."""

import pytest
from playwright.sync_api import expect

from tests.conftest import settled

SAID = {"en": "tries again by itself", "it": "ritenta da sola"}


@pytest.mark.parametrize("lang", SAID)
def test_a_lost_connection_is_said_and_the_page_goes_on_by_itself(app_server, browser, lang):
    sockets = []

    def through(socket):
        sockets.append(socket)
        socket.connect_to_server()

    page = browser.new_page(reduced_motion="reduce")
    page.route_web_socket("**/_stcore/stream*", through)
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
    assert page.input_value(".st-key-prompt input") == "A red kite"
    page.fill(".st-key-prompt input", "A blue kite")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-bar .count")).to_contain_text("4")
    page.close()
