"""With no wheel of a model installed, every lesson on a decoder runs on the model that comes with Vetro."""

from itertools import cycle

import pytest

from model import zoo
from tests.support.app_test import html_of, run_page
from tests.support.pages import LANGUAGES, PAGES
from ui.kit import language

OWN = ("blocks", "experts", "switchboard", "table", "train")  # lessons on models of ours in the first place, or on none
DECODER = [slug for slug in PAGES if slug not in OWN]


pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("without_wheels")]


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
