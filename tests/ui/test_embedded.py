"""With no wheel of a model installed, every lesson on a decoder runs on the model that comes with Vetro."""

from itertools import cycle

import pytest

from model import zoo
from tests.support.app_test import html_of, run_page
from tests.support.pages import LANGUAGES, PAGES
from ui.kit import cache, language

pytestmark = pytest.mark.slow

OWN = ("blocks", "experts", "table", "train")  # lessons on models of ours in the first place, or on none
DECODER = [slug for slug in PAGES if slug not in OWN]


@pytest.fixture(scope="module", autouse=True)
def without_wheels():
    found = zoo.find

    def find(name: str):
        if zoo.ENTRIES[name].package:
            raise zoo.ModelUnavailable(zoo.ENTRIES[name].file, "the file of its package", "install")
        return found(name)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(zoo, "find", find)
        cache.bundle.clear()
        yield
    cache.bundle.clear()


@pytest.mark.parametrize("slug, lang", [*zip(PAGES, cycle(LANGUAGES), strict=False)])
def test_a_lesson_runs_without_wheels(slug, lang):
    test = run_page(slug, lang)
    assert not test.exception
    shown = html_of(test)
    assert 'class="broken"' not in shown and ("takeaway" in shown or slug == "machine")
    if slug in DECODER:
        about = {"title": "SmolLM2", "file": zoo.ENTRIES["smollm2"].file, "instead": "Vetro MoE"}
        assert language.Words(lang, "ui")("instead-install", **about) in shown
        assert test.selectbox(key="model").value == zoo.EXPERTS
