"""The component is given the masks and the reach; runs under a pattern are the model's; the questions too."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

import content
from model import lens, masks, sampling, transformer
from model.edits import UseMask
from tests.support.app_test import html_of, reveal, run_page, shown_page, unfolded
from tests.support.browser import settled
from tests.support.payload import charts, component_payload, values
from ui.kit import language
from ui.kit.numbers import number, percent
from ui.lessons.sparse import questions, readings
from ui.lessons.sparse.readings import Choice

SHORT = "The dog chased the squirrel because it"
LAYERS = 30


def may_read(pattern: str, size: int, length: int) -> np.ndarray:
    """The patterns once more, cell by cell, as the lesson's text describes them: (T, T) bool."""
    q, k = np.indices((length, length))
    patterns = {
        "full": q == q,
        "sliding": q - k < size,
        "sink": (q - k < size - 1) | (k == 0),
        "strided": (q - k < size) | ((q - k) % size == 0),
        "fixed": (q // size == k // size) | (k % size == size - 1),
    }
    return patterns[pattern] & (k <= q)


@pytest.fixture(scope="module")
def ids(smollm2):
    return smollm2.tokenizer.encode(readings.PASSAGE)


def traced(bundle, ids: list[int], rules=()):
    edits = tuple(UseMask(layer, rule) for layer, rule in enumerate(rules))
    return transformer.run(bundle.model, ids, bundle.tokenizer.strings(ids), edits=edits)


def drawn(test, part: str) -> dict:
    """What a component was given; its arrays by name."""
    data, arrays = component_payload(test, "sparse", part=part)
    return data | arrays


# ---------------------------------------------------------------- patterns, reach, cost


def test_the_component_is_given_every_mask_cell_by_cell():
    data = drawn(shown_page("sparse", "en", prompt=SHORT), "grid")
    for rows, length in ((data["rows"], len(data["tokens"])), (data["wideRows"], data["wide"])):
        cells = np.unpackbits(rows, axis=-1)[..., :length]
        for choice, (first, second) in zip(readings.ALL, cells, strict=True):
            local = "sliding" if choice.pattern == "alternating" else choice.pattern
            expected = may_read(local, choice.size, length)
            np.testing.assert_array_equal(first, expected, str(choice))
            other = np.tri(length) if choice.pattern == "alternating" else expected
            np.testing.assert_array_equal(second, other, str(choice))


def test_reach_says_after_which_layer_something_can_have_arrived():
    """Against a definition of its own: from token to token, a layer at a time."""
    length = 24
    _, reach = readings.patterns(length, LAYERS)
    for choice in (
        Choice("sliding", 4),
        Choice("sink", 4),
        Choice("strided", 8),
        Choice("fixed", 8),
        Choice("alternating", 2),
    ):
        held = [{q} for q in range(length)]
        first = {(q, q): 0 for q in range(length)}
        for layer in range(1, LAYERS + 1):
            full = choice.pattern == "alternating" and layer % 2 == 0
            kind = "full" if full else "sliding" if choice.pattern == "alternating" else choice.pattern
            read = may_read(kind, choice.size, length)
            held = [set().union(*(held[k] for k in np.flatnonzero(read[q]))) for q in range(length)]
            for q in range(length):
                for k in held[q]:
                    first.setdefault((q, k), layer)
        expected = [[first.get((q, k), readings.NEVER) for k in range(length)] for q in range(length)]
        np.testing.assert_array_equal(reach[readings.ALL.index(choice)], expected, str(choice))


def test_through_a_window_the_reach_is_n_times_w_less_one_plus_one():
    _, reach = readings.patterns(64, LAYERS)
    for size in readings.SIZES:
        back = np.arange(64)
        layers = np.ceil(back / (size - 1)).astype(int)
        expected = np.where(layers > LAYERS, readings.NEVER, layers)[::-1]
        np.testing.assert_array_equal(reach[readings.ALL.index(Choice("sliding", size))][-1], expected)


def test_the_curves_are_the_counts_of_the_masks():
    test = run_page("sparse", prompt=SHORT, pattern="fixed", size="8")
    lines = {
        line["name"].strip("</b>"): values(line["y"]) for line in charts(test)["cost-lines"]["data"] if "name" in line
    }
    words = content.load("en", "sparse")
    names = {"full": words["full"], **{p: words[f"name-{p}"].format(n=8) for p in readings.PATTERNS[1:]}}
    for pattern, name in names.items():
        for i, length in enumerate(readings.LENGTHS[:5]):  # small enough to count the cells
            rows = [rule(*[torch.arange(int(length))] * 2).sum() for rule in Choice(pattern, 8).rules(2)]
            assert lines[name][i] == sum(rows) / 2, (pattern, length)
        assert lines[name][-1] == Choice(pattern, 8).score_count(2**20)
    assert "5.50\u202f×\u202f10¹¹" in html_of(test)  # 2^20 (2^20 + 1) / 2
    ring = charts(test)["cost-lines"]["data"][-1]
    assert (values(ring["x"])[0], values(ring["y"])[0]) == (7, Choice("fixed", 8).score_count(7))


def test_what_is_often_drawn_is_counted_on_the_prompt(ids):
    """Cell by cell, by the definitions above."""
    box = html_of(shown_page("sparse", "en")).partition('<aside class="said">')[2].partition("</aside>")[0]
    n = len(ids)
    row = {pattern: int(may_read(pattern, 16, n)[-1].sum()) for pattern in ("sliding", "strided", "fixed")}
    block = (n - 1) % 16 + 1
    assert f"attends to {row['strided']} tokens, its window alone to {row['sliding']}; " in box
    assert f"the fixed pattern to {row['fixed']}, its block alone to {block}." in box
    held, layers = {n - 1}, 0
    while 0 not in held:
        held, layers = {k for q in held for k in np.flatnonzero(may_read("fixed", 16, n)[q])}, layers + 1
    assert f"arrives after {layers} layers." in box
    few = html_of(run_page("sparse", prompt=SHORT)).partition('<aside class="said">')[2]
    assert "the seventh has 7 scores in full attention, and 4 through a window of 4" in few


# ---------------------------------------------------------------- the real model


@pytest.mark.parametrize("pattern, size", [("fixed", 16), ("alternating", 4)])
@pytest.mark.slow
def test_losses_and_distribution_are_those_of_the_model_under_the_pattern(smollm2, ids, pattern, size):
    test = unfolded(run_page("sparse", pattern=pattern, size=str(size)))
    rules = {
        "fixed": [masks.Fixed(16)] * LAYERS,
        "alternating": [masks.Sliding(4), masks.Causal()] * (LAYERS // 2),
    }[pattern]
    before, after = traced(smollm2, ids), traced(smollm2, ids, rules)
    np.testing.assert_array_equal(after.layers[2].mask, rules[2](*[torch.arange(len(ids))] * 2))
    data = drawn(test, "losses")
    chances = [sampling.softmax(trace.logits[-1]) for trace in (before, after)]
    size_in_bytes = len(readings.PASSAGE.encode()) - len(smollm2.tokenizer.bytes(ids[0]))
    for trace, name in ((before, "before"), (after, "after")):
        own = np.array([sampling.softmax(row)[id] for row, id in zip(trace.logits, ids[1:], strict=False)])
        np.testing.assert_allclose(data[name], -np.log2(own), rtol=1e-3, atol=1e-4)
        assert f"{number(-np.log2(own).sum() / size_in_bytes, 'en')}" in html_of(test)
    bars = [bar for bar in charts(test)["next"]["data"] if bar["type"] == "bar"]
    for bar, shares in zip(bars, chances, strict=True):
        x = values(bar["x"])
        assert x.sum() == pytest.approx(1, abs=1e-9) and x[0] == pytest.approx(shares[chances[0].argmax()], rel=1e-4)
    assert f"{number(lens.divergence(*chances), 'en')} bits" in html_of(test)
    masks_ = [layer.mask for layer in after.layers]
    hidden = np.stack([layer.pattern * ~rule for layer, rule in zip(before.layers, masks_, strict=True)])
    share = hidden.sum(-1).mean()
    assert f"put {percent(share, 'en')} of their weight" in html_of(test)


def test_the_passage_needs_its_beginning():
    """The first screen teaches something: without what the window hides the key is lost."""
    test = unfolded(run_page("sparse"))
    before, after = (values(bar["x"])[0] for bar in charts(test)["next"]["data"] if bar["type"] == "bar")
    assert before > 0.7 and after < 0.05


def test_the_first_token_gives_back_most_of_what_the_window_loses(smollm2, ids):
    """The claim of the lesson, and the numbers of its sentence."""
    rules = masks.Causal(), masks.Sliding(16), masks.SinkWindow(16)
    size = sum(len(smollm2.tokenizer.bytes(id)) for id in ids[1:])
    full, bare, kept = (lens.surprisal(smollm2.model, traced(smollm2, ids, [r] * LAYERS)).sum() / size for r in rules)
    back = (bare - kept) / (bare - full)
    assert back > 0.5
    shown = html_of(shown_page("sparse", "en"))
    assert f"costs {number(bare, 'en')} bits, with the first token kept" in shown and number(kept, "en") in shown
    assert percent(back, "en") in shown


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_a_window_wider_than_the_text_hides_nothing(lang):
    test = unfolded(run_page("sparse", lang, prompt=SHORT))
    data = drawn(test, "losses")
    assert data["before"] == data["after"]
    before, after = (values(bar["x"]) for bar in charts(test)["next"]["data"] if bar["type"] == "bar")
    np.testing.assert_array_equal(before, after)
    assert content.load(lang, "sparse")["loss-same"][:25] in html_of(test)


def test_one_token_has_nothing_to_lose():
    test = run_page("sparse", prompt="Hello")
    assert content.load("en", "sparse")["too-short"] in html_of(test)
    assert not test.get("button_group") and not test.exception


@pytest.mark.parametrize(
    "link", [{"size": "0"}, {"size": "1000"}, {"size": "-4"}, {"size": "four"}, {"pattern": "<b>"}, {"size": "4.0"}]
)
def test_a_damaged_link_is_left_out(link):
    assert readings.linked_choice(link) == readings.START


def test_a_damaged_link_still_gives_a_page():
    for lang, start in (("en", "Of this link"), ("it", "Di questo link")):
        test = run_page("sparse", lang, prompt="a b", pattern="<b>x</b>", size="0")
        assert html_of(test).count(start) == 1 and "<b>x</b>" not in html_of(test)
    assert readings.linked_choice({"pattern": "fixed", "size": "8"}) == Choice("fixed", 8)
    assert readings.linked_choice({}) == readings.START


@pytest.mark.parametrize("state", [None, {}, {"pattern": "x", "size": 4}, {"pattern": "fixed", "size": 3}, "fixed"])
def test_what_the_component_reports_is_checked(state):
    assert readings.reported_choice(state, readings.START) == readings.START


# ---------------------------------------------------------------- the questions


def test_the_reach_is_computed_when_asked(smollm2, ids):
    key = f"reach-smollm2-{readings.PASSAGE}"
    test = run_page("sparse")
    assert 'class="verdict' not in html_of(test)
    n = int(masks.reach([masks.Sliding(8)] * len(ids), len(ids))[-1, 0])
    assert n == -(-(len(ids) - 1) // 7)
    options = [option.content.strip("` ") for option in test.button_group(key=f"pick-{key}").proto.options]
    assert options == ["1", str(-(-len(ids) // 8)), str(n), str(len(ids) - 1), "Never"]
    shown = html_of(reveal(test, key, options.index(str(n))))
    assert 'class="verdict right"' in shown and f"= {n * 7 + 1} tokens" in shown


@pytest.mark.slow
def test_the_same_number_of_scores_costs_the_model_different_bits(smollm2, ids):
    key = f"budget-smollm2-{readings.PASSAGE}"
    test = run_page("sparse")
    assert [Choice(p, n).score_count(len(ids)) for p, n in (("sliding", 16), ("strided", 13))] == [1000, 987]
    size = sum(len(smollm2.tokenizer.bytes(id)) for id in ids[1:])
    rules = masks.Sliding(16), masks.SinkWindow(16), masks.Strided(13), masks.Fixed(29)
    bits = [lens.surprisal(smollm2.model, traced(smollm2, ids, [rule] * LAYERS)).sum() / size for rule in rules]
    shown = html_of(reveal(test, key, int(np.argmin(bits))))
    assert 'class="verdict right"' in shown
    assert all(f"<strong>{number(x, 'en')}</strong>" in shown for x in bits)


# ---------------------------------------------------------------- in the browser


def ask(page, prompt: str, chips: int):
    page.fill(".st-key-prompt textarea", prompt)
    page.keyboard.press("Enter")
    expect(page.locator(".sparse .passage").first.locator(".chip")).to_have_count(chips)


def test_a_pattern_is_chosen_and_the_page_follows(open_page):
    page = open_page("sparse", pattern="fixed", size="nonsense")
    expect(page.locator(".stHtml .notice")).to_contain_text("size=nonsense")
    page.locator(".sparse .sizes button").nth(1).click()
    page.locator(".sparse .pattern").nth(5).click()
    expect(page.locator(".sparse .over .note")).to_contain_text("1,379.5 of 2,485 cells")
    page.get_by_text("alternating, window 4), ").wait_for()
    expect(page.locator(".stHtml .notice")).to_have_count(0)
    assert "pattern=alternating" in page.url and "size=4" in page.url
    ask(page, SHORT, 7)
    expect(page.locator(".sparse .read")).to_contain_text("In every second layer “it” may attend to only 4 of the 7")
    page.wait_for_function("() => location.search.includes('alternating')")
    page.get_by_text("64 positions").click()
    expect(page.locator(".sparse .grid")).to_have_attribute("aria-valuemax", "64")
    settled(page)
    all_patterns_are_run_when_asked(page)
    page.set_viewport_size({"width": 360, "height": 900})
    page.locator(".languages a[lang=it]").click()
    page.wait_for_function("document.documentElement.lang == 'it'")
    settled(page)
    assert "pattern=alternating" in page.url
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")


def all_patterns_are_run_when_asked(page):
    page.locator(".st-key-compare button").click()
    expect(page.locator(".stHtml table.grid-table td.number")).to_have_count(18)
    expect(page.locator(".st-key-compare")).to_have_count(0)


def test_the_grid_does_not_open_with_the_answer():
    for length in range(20, 97):
        asking = SimpleNamespace(ids=range(length), names=["·a"] * length, words=language.Words("en", "sparse"))
        assert f"window of {readings.START.size}:" not in questions.reach(asking).plain, length
