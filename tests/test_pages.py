"""Every page, found by glob: both languages, both themes, wide and narrow, and what people type into the prompt."""

import time
from itertools import cycle

import pytest

from tests.conftest import LANGUAGES, PAGES, ROOT, html_of, run_page, settled, unfolded

AXE = (ROOT / "tests/assets/axe.min.js").read_text()
MARKUP = "<script>hacked=1</script><img src=x onerror=hacked=1> $x$ **b** [a](b)"
SHOWN = {
    "one letter": "a",
    "everything": "# **b** :smile: {x} {0} %s $x$ é\u0301 👩‍🚀 שו two\u2028lines <b>",
}
ALONE = {  # each on one page: all pages share the code that reads a prompt
    "emoji and combined": "The 👩‍🚀 saw e\u0301\u0302\u0323",
    "right to left": "השועל קפץ over مرحبا",
    "markup": MARKUP,
    "formula, braces": "$x$ $$\\frac{1}{2}$$ {x} {0} {{}} %s",
    "markdown": "# **bold** _it_ `code` :smile: :red[red]",
}
REFUSED = {"empty": "", "spaces": "   ", "tab": "a\tb", "control": "a\x07b", "escape": "\x1b[31mred"}


PROMPTED = [slug for slug in PAGES if "models=()" not in next((ROOT / "pages").glob(f"*_{slug}.py")).read_text()]


def test_there_are_pages():
    assert "machine" in PAGES


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("slug", PAGES)
def test_a_page_runs(slug, lang):
    test = run_page(slug, lang)
    if lang == "it":
        test = unfolded(test)
    assert not test.exception
    assert "<h1" in html_of(test)
    assert 'role="alert"' not in html_of(test)


TYPED = [(slug, prompt) for slug in PROMPTED for prompt in SHOWN.values()] + list(
    zip(PROMPTED, ALONE.values(), strict=False)
)


@pytest.mark.parametrize("slug, prompt", TYPED)
def test_a_prompt_is_shown_as_typed(slug, prompt):
    test = run_page(slug, prompt=prompt)
    assert not test.exception
    assert test.text_input(key="prompt").value == prompt
    assert "<script>" not in html_of(test) and "<img src" not in html_of(test)


REFUSALS = [("machine", prompt, lang) for prompt in REFUSED.values() for lang in LANGUAGES]
REFUSALS += [(slug, "", lang) for slug, lang in zip(PROMPTED, cycle(LANGUAGES), strict=False) if slug != "machine"]


@pytest.mark.parametrize("slug, prompt, lang", REFUSALS)
def test_a_prompt_is_refused_in_one_sentence(slug, prompt, lang):
    """Every kind on one page, in both languages; on every other page one kind: they share the code that refuses."""
    test = run_page(slug, lang, prompt=prompt)
    assert not test.exception
    assert html_of(test).count('role="alert"') == 1
    assert "prompt" in html_of(test).split('role="alert"')[1]
    assert {"en": "Run", "it": "Esegui"}[lang] in html_of(test)


@pytest.mark.parametrize("slug", PROMPTED)
def test_a_long_prompt_is_cut_and_says_so(slug):
    test = run_page(slug)
    test.text_input(key="prompt").set_value("word " * 20_000).run()
    assert not test.exception
    assert "100,000 characters" in html_of(test)
    assert len(test.query_params["prompt"]) <= 600


@pytest.mark.parametrize("slug", PAGES)
def test_a_page_in_the_browser(open_page, slug):
    """English, light and wide; then, in the same page, Italian, dark and narrow, with markup in the prompt.

    No error and no foreign host (both are in open_page), nothing too wide, nothing that keeps a reader out; and markup
    stays text.
    """
    page = open_page(slug)
    healthy(page, "en", "light")
    page.set_viewport_size({"width": 360, "height": 900})
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.locator(".languages a[lang=it]").click()
    page.wait_for_function("document.documentElement.lang == 'it'")
    if slug in PROMPTED:
        page.fill(".st-key-prompt input", MARKUP)
        page.keyboard.press("Enter")
        page.wait_for_url("**prompt=**")
        settled(page)
        assert page.input_value(".st-key-prompt input") == MARKUP
    settled(page)
    healthy(page, "it", "dark")
    assert page.evaluate("typeof hacked") == "undefined"
    assert page.locator(".katex").count() == 0


def healthy(page, lang: str, theme: str) -> None:
    assert page.evaluate("document.documentElement.lang") == lang
    assert page.evaluate("getComputedStyle(document.querySelector('.stApp')).colorScheme") == theme
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")
    page.evaluate(AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    serious = {
        fault["id"]: [node["html"][:160] for node in fault["nodes"]][:3]
        for fault in found
        if fault["impact"] in ("serious", "critical")
    }
    assert not serious


def test_a_book_in_the_prompt_does_not_hang_the_page(open_page):
    page = open_page()
    start = time.monotonic()
    page.fill(".st-key-prompt input", "word " * 20_000)
    page.keyboard.press("Enter")
    page.wait_for_selector(".notice >> text=100,000")
    settled(page)
    assert len(page.url) < 1000
    assert len(page.input_value(".st-key-prompt input")) <= 600
    assert time.monotonic() - start < 15
