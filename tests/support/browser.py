"""A browser, its tabs, and a page in it that complains by itself."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support.pages import LANGUAGES, ROOT

AXE = (ROOT / "tests/assets/axe.min.js").read_text()
# Debian's headless shell first: the same Chromium without the windows, toolbars and tabs that nobody sees here
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_CHROME = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
# a page lives for seconds here: to compile its scripts ahead, better and better, and to throw that away costs more
JS = ("--max-lazy", "--no-flush-bytecode", "--no-opt", "--no-maglev")
QUIET = ("--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-gpu")

expect.set_options(timeout=20_000)  # it ends as soon as what is expected is there; a busy machine needs longer


@contextmanager
def launched() -> Iterator[Browser]:
    """Debian's Chromium or an installed Chrome. Without one the browser tests skip, but in CI they fail."""
    chromium = next(filter(None, map(shutil.which, CHROMIUMS)), MAC_CHROME if MAC_CHROME.exists() else None)
    if chromium is None:
        reason = f"no browser: none of {', '.join(CHROMIUMS)} was found"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with sync_playwright() as playwright:
        args = ["--no-sandbox", f"--js-flags={' '.join(JS)}", *QUIET]
        browser = playwright.chromium.launch(executable_path=str(chromium), args=args)
        yield browser
        browser.close()


class Tab:
    """A tab of the browser, and what went wrong in it.

    It is used by one test after another: each loads its page anew, but the tab keeps the app's scripts compiled, and in
    a new one a page takes twice as long to come.
    """

    def __init__(self, context: BrowserContext):
        self.page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda entry: self.complaints.append(entry.text) if entry.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda asked: self.complaints.append(asked.url) if _foreign(asked.url) else None)

    def clear(self) -> None:
        """What a reader's browser remembers is no business of the next; who leaves ends what the server does."""
        self.page.evaluate("localStorage.clear(); sessionStorage.clear()")
        self.page.goto("about:blank")
        self.page.mouse.move(0, 0)
        self.complaints.clear()


class Tabs:
    """A profile of the browser for each language, with its tabs that are free."""

    def __init__(self, browser: Browser):
        self.contexts = {lang: browser.new_context(locale=lang) for lang in LANGUAGES}
        self.free: dict[str, list[Tab]] = {lang: [] for lang in LANGUAGES}

    @contextmanager
    def some(self) -> Iterator[Callable[[str], Tab]]:
        """Gives a function that takes a tab of this language; at the end all that were taken are free again."""
        taken = []

        def take(lang: str) -> Tab:
            tab = self.free[lang].pop() if self.free[lang] else Tab(self.contexts[lang])
            taken.append((lang, tab))
            return tab

        yield take
        complaints = [complaint for _, tab in taken for complaint in tab.complaints]
        for lang, tab in taken:
            tab.clear()
            self.free[lang].append(tab)
        assert not complaints, complaints

    @contextmanager
    def opening(self, server: str) -> Iterator[Callable[..., Page]]:
        """Gives open_page(slug, lang, theme, width, **link) -> a settled page."""
        with self.some() as take:

            def open_page(slug="machine", lang="en", theme="light", width=1280, height=900, **link) -> Page:
                page = take(lang).page
                page.set_viewport_size({"width": width, "height": height})
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                query = urlencode({"lang": lang, **link})
                page.goto(f"{server}/{'' if slug == 'machine' else slug}?{query}")
                return settled(page)

            yield open_page


def _foreign(url: str) -> bool:
    return not url.startswith(("http://localhost:", "ws://localhost:", "data:", "blob:"))


def settled(page: Page) -> Page:
    """Wait until the script has run and what it sent is drawn.

    A component's module comes some time after its place: until then a chart's is an empty `.root`, and not yet busy.
    """
    page.wait_for_selector("h1", timeout=30_000)
    page.wait_for_function(
        """() => document.querySelector('[data-test-script-state="notRunning"]')
            && !document.querySelector(
                '[data-stale=true], [data-testid=stSkeleton], .root:empty, .chart[aria-busy=true], .stApp[inert]')""",
        timeout=30_000,
        polling=100,  # else at every frame, and frames are what the page is busy with
    )
    page.wait_for_timeout(150)
    return page


def with_all_charts(page: Page) -> Page:
    """Those further down are drawn as well, as when the page is printed."""
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.chart:not(.js-plotly-plot)')].every((chart) => !chart.clientWidth)",
        polling=100,
    )
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    return page


COVERED = """() => {
    const controls = [];
    const look = (node) => {
        if (node.matches?.(".masthead")) return;  // its menus are shut, or lie over everything
        if (node.matches?.("a, button, input, select, textarea, summary, [role=slider]")) controls.push(node);
        for (const child of [...(node.shadowRoot?.children ?? []), ...node.children]) look(child);
    };
    look(document.querySelector("[data-testid=stMain]"));
    const boxes = controls.map((node) => [node, node.getBoundingClientRect()]).filter(([, box]) => box.width);
    const lines = [...document.querySelectorAll(".save")].map((line) => [line, line.getBoundingClientRect()]);
    const covers = ([line, a]) => boxes
        .filter(([node, b]) => !line.contains(node)
            && a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)
        .map(([node]) => `${line.parentNode.className}: ${node.outerHTML.slice(0, 80)}`);
    return lines.flatMap(covers);
}"""  # the controls that a figure's line lies over


def assert_page_ok(page: Page, lang: str, theme: str) -> None:
    """In this language and theme, without a fault, nothing too wide, and accessible."""
    assert page.evaluate("document.documentElement.lang") == lang
    assert page.evaluate("getComputedStyle(document.querySelector('.stApp')).colorScheme") == theme
    assert page.locator("[role=alert], [data-testid=stException]").count() == 0
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")
    assert page.evaluate(COVERED) == []
    assert_accessible(page)


def assert_accessible(page: Page) -> None:
    """axe-core finds nothing, by all its rules of A and AA, and by those of good practice, as headings in order."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE)
    violations = page.evaluate("async () => (await axe.run({ resultTypes: ['violations'] })).violations")
    assert not {rule["id"]: [node["html"][:160] for node in rule["nodes"]][:3] for rule in violations}
