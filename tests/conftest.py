"""What all tests share. What a fixture needs is imported in it: a test of the model loads neither Streamlit nor a
browser."""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

# the test processes share two cores: threads of their own would spin for one another; read when torch is loaded
os.environ.setdefault("OMP_NUM_THREADS", "1")
# pages list the models of the local cache: nobody's own are those of a test
os.environ["HF_HUB_CACHE"] = str(Path(__file__).with_name("no-models"))

# the first example of a test pays for what is made once, and shared machines are slow at times: no deadline
settings.register_profile("vetro", deadline=None, derandomize=True)
settings.load_profile("vetro")

SERVED = {"browser", "app_server"}  # fixtures


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a browser come first: each process begins with a part of the list, so one has nearly all of them, and
    with them the server and the browser."""
    for item in items:
        if SERVED & set(item.fixturenames):
            item.add_marker("browser")
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


def pytest_collection_finish() -> None:
    gc.freeze()  # what has been imported is here to stay; Streamlit looks for garbage after every run of a page


@pytest.fixture(scope="session")
def smollm2():
    from tests.support import models

    return models.bundle("smollm2")


@pytest.fixture(scope="session")
def minilm():
    from tests.support import models

    return models.bundle("minilm")


@pytest.fixture(scope="session")
def moe():
    from tests.support import models

    return models.bundle("experts")


@pytest.fixture(scope="session")
def app_server(tmp_path_factory):
    """The address of the app."""
    from tests.support.server import serving

    with serving(tmp_path_factory.mktemp("server") / "log.txt") as (port, _):
        yield f"http://localhost:{port}"


@pytest.fixture(scope="session")
def browser():
    from tests.support.browser import launched

    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def tabs(browser):
    from tests.support.browser import Tabs

    return Tabs(browser)


@pytest.fixture
def open_page(tabs, app_server):
    """open_page(slug, lang, theme, width, **link) -> a settled page.

    When the test ends, an error in the console or a request to a host that is not ours fails it.
    """
    with tabs.opening(app_server) as opened:
        yield opened


@pytest.fixture(scope="session")
def bare_pages(tabs):
    from tests.support.bare_page import BarePages

    with BarePages(tabs).serving() as pages:
        yield pages


@pytest.fixture
def bare_page(bare_pages):
    """bare_page(slug, lang, theme, width, **link) -> the page's components alone, mounted, without the app.

    When the test ends, an error in the console or a request to a host that is not ours fails it.
    """
    with bare_pages.opening() as opened:
        yield opened
