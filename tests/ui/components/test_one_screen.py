"""The sentence that reads a figure aloud keeps its height, so that what stands under it stays where the pointer is."""

import pytest

STEPS = {  # what is clicked, one after another
    "tracks": [".tracks .step"] * 6,
    "attention": [".thumb", ".pick"],
    "heads": [".explorer .multiples button", ".explorer .names button"],
    "sparse": [".pattern", ".sizes button"],
    "ring": [".ring .step"] * 6,
}
HEIGHTS = """([first, ...others]) => {
    const all = (query) => [...document.querySelectorAll("[data-key]")].flatMap((box) =>
        [...(box.parent?.querySelectorAll(query) ?? [])]);
    const heights = new Set();
    const walk = ([query, ...rest]) => all(query).forEach((_, i) => {
        all(query)[i]?.click();
        const told = [all(".read")[0], ...all(".read + .said").slice(0, 1)];
        heights.add(told.map((node) => Math.round(node.getBoundingClientRect().height)).join());
        if (rest.length) walk(rest);
    });
    walk([first, ...others]);
    return [...heights];
}"""


@pytest.mark.parametrize("lang", ["en", "it"])
@pytest.mark.parametrize("slug", STEPS)
def test_a_headline_keeps_its_height(bare_page, slug, lang):
    page = bare_page(slug, lang, prompt="The dog chased the squirrel because it")
    heights = page.evaluate(HEIGHTS, STEPS[slug])
    assert len(heights) == 1, heights


FIGURES = {  # what is chosen by, and what shows it
    "step_by_step": (".loop .step", ".loop .candidates"),
    "tracks": (".tracks .step", ".tracks .board"),
    "attention": (".attention .chips", ".attention .instrument"),
    "heads": (".explorer .top", ".explorer .instrument"),
    "sparse": (".sparse .patterns", ".sparse .grid"),
    "what_if": (".what-if .instrument", ".what-if .instrument"),
    "train": (".train .slide", ".train .row"),
    "packing": (".packing .methods", ".packing .board"),
    "encoders": (".maps .line", ".maps .board"),
}
TALL = """(queries) => {
    const [above, below] = queries.map((query) => [...document.querySelectorAll("[data-key]")]
        .flatMap((box) => [...box.parent.querySelectorAll(query)])[0].getBoundingClientRect());
    return below.bottom - above.top;
}"""


@pytest.mark.parametrize("slug", FIGURES)
def test_a_figure_and_what_changes_it_are_on_one_screen(bare_page, slug):
    page = bare_page(slug, "it", height=720)
    assert page.evaluate(TALL, FIGURES[slug]) <= 720


LONG = "The dog chased the squirrel because it was late and the old man who lived by the sea had left the gate open"


@pytest.mark.parametrize("slug, names", [("attention", ".head-map .name"), ("heads", ".explorer .names .name")])
def test_a_map_without_room_for_numbers_has_all_names_and_a_scale(bare_page, slug, names):
    page = bare_page(slug, prompt=LONG, height=720)
    count = page.locator(names).count()
    assert count >= 22 and page.locator(f"{names}.left-out").count() == 0
    assert page.locator(f"{'.attention' if slug == 'attention' else '.explorer'} .weight-scale").is_visible()
    page = bare_page(slug, prompt="The dog", height=720)
    assert not page.locator(f"{'.attention' if slug == 'attention' else '.explorer'} .weight-scale").is_visible()


def test_curves_stay_in_their_line(bare_page):
    """Through other lines they would cross chips."""
    page = bare_page("attention", prompt=LONG, height=720)
    tops = page.locator(".attention .pick").evaluate_all("(chips) => chips.map((chip) => chip.offsetTop)")
    assert len(set(tops)) > 1
    for i in (len(tops) - 1, tops.index(tops[-1]), 4):
        page.locator(".attention .pick").nth(i).click()
        ends = page.locator(".attention .arcs path").evaluate_all(
            "(paths) => paths.map((path) => path.getAttribute('d').match(/-?[\\d.]+/g).map(Number))"
        )
        assert all(end[1] == end[-1] == tops[i] + 1 for end in ends)


APART = """() => [...document.querySelectorAll("[data-key]")]
    .flatMap((box) => [...box.parent.querySelectorAll(".hot .cand:not([hidden])")])
    .filter((row) => {
        const [q, ...others] = [".q", ".p", ".tag"].map((part) => row.querySelector(part));
        if (!q) return false;
        if (q.textContent.trim() !== "100\u202f%") q.textContent = "1.07 × 10⁻⁵\u202f%";
        const left = q.getBoundingClientRect().left;
        return q.scrollWidth > q.clientWidth || others.some((part) => part &&
            getComputedStyle(part).clipPath === "none" && part.getBoundingClientRect().right > left + 1);
    })
    .map((row) => row.textContent)"""


@pytest.mark.parametrize("lang", ["en", "it"])
@pytest.mark.parametrize("temperature", ["0", "2"])
def test_what_is_said_of_a_candidate_has_room_at_any_temperature(bare_page, lang, temperature):
    page = bare_page("step_by_step", lang, temperature=temperature)
    assert page.locator(".hot .cand").count() > 5
    for width in (1280, 1024, 360):
        page.set_viewport_size({"width": width, "height": 720})
        page.wait_for_timeout(100)
        assert page.evaluate(APART) == [], width


def test_the_presenters_view_has_the_whole_machine(bare_page):
    """Under masthead, title and prompt bar, which take 250 of 1080 pixels."""
    page = bare_page("machine", width=1900, height=1080)
    page.evaluate("document.documentElement.toggleAttribute('data-present', true)")
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.wait_for_function("document.querySelector('[data-key]').parent.querySelector('.compact')")
    assert page.evaluate(TALL, [".machine", ".machine .go"]) <= 1080 - 250
