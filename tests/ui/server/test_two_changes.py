"""Two changes, one right after the other, in parts of a page that run by themselves: both are shown."""

from playwright.sync_api import expect

from tests.support.browser import settled
from tests.support.server import serving

# Streamlit, its server coming to a request only when the run before it has ended (or after 2 s): a busy machine's does
LATE = """
from streamlit.runtime.app_session import AppSession
from streamlit.web import cli

def late(session, client_state, request_rerun=AppSession.request_rerun):
    if session._scriptrunner is not None:
        session._scriptrunner._script_thread.join(2)
    request_rerun(session, client_state)

AppSession.request_rerun = late
cli.main()
"""
HOLD = """() => {
    window.held = [];
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (...message) { held.push(() => send.apply(this, message)); };
    window.release = () => {
        WebSocket.prototype.send = send;
        held.forEach((message) => message());
    };
}"""
AT_ONCE = """async (typed) => {
    const drawn = async () => { for (let i = 0; i < 50; i += 1) await null; }; // no timer comes between
    for (const [part, text] of typed) {
        const box = document.querySelector(`${part} :is(input, textarea)`);
        Object.getOwnPropertyDescriptor(Object.getPrototypeOf(box), "value").set.call(box, text);
        box.dispatchEvent(new Event("input", { bubbles: true }));
        await drawn();
        box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
        await drawn();
    }
}"""
LOOK, SPELL, PROMPT = (".st-key-look", "qqqqq"), (".st-key-spell", "dog"), (".st-key-prompt", "A blue kite")


def shown(page):
    expect(page.get_by_text("is not in the list")).to_be_visible()
    expect(page.locator(".spellings")).to_contain_text("dog")


def test_a_run_that_ended_is_shown_though_the_next_request_was_there(tmp_path, browser):
    with serving(tmp_path / "log.txt", "-c", LATE) as (port, _):
        page = browser.new_page()
        page.goto(f"http://localhost:{port}/tokens?lang=en&model=experts&prompt=A+red+kite&look=7&spell=kite")
        settled(page).evaluate(HOLD)
        for n, (part, text) in enumerate((LOOK, SPELL)):
            page.fill(f"{part} input", text)
            page.keyboard.press("Enter")
            page.wait_for_function("(n) => held.length > n", arg=n)
        page.evaluate("release()")
        shown(page)
        page.close()


def test_all_that_changed_is_run_though_the_browser_names_one(open_page):
    """What changes at the same moment comes as one message, in the name of the first; a change to the whole page does
    not count as one."""
    page = open_page("tokens", model="experts", prompt="A red kite", look="7", spell="kite")
    page.evaluate(AT_ONCE, [LOOK, SPELL])
    shown(page)
    for typed in ([PROMPT, (SPELL[0], "cat")], [(SPELL[0], "man"), (PROMPT[0], "A green kite")]):
        page.evaluate(AT_ONCE, typed)
        text = dict(typed)
        expect(page.locator(".chain .text")).to_have_text(text[PROMPT[0]])
        expect(page.locator(".spellings")).to_contain_text(text[SPELL[0]])
