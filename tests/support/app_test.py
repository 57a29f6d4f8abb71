"""Pages under AppTest: Streamlit runs them without a server."""

import functools

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from tests.support.pages import APPENDICES, FILES, ROOT

SCRIPT = ROOT / "ui/frame/shell.py"

# AppTest reads the metadata of every installed package at each run, in search of components: once will do
manifest_scanner.scan_component_manifests = functools.cache(manifest_scanner.scan_component_manifests)


def run_page(slug: str, lang: str = "en", **params: str) -> AppTest:
    """A page of the app under AppTest, with this link."""
    test = AppTest.from_file(str(SCRIPT), default_timeout=60)
    for name, value in {"lang": lang, **params}.items():
        test.query_params[name] = value
    if slug != "machine":
        switch_page(test, slug)
    return test.run()


def switch_page(test: AppTest, slug: str) -> AppTest:
    """Its next run is of this page."""
    return test.switch_page(str((FILES | APPENDICES)[slug]))


@functools.lru_cache(maxsize=8)
def shown_page(slug: str, lang: str = "en", **params: str) -> AppTest:
    """The same, run once for all tests that only read it."""
    return run_page(slug, lang, **params)


def reveal(test: AppTest, key: str, option: int) -> AppTest:
    """Answers a question (ui/frame/quiz.py) with one of its options."""
    test.button_group(key=f"pick-{key}").set_value(option).run()
    return test.button(key=f"reveal-{key}").click().run()


def html_of(test: AppTest) -> str:
    return "\n".join(element.value for element in test.get("html") if "<style>" not in element.value)


def unfolded(test: AppTest) -> AppTest:
    """The page with its tables and its code opened (ui/kit/folded.py)."""
    for part in test.expander:
        if part.key:
            test.session_state[part.key] = True
    return test.run()
