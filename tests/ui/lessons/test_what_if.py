"""The link is the experiment, its numbers are the model's, and what cannot be done is said in a sentence."""

import contextlib
import io
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from model import lens, sampling, zoo
from model.edits import HideKey, SilenceHead
from tests.support.app_test import html_of, reveal, run_page
from tests.support.browser import settled
from tests.support.models import traced
from tests.support.payload import charts, component_payload, values
from ui.kit.numbers import number, percent
from ui.lessons.what_if import effect, search
from ui.server import limits

PROMPT = "The dog chased the squirrel because it"
EVERYTHING = (
    "silence.3.2_mean.4.1_scale.2.3.50_cut.2.1.5.4_swap.2.cat_patch.2.5.6_mask.4.sliding.4_shift.10.6_drop.5.3"
    "_force.6.1.4"
)


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """Twelve tokens more on every run of the page would be most of these tests' time."""
    monkeypatch.setattr(effect, "TEXT", 2)


@pytest.fixture(scope="module")
def bundle():
    return zoo.load("experts")


def chances(bundle, *edits):
    trace = traced(bundle, PROMPT, edits=edits)
    return sampling.softmax(trace.logits[-1]), trace


def page(lang: str = "en", **link: str):
    test = run_page("what_if", lang, model="experts", **link)
    assert not test.exception
    return test


def sent(test) -> tuple[dict, dict]:
    """What the map was given."""
    return component_payload(test, "what_if")


def link(test) -> str:
    written = test.query_params["edits"]
    return written if isinstance(written, str) else written[0]


def announced(test) -> str:
    """What a screen reader says of the next token, and of what was done."""
    said = re.search(r'<div role="status">(.*?)</div></div>', html_of(test), re.DOTALL)
    return re.sub(r"<[^>]*>", "", said[1])


def labels(test) -> list[str]:
    return [button.label.removesuffix(" ✕") for button in test.button if button.label.endswith("✕")]


def test_the_figures_show_the_pass_before_and_the_pass_after(bundle):
    test = page(edits="silence.4.1_cut.all.all.10.9")
    cuts = [HideKey(layer, 9, 8) for layer in range(6)]
    (p, plain), (q, trace) = chances(bundle), chances(bundle, SilenceHead(3, 0), *cuts)
    shown = html_of(test)
    assert number(lens.divergence(p, q), "en") + " bits" in shown
    assert percent(p.max(), "en") in shown and percent(q.max(), "en") in shown
    assert labels(test) == ["head 4.1 silenced", "`·it` does not attend to `·because` in all layers"]

    sides, movers, parted, *_ = charts(test).values()
    before, after = (values(trace["x"]) for trace in sides["data"] if trace["type"] == "bar")
    assert before.sum() == pytest.approx(1) and after.sum() == pytest.approx(1)
    assert before[:-1].max() == pytest.approx(p.max()) and after[:-1].max() == pytest.approx(q.max())
    assert np.abs(values(movers["data"][0]["x"])).max() == pytest.approx(np.abs(q - p).max())

    far = np.linalg.norm(trace.layers[5].resid_post - plain.layers[5].resid_post, axis=-1)
    moved = values(parted["data"][0]["z"])
    assert moved[6, -1] == pytest.approx(far[-1] / np.linalg.norm(plain.layers[5].resid_post[-1]))
    assert np.isnan(moved[0]).all() and np.isnan(moved[:, 0][:4]).all()

    data, arrays = sent(test)
    np.testing.assert_allclose(arrays["pattern"], np.stack([layer.pattern for layer in trace.layers]), atol=1e-7)
    assert arrays["pattern"][:, :, 9, 8].max() == 0
    assert data["cuts"] == [[None, None, 9, 8]]
    assert [(head["layer"], head["head"]) for head in data["heads"]] == [(3, 0)]


def test_the_page_begins_with_the_heads_that_did_most_and_runs_any_change(bundle):
    test = page()
    p, trace = chances(bundle)
    first, second = (lens.direct_effects(bundle.model, trace, int(token)).heads for token in np.argsort(-p)[:2])
    order = np.argsort(-(first - second), axis=None)[:2]
    assert labels(test) == [f"head {i // 6 + 1}.{i % 6 + 1} silenced" for i in order.tolist()]
    test = page("it", edits=EVERYTHING)
    assert len(labels(test)) == 10 and 'class="notice" role="status"' not in html_of(test)
    assert "finestra scorrevole di 4 nello strato 4" in labels(test)


def test_the_exported_lines_repeat_what_the_page_shows():
    test = page(edits=EVERYTHING)
    printed, names = io.StringIO(), {}
    with contextlib.redirect_stdout(printed):
        exec(next(code.value for code in test.code if "zoo.load" in code.value), names)
    before, after = (values(trace["x"]) for trace in charts(test)["sides"]["data"] if trace["type"] == "bar")
    assert before[:-1].max() == pytest.approx(names["p"].max(), abs=1e-6)
    assert after[:-1].max() == pytest.approx(names["q"].max(), abs=1e-6)
    assert number(lens.divergence(names["p"], names["q"]), "en") + " bits" in html_of(test)
    assert printed.getvalue()


@pytest.mark.slow
def test_changes_are_added_and_taken_off():
    test = page(edits="none")
    assert "Nothing is changed" in html_of(test) and not labels(test)
    test.button(key="add-go").click().run()
    (label,) = labels(test)
    assert label.startswith("head ") and link(test).startswith("silence.")
    assert announced(test).startswith(f"Added: {label}.")
    test.button(key="add-go").click().run()
    assert "It contradicts" in html_of(test) and labels(test) == [label]
    kind = next(box for box in test.selectbox if box.key.startswith("add-kind"))
    kind.set_value("swap").run()
    test.button(key="add-go").click().run()
    assert re.search(
        r"another token in the place of .*it.* was not added\. The field for the new token is empty", html_of(test)
    )
    next(box for box in test.text_input if "swap-text" in box.key).set_value("a b c")
    test.button(key="add-go").click().run()
    assert "single token" in html_of(test) and labels(test) == [label]
    next(box for box in test.text_input if "swap-text" in box.key).set_value("she")
    test.button(key="add-go").click().run()
    assert labels(test) == [label, "`·it` is now `·she`"]
    assert link(test).endswith("_swap.10.she")
    for name in ("patch", "mask", "force"):
        next(box for box in test.selectbox if box.key.startswith("add-kind")).set_value(name).run()
        test.button(key="add-go").click().run()
        assert not test.exception
    assert len(labels(test)) == 5
    test.button(key="undo-all").click().run()
    assert link(test) == "none" and not labels(test)
    assert announced(test).count("Removed: ") == 5 and "Nothing is changed" in announced(test)


@pytest.mark.parametrize(
    "edits, made, said",
    [
        ("silence.26.4_silence.2.1", 1, "There is no layer 26: Vetro MoE has 6."),
        ("silence.2.1_scale.2.1.50", 1, "contradicts “head 2.1 silenced”"),
        ("explode.1.1_<script>_swap.2._%%%_cut.1.1.1.1", 0, "5 changes of this link cannot be done"),
        ("patch.1.1.1", 0, "no other prompt"),
    ],
)
def test_what_cannot_be_done_is_said_and_the_rest_is(edits, made, said):
    test = page(edits=edits, other=" ")
    assert len(labels(test)) == made
    assert html_of(test).count('class="notice" role="status"') == 1
    assert said in html_of(test) and "<script>" not in html_of(test)


def test_a_search_waits_while_others_have_their_turns(monkeypatch):
    monkeypatch.setattr(search, "FEW", 4)
    test = page(edits="none")
    with search.TURNS:
        others = [search.TURNS.acquire(blocking=False) for _ in range(limits.limits().jobs - 1)]
        test.button(key="search-few").click().run()
        assert test.run().session_state["what-if-search"][1].costs == {}
    for _ in others:
        search.TURNS.release()
    assert test.run().session_state["what-if-search"][1].costs


def test_the_search_finds_the_head_that_costs_most(bundle, monkeypatch):
    monkeypatch.setattr(search, "FEW", 4)
    test = page(edits="none")
    test.button(key="search-few").click().run()
    while any(button.key == "search-stop" for button in test.button):
        test.run()
    p, trace = chances(bundle)
    answer = int(p.argmax())
    direct = lens.direct_effects(bundle.model, trace, answer).heads
    tried = np.argsort(-np.abs(direct), axis=None)[:4].tolist()
    cost = {}
    for i in tried:
        q, _ = chances(bundle, SilenceHead(i // 6, i % 6))
        cost[f"{i // 6 + 1}.{i % 6 + 1}"] = np.log2(p[answer] / q[answer])
    name = max(cost, key=lambda head: abs(cost[head]))
    assert f"head {name}" in html_of(test) and number(abs(cost[name]), "en") in html_of(test)
    assert '<div role="status"><div class="read">Of 4 heads tried' in html_of(test)
    dots = charts(test)["compared"]["data"][0]
    np.testing.assert_allclose(sorted(values(dots["y"])), sorted(cost.values()), atol=1e-4)
    test.button_group(key="what-if-take").set_value(name).run()
    assert labels(test) == [f"head {name} silenced"]


def test_the_question_is_answered_by_the_model(bundle):
    test = page(edits="none")
    p, trace = chances(bundle)
    weights = np.stack([layer.pattern for layer in trace.layers])[:, :, -1].mean((0, 1))[:9]
    choices = sorted(np.argsort(-weights, kind="stable")[:5].tolist())
    costs = [lens.divergence(p, chances(bundle, *(HideKey(layer, 9, key) for layer in range(6)))[0]) for key in choices]
    shown = html_of(reveal(test, f"hidden-experts-{PROMPT}", int(np.argmax(costs))))
    assert 'class="verdict right"' in shown and number(max(costs), "en") in shown


# ---------------------------------------------------------------- in the browser


def test_a_walk_through_the_lab(open_page):
    """Cells are cut by mouse and keyboard, heads silenced, changes taken off; the link brings all of it back."""
    page = open_page("what_if", model="experts", edits="none")
    board = page.locator(".what-if")
    chips = page.locator(".st-key-changes button[kind=secondary]")
    expect(chips).to_have_count(0)
    board.locator(".layers").focus()
    page.keyboard.press("Home")
    board.locator(".thumb").nth(1).click()
    head = board.locator("h3").first.text_content()
    board.locator("[data-at=silence]").click()
    expect(chips).to_have_count(1)
    expect(board.locator(".thumb.changed")).to_have_count(1)
    expect(board.locator("h3").first).to_have_text(head)  # the head that is shown stays
    settled(page)
    board.locator("[data-at=undo]").click()
    expect(chips).to_have_count(0)

    cell = board.locator(".row").nth(9).locator(".cell").nth(8)
    cell.click()
    expect(cell).to_have_attribute("data-percent", "×")
    expect(chips).to_have_text("·it does not attend to ·because in head 1.2 ✕".replace("1.2", head_of(head)))
    settled(page)
    board.locator(".scopes button").nth(2).click()
    board.locator(".cell.chosen").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(chips).to_have_count(2)
    settled(page)
    expect(board.locator(".cell.cut")).to_have_count(2)
    assert "edits=cut." in page.url and "cut.all.all.10.8" in page.url
    reading = page.locator(".read").first.text_content()
    expect(page.locator(".goes-on")).to_have_count(2)

    page.reload()
    settled(page)
    expect(page.locator(".read").first).to_have_text(reading)
    expect(chips).to_have_count(2)
    expect(board.locator("h3").first).to_have_text(head)
    chips.first.focus()
    page.keyboard.press("Enter")
    expect(chips).to_have_count(1)
    settled(page)
    expect(chips.first).to_be_focused()  # the keyboard stays where it was
    page.locator(".st-key-undo-all button").click()
    expect(chips).to_have_count(0)
    settled(page)
    assert page.evaluate("document.activeElement !== document.body")
    assert "edits=none" in page.url


def head_of(title: str) -> str:
    """ "Layer 1, head 2" as 1.2"""
    layer, head = (part.split()[-1] for part in title.split(","))
    return f"{layer}.{head}"


def test_the_search_runs_stops_and_adds_a_head(open_page):
    page = open_page("what_if", "it", "dark", edits="none")
    page.locator(".st-key-search-few button").click()
    page.locator(".st-key-search-all button").click()
    page.locator(".st-key-search-stop button").click()
    expect(page.locator(".st-key-search-stop")).to_have_count(0)
    expect(page.locator(".st-key-search-all button")).to_be_visible()  # not all were tried
    page.locator(".st-key-what-if-take button").first.click()
    expect(page.locator(".st-key-changes button[kind=secondary]")).to_have_count(1)
    expect(page.locator(".read").first).to_contain_text("prossimo token")
    assert "edits=silence." in page.url


def test_on_a_telephone_the_names_of_the_tokens_stand_upright(bare_page):
    """Slanted they would lie over one another."""
    chart = bare_page("what_if", width=360, keys=("parted",)).locator(".st-key-parted .chart")
    chart.scroll_into_view_if_needed()
    expect(chart.locator(".xtick text").first).to_have_attribute("transform", re.compile(r"rotate\(-90,"))
