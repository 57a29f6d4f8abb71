"""What strangers may put into a prompt and a link, through whole pages and a browser: no exception, no markup of
theirs, and nothing of one session in another."""

from itertools import cycle, islice

import pytest

from tests.support.app_test import html_of, run_page
from tests.support.hostile import BOUND, CORPUS, READ, Found
from tests.support.pages import PAGES, PROMPTED
from ui.kit import cache

pytestmark = pytest.mark.slow

TYPED = '"><img src=x onerror=hacked=1></span><script>hacked=1</script>{0.__class__}$x$[a](javascript:hacked=1)'
ODD = "# **b** :smile: {x} {0} %s é\u0301 👩‍🚀 שו two\u2028lines "
OURS = """
    a abbr article aside b bdi br button caption code dd del details div dl dt em fieldset figcaption figure footer g h1
    h2 h3 h4 header hr i input kbd label legend li main mark nav ol p path pre rect s section small span strong
    style sub summary sup svg table tbody td text th thead tr u ul var
"""


OUR_LINKS = ("notebook/", *(f"{slug}?" for slug in PAGES))  # which hand on what theirs says, encoded


@pytest.mark.usefixtures("without_wheels")
@pytest.mark.parametrize("slug", PAGES)
def test_a_page_with_a_hostile_link(slug):
    """Everything at once: a damaged value in each parameter, a model by its path, markup in the prompt."""
    at = 37 * PAGES.index(slug)
    values = islice(cycle([value.encode(errors="replace").decode() for value in CORPUS]), at, None)
    damaged = dict(zip(READ + BOUND, values, strict=False))
    test = run_page(slug, **damaged | {"lang": "en", "prompt": ODD + TYPED, "model": "../checkpoints/experts"})
    assert not test.exception
    assert slug not in PROMPTED or test.text_area(key="prompt").value == ODD + TYPED
    shown = Found(html_of(test))
    for tag, attributes in shown.tags:
        assert tag in OURS.split() or (tag == "img" and dict(attributes)["class"] == "qr"), tag
        assert tag != "img" or "src" not in dict(attributes)  # the browser draws it when it is asked for
        for name, value in attributes:
            assert not name.startswith("on") and "script:" not in (value or ""), (tag, attributes)
            ours = name in ("value", "aria-label", "title", "data-token") or (value or "").startswith(OUR_LINKS)
            assert ours or "hacked" not in (value or "")
    assert "<h1" in html_of(test)


def test_hostile_links_in_the_browser(open_page):
    """No script of theirs runs, nothing of theirs is drawn as a link, a picture or a formula; and the browser has the
    policy that would have stopped it. (Foreign requests and errors in the console are seen by open_page.)"""
    for slug, said in {
        "machine": {"layer": "9" * 5_000},
        "next_token": {"top_k": "{{7*7}}", "temperature": "1e999", "seed": "-1"},
        "tokens": {"token": "<script>hacked=1</script>"},
    }.items():
        page = open_page(slug, prompt=TYPED, model="../../etc/passwd", **said)
        assert page.evaluate("typeof hacked") == "undefined"
        assert (
            page.locator("[href^='javascript:'], [onerror], [src='x'], .katex, [data-testid=stException]").count() == 0
        )
        assert page.input_value(".st-key-prompt textarea") == TYPED


# ---- one reader's things stay with that reader


def everything(test):
    """All that the server sends for a page, as text."""
    blocks, found = [test.main], []
    while blocks:
        block = blocks.pop()
        blocks += getattr(block, "children", {}).values()
        found.append(str(getattr(block, "proto", "")))
    return "\n".join(found)


@pytest.mark.parametrize("slug", ["machine", "tokens", "packing"])
def test_nothing_of_one_reader_reaches_another(slug):
    prompts = {"volcano": "The volcano sleeps", "orchestra": "An orchestra waits"}
    tests = {word: run_page(slug, prompt=text, model="experts") for word, text in prompts.items()}
    tests["volcano"].run()
    for own, test in tests.items():
        sent = everything(test)
        assert [word for word in prompts if word in sent] == [own]


def test_the_shared_cache_gives_everybody_their_own():
    """Texts that differ in a space, a case, an accent, an invisible sign; and limits and fields that differ."""
    texts = [
        "it is",
        "it  is",
        "It is",
        "it is ",
        "ít is",
        "i\u0301t is",
        "it\u200b is",
        "it is\u00a0",
        "1",
        "1.0",
        "True",
    ]
    bundle = cache.bundle("experts")
    for _ in range(2):
        for text in texts:
            for limit in (2, 8):
                ids = bundle.tokenizer.encode(text)[:limit]
                trace = cache.trace(bundle, ids, {"final"})
                assert list(trace.token_ids) == ids and list(trace.tokens) == bundle.tokenizer.strings(ids)
