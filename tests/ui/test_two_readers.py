"""The link of every lesson, found by glob, shows the same to another reader; in both languages, themes and widths."""

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import pytest
from playwright.sync_api import expect

from tests.support import labels, sums
from tests.support.browser import assert_page_ok, settled, with_all_charts
from tests.support.pages import MARKUP, PAGES, PROMPTED
from ui.frame import curriculum

PROMPT = "A cat sat on the mat while it rained"
# What is chosen in each lesson, and what of it is then seen. Where the model does not matter it is the small one, which
# is a choice like the others.
LESSONS = {
    "machine": ("layer=12&part=token&token=3", []),
    "tokens": ("token=2&word=3&merge=3&look=hello&spell=banana", ["banana", "hello"]),
    "next_token": (
        "model=experts&candidate=3&dial=min_p&temperature=0.7&top_k=20&top_p=50&min_p=5&draws=10&seed=7",
        ["In 10 samples,"],
    ),
    "step_by_step": ("model=experts&path=28.253&temperature=0.5&seed=4&beams=3", []),
    "tracks": ("model=experts&turn=3&cost-model=Mixtral+8x7B&cost-context=other&cost-tokens=1000", ["Mixtral …x…B"]),
    "projections": (
        "model=experts&layer=4&head=3&token=5&key=2&matrix=k&row=4&column=10&stage=plain&order=place",
        ["W_k, row 4, column 10: "],
    ),
    "attention": ("layer=5&head=3&token=5&key=2&target=3&mask=off&rows=all", ["Layer 5, head 3"]),
    "heads": ("layer=5&head=3&token=5&score=2&typed=cat&against=alone&kind=2", ["cat"]),
    "sharing": ("sharing=3&query=4&layer=5&token=3", ["as MHA"]),
    "sparse": ("pattern=strided&size=8&token=10&cost=5", ["strided, stride 8"]),
    "ring": (
        "layer=4&head=2&token=5&devices=3&step=2&costs=Mixtral+8x7B&length=32k&over=4&processes=2",
        ["before step 2", "after step 2"],
    ),
    "blocks": ("part=mlp&view=detailed", []),
    "switchboard": ("switch=mqa&map-layer=2&map-head=2&map-token=3", ["All 4 query heads share"]),
    "positions": (
        "model=experts&layer=4&head=2&token=6&key=2&shift=5&apart=3&pair=4&order=shuffle-2&row=7&base=1000",
        ["base 1,000"],
    ),
    "packing": (
        "model=experts&method=best_fit&context=64&documents=30&lines=One+two.%0AThree+four+five.&row=3"
        "&mask=off&restart=off&separator=true&layer=4&head=3&reader=3",
        ["Three four five."],
    ),
    "experts": ("layer=2&token=3&paths=all&kinds=2&active=3&experts=2&experts=4&where=1&force=true", []),
    "table": ("table-of=Mixtral+8x7B&beside=smollm2&tokens=16k&edit=width%3A2048", ["Mixtral 8x7B"]),
    "encoders": (
        "encoder=3-2&decoder=4-1&query=water&sentences=One.%0ATwo+dogs.%0AThree+cats.&pair=1-3",
        ["Two dogs.", "water"],
    ),
    "mlp": ("model=experts&layer=5&token=3&neuron=2", []),
    "what_if": ("model=experts&edits=zero.2.3&other=The+cat+sat&layer=4&head=2", ["zero.2.3", "Layer 4, head 2"]),
    "train": ("task=reverse&a-position=none&steps=400", ["Reverse", "after 400 steps at most"]),
    "is_it_true": ("break=instrument", ["instrumentation that alters the model"]),
}
TIME = re.compile(r"[\d.,]+\u202f(µs|ms|s)\b")  # measured anew by every reader
NUMBER = re.compile(r"[\d.,]+")  # in lesson `tracks` they all depend on such times

CHOICES = ".stElementContainer:not([class*=st-key-pick-]) > [data-testid=stButtonGroup]"  # answers are in no link

SEEN = """() => {
  const found = [];
  const look = (node) => {
    if (node.nodeType === Node.TEXT_NODE) found.push(node.data.trim());
    if (node instanceof Element) {
      if (node.matches("style, script, .masthead, .save, [data-testid=stSliderThumbValue]")) return;
      for (const name of ["aria-checked", "aria-pressed", "aria-selected", "aria-valuenow"])
        if (node.hasAttribute(name)) found.push(`${name}=${node.getAttribute(name)}`);
      if (node.matches("input, textarea")) found.push(node.value);
    }
    [...(node.shadowRoot?.childNodes ?? []), ...node.childNodes].forEach(look);
  };
  look(document.querySelector("[data-testid=stMain]"));
  return found.filter(Boolean);
}"""


@pytest.fixture(scope="module")
def readers(tabs, app_server):
    """Two readers whose browsers differ in language and theme; the first goes from lesson to lesson."""
    with tabs.some() as take:
        first, second = take("en").page, take("it").page
        first.set_viewport_size({"width": 1280, "height": 900})
        for page, scheme in ((first, "light"), (second, "dark")):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        first.goto(f"{app_server}/table?lang=en")
        yield settled(first), second


def seen(page) -> list[str]:
    measured = NUMBER if "/tracks?" in page.url else TIME
    return [measured.sub("…", text) for text in page.evaluate(SEEN)]


def jumps(page) -> float:
    """How much the page has jumped while it was drawn: the browser's layout shifts, of which 0.1 passes for good."""
    return page.evaluate(
        """() => new Promise((done) => {
            let sum = 0;
            const add = (list) => list.getEntries().forEach((shift) => (sum += shift.hadRecentInput ? 0 : shift.value));
            new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
            setTimeout(() => done(sum), 100);
        })"""
    )


def rest(page) -> list[str]:
    """What is seen when nothing changes any more, and nothing is being measured (lesson `tracks` counts its runs)."""
    before, now = None, seen(page)
    for _ in range(40):
        if now == before and "Run … of … …" not in now:
            return now
        settled(page)
        before, now = now, seen(page)
    return now


def test_every_lesson_has_a_link_to_try():
    assert set(LESSONS) == set(PAGES)


@pytest.mark.parametrize("slug", PAGES)
def test_a_lesson_and_its_link_with_two_readers(readers, slug):
    """The first has the lesson in English, light and wide, and hands the link on: the second sees the same, whose
    browser is Italian and dark. Then that one reads in Italian, in the dark, on a telephone, with markup in the prompt.

    No error and no foreign host (tabs), nothing too wide, nothing that jumps or keeps a reader out; and markup stays
    text.
    """
    first, second = readers
    copied, want = handed_on(first, slug)
    assert_page_ok(first, "en", "light")
    second.set_viewport_size({"width": 1280, "height": 720})
    second.goto(copied)
    assert jumps(settled(second)) < 0.1
    with_all_charts(second)
    for _ in range(200):  # lesson `tracks` is still measuring
        if (found := seen(second)) == want:
            break
        second.wait_for_timeout(100)
    assert found == want
    assert second.evaluate("getComputedStyle(document.querySelector('.stApp')).colorScheme") == "light"
    read_on_a_telephone(second, slug in PROMPTED)


def handed_on(page, slug: str) -> tuple[str, list[str]]:
    """Opens the lesson as its link says. Gives the link that the page has for others, and what is seen."""
    query, parts = LESSONS[slug]
    prompt = {} if slug in ("train", "table") else {"prompt": PROMPT}
    home = "/" if slug == curriculum.MACHINE.slug else slug
    if urlsplit(page.url).path == f"/{slug}":  # where `readers` begins: a page comes from another, and has no state yet
        page.goto(urljoin(page.url, "tokens?lang=en"))
        settled(page)
    page.evaluate(
        "(to) => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')); }",
        f"{home}?{urlencode({'lang': 'en'} | prompt)}&{query}",
    )
    page.wait_for_selector(f".masthead nav a[href='{home}'][aria-current]", state="attached")
    with_all_charts(settled(page))
    want = rest(page)
    page.click(".share > summary")
    expect(page.locator(".share .address")).to_have_value(re.compile(f"{home}\\?v=1&"))
    copied = page.input_value(".share .address")
    page.keyboard.press("Escape")
    said = parse_qsl(urlsplit(copied).query)
    assert set(said) >= {*parse_qsl(query), *prompt.items(), ("v", "1"), ("lang", "en"), ("theme", "light")}
    text = " ".join(want)
    assert_sums_hold(page)
    assert not labels.faults(page)
    assert not [part for part in parts if part not in text]
    a_click_is_a_step_and_back_undoes_it(page, want)
    return copied, want


def assert_sums_hold(page) -> None:
    """What is written out, by Python or by a component, can be worked again from the numbers that are printed."""
    boxes = page.locator(".arith").evaluate_all("(boxes) => boxes.map((box) => box.outerHTML)")
    for box in boxes:
        for line in sums.lines_of(box):
            sums.check(line, "en")


def a_click_is_a_step_and_back_undoes_it(page, want: list[str]) -> None:
    """At most one step of the browser's history, whatever the click changes in the link (Streamlit's own binding makes
    none); Back restores what is seen."""
    choices = page.locator(f"{CHOICES} button[aria-checked=false]")
    if not choices.count():
        return
    was, said, steps = page.url, params(page), page.evaluate("history.length")
    choices.first.click()
    page.wait_for_function("(was) => location.href != was", arg=was)
    settled(page)
    if page.evaluate("history.length") > steps:
        assert page.evaluate("history.length") == steps + 1
        page.go_back()
        settled(page)
        assert params(page) == said and rest(page) == want


def the_language_changes_nothing_but_the_words(page) -> None:
    """After a switch the browser's part of a widget must not send labels of the other language: a click shows it."""
    said, steps = params(page), page.evaluate("history.length")
    page.locator("[class*=st-key-pick-] button").first.click()
    expect(page.locator("[class*=st-key-pick-] button[aria-checked=true]").first).to_be_visible()
    settled(page)
    assert params(page) == said and page.evaluate("history.length") == steps


def params(page) -> list[tuple[str, str]]:
    return sorted(parse_qsl(urlsplit(page.url).query))


def read_on_a_telephone(page, prompted: bool) -> None:
    page.set_viewport_size({"width": 360, "height": 900})
    page.click(".theme-switch")
    page.locator(".languages a[lang=it]").click()
    page.wait_for_function("document.documentElement.lang == 'it'")
    settled(page)
    the_language_changes_nothing_but_the_words(page)
    if prompted:
        page.fill(".st-key-prompt textarea", MARKUP)
        page.keyboard.press("Enter")
        page.wait_for_url("**hacked**")
        settled(page)
        assert page.input_value(".st-key-prompt textarea") == MARKUP
    with_all_charts(settled(page))
    assert_page_ok(page, "it", "dark")
    assert not labels.faults(page)
    assert page.evaluate("typeof hacked") == "undefined"
    assert page.locator(".katex").count() == 0
    page.evaluate("localStorage.clear()")  # the theme that was chosen
