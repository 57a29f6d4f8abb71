"""A page on paper: light, also where it is read in the dark; as wide as the paper; without what can only be clicked."""

from tests.support.browser import settled, with_all_charts

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
