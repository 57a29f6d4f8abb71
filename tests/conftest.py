"""What the tests of the running app share: the server, a browser, and a page in it that complains by itself."""

import gc
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from ui.kit import cache as session

# two test processes share two cores: threads of their own would spin for one another; read when torch is loaded
os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).parents[1]
FILES = {file.stem.partition("_")[2]: file for file in sorted((ROOT / "pages").glob("[0-9][0-9]_*.py"))}  # in order
PAGES = sorted(FILES)
PROMPTED = [slug for slug in PAGES if "models=()" not in FILES[slug].read_text()]
MARKUP = "<script>hacked=1</script><img src=x onerror=hacked=1> $x$ **b** [a](b)"
AXE = (ROOT / "tests/assets/axe.min.js").read_text()
LANGUAGES = ("en", "it")
# Debian's headless shell first: the same Chromium without the windows, toolbars and tabs that nobody sees here
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# a page lives for seconds here: to compile its scripts ahead, better and better, and to throw that away costs more
JS = ("--max-lazy", "--no-flush-bytecode", "--no-opt", "--no-maglev")
MAC_CHROME = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")

# AppTest reads the metadata of every installed package at each run, in search of components: once will do
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)

expect.set_options(timeout=20_000)  # it ends as soon as what is expected is there; a busy machine needs longer


def pytest_collection_finish() -> None:
    gc.freeze()  # what has been imported is here to stay; Streamlit looks for garbage after every run of a page


def run_page(slug: str, lang: str = "en", **params: str) -> AppTest:
    """A page of the app under AppTest, with this link."""
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in {"lang": lang, **params}.items():
        test.query_params[name] = value
    if slug != "machine":
        show(test, slug)
    return test.run()


def show(test: AppTest, slug: str) -> AppTest:
    """Its next run is of this page."""
    return test.switch_page(str(FILES[slug].relative_to(ROOT)))


@lru_cache(maxsize=8)
def shown_page(slug: str, lang: str = "en", **params: str) -> AppTest:
    """The same, run once for all tests that only read it."""
    return run_page(slug, lang, **params)


def html_of(test: AppTest) -> str:
    return "\n".join(element.value for element in test.get("html"))


def unfolded(test: AppTest) -> AppTest:
    """The page with its tables and its code opened (widgets.folded)."""
    for part in test.expander:
        if part.key:
            test.session_state[part.key] = True
    return test.run()


@pytest.fixture(scope="session")
def smollm2():
    """Models are read once, and the pages under AppTest have the same ones: nobody writes into them."""
    return session.bundle("smollm2")


@pytest.fixture(scope="session")
def minilm():
    return session.bundle("minilm")


@pytest.fixture(scope="session")
def moe():
    return session.bundle("experts")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        return free.getsockname()[1]


@contextmanager
def serving(log: Path, *streamlit: str) -> Iterator[tuple[int, subprocess.Popen]]:
    """The app, served for real: its port, and its process, which a test may kill. A traceback in its log is a fault.

    `streamlit` is what Python is given to run it, else its module.
    """
    port = free_port()
    command = [sys.executable, *(streamlit or ("-m", "streamlit")), "run", "serve.py", "--server.port", str(port)]
    with log.open("w") as out:
        server = subprocess.Popen([*command, "--server.headless", "true"], cwd=ROOT, stdout=out, stderr=out)
    try:
        wait_for(f"http://localhost:{port}", server, log)
        yield port, server
    finally:
        server.terminate()
        server.wait(20)
    assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture(scope="session")
def app_server(tmp_path_factory):
    """The address of the app."""
    with serving(tmp_path_factory.mktemp("server") / "log.txt") as (port, _):
        yield f"http://localhost:{port}"


def wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
            return
        except OSError:
            assert server.poll() is None, log.read_text()
            time.sleep(0.1)
    raise TimeoutError(log.read_text())


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """Debian's Chromium or an installed Chrome. Without one the browser tests skip, but in CI they fail."""
    found = next(filter(None, map(shutil.which, CHROMIUMS)), MAC_CHROME if MAC_CHROME.exists() else None)
    if found is None:
        reason = f"no browser: none of {', '.join(CHROMIUMS)} was found"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    quiet = ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-gpu"]
    return {"executable_path": str(found), "args": ["--no-sandbox", f"--js-flags={' '.join(JS)}", *quiet]}


class Tab:
    """A tab of the browser, and what went wrong in it.

    It is used by one test after another: each loads its page anew, but the tab keeps the app's scripts compiled, and in
    a new one a page takes twice as long to come.
    """

    def __init__(self, context: BrowserContext):
        self.page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda asked: self.complaints.append(asked.url) if _foreign(asked.url) else None)

    def clear(self) -> None:
        """What a reader's browser remembers is no business of the next; who leaves ends what the server does."""
        self.page.evaluate("localStorage.clear()")
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


@pytest.fixture(scope="session")
def tabs(browser):
    return Tabs(browser)


@pytest.fixture
def open_page(tabs, app_server):
    """open_page(slug, lang, theme, width, **link) -> a settled page.

    When the test ends, an error in the console or a request to a host that is not ours fails it.
    """
    with tabs.some() as take:

        def open_it(slug="machine", lang="en", theme="light", width=1280, height=900, **link):
            page = take(lang).page
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            query = urlencode({"lang": lang, **link})
            page.goto(f"{app_server}/{'' if slug == 'machine' else slug}?{query}")
            return settled(page)

        yield open_it


def _foreign(url: str) -> bool:
    return not url.startswith(("http://localhost:", "ws://localhost:", "data:", "blob:"))


def count_messages(page) -> None:
    """From now on window.sent is how many messages went to the server."""
    page.evaluate(
        """() => {
            window.sent = 0;
            const send = WebSocket.prototype.send;
            WebSocket.prototype.send = function (...message) { window.sent += 1; return send.apply(this, message); };
        }"""
    )


def settled(page):
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


def with_all_charts(page):
    """Those further down are drawn as well, as when the page is printed."""
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.chart:not(.js-plotly-plot)')].every((chart) => !chart.clientWidth)",
        polling=100,
    )
    return page


def healthy(page, lang: str, theme: str) -> None:
    """In this language and theme, without a fault, nothing too wide, and nobody kept out."""
    assert page.evaluate("document.documentElement.lang") == lang
    assert page.evaluate("getComputedStyle(document.querySelector('.stApp')).colorScheme") == theme
    assert page.locator("[role=alert], [data-testid=stException]").count() == 0
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")
    nobody_kept_out(page)


def nobody_kept_out(page) -> None:
    """axe-core finds nothing serious or critical; its rules of less weight are not run."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE)
    found = page.evaluate(
        """async () => {
            const less = axe._audit.rules.filter((rule) => ["minor", "moderate"].includes(rule.impact));
            const rules = Object.fromEntries(less.map((rule) => [rule.id, { enabled: false }]));
            return (await axe.run({ resultTypes: ["violations"], rules })).violations;
        }"""
    )
    assert not {fault["id"]: [node["html"][:160] for node in fault["nodes"]][:3] for fault in found}
