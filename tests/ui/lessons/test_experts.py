"""Lesson 12: what is drawn is the trace, what is changed changes nothing before it, what is said follows the counts."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

import content
from model import arithmetic, hf, lens, sampling, transformer, zoo
from model.analysis import information
from model.analysis import routing as routing_analysis
from model.tap import Recorder
from model.train import Routing
from model.weights import checkpoint
from tests.support.app_test import html_of, run_page
from tests.support.browser import count_messages, settled
from tests.support.payload import charts, component_payload
from ui.kit import cache
from ui.kit.numbers import number, percent
from ui.lessons.experts import balance, interventions, questions, statistics
from ui.lessons.experts import routing as experts
from ui.lessons.experts.interventions import Setting

PROMPT = "The dog chased the squirrel because it"
WORDS = {lang: content.load(lang, "experts") for lang in content.LANGUAGES}
STATISTICS = json.loads((zoo.find("experts").parent / "statistics.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def bundle(moe):
    return moe


@pytest.fixture(scope="module")
def trace(bundle):
    ids = bundle.tokenizer.encode(PROMPT)
    return transformer.run(bundle.model, ids, bundle.tokenizer.strings(ids))


@pytest.fixture(scope="module")
def page(bundle, trace):
    """What a lesson's functions need of a page."""
    ids = trace.token_ids.tolist()
    return SimpleNamespace(bundle=bundle, ids=ids, tokens=list(trace.tokens), model="experts", lang="en", text=PROMPT)


@pytest.fixture(scope="module")
def shown():
    return run_page("experts")


@pytest.fixture(scope="module")
def found(page):
    return statistics.read(page)


def drawn(test, view: str) -> tuple[dict, dict]:
    return component_payload(test, "experts", view=view)


def reveal(test, key: str, option: int) -> str:
    test.button_group(key=f"pick-{key}").set_value(option).run()
    return html_of(test.button(key=f"reveal-{key}").click().run())


def loss(bundle, model, ids, edits=()) -> float:
    """Bits per byte, written out: not by the functions of the page."""
    logits = torch.tensor(transformer.run(model, ids, ids, edits=edits, keep={"logits"}).logits).double()
    bits = -logits.log_softmax(-1)[range(len(ids) - 1), ids[1:]] / np.log(2)
    return float(bits.sum()) / len(bundle.tokenizer.decode(ids[1:]).encode())


# ---------------------------------------------------------------- what is drawn


def test_the_switchyard_is_the_trace(shown, trace):
    data, arrays = drawn(shown, "yard")
    fields = {"logits": "router_logits", "probs": "router_probs", "index": "expert_index", "weight": "expert_weight"}
    for name, field in fields.items():
        np.testing.assert_array_equal(arrays[name], np.stack([getattr(layer, field) for layer in trace.layers]))
    S = experts.SHOWN
    np.testing.assert_array_equal(arrays["out"], np.stack([layer.expert_out[..., :S] for layer in trace.layers]))
    np.testing.assert_array_equal(arrays["own"], np.stack([layer.mlp_out[..., :S] for layer in trace.layers]))
    np.testing.assert_allclose(arrays["probs"].sum(-1), 1, rtol=1e-5)
    np.testing.assert_allclose(arrays["weight"].sum(-1), 1, rtol=1e-5)
    likeliest = np.argsort(-arrays["probs"], axis=-1, kind="stable")[..., :2]
    np.testing.assert_array_equal(likeliest, arrays["index"])
    assert data["tokens"] == list(trace.tokens)
    assert 0 <= data["start"][0] < len(trace.layers) and data["start"][1] == len(trace.tokens) - 1


def test_the_merged_answers_are_the_models_own(shown, trace):
    own = np.stack([layer.mlp_out for layer in trace.layers])
    differences = np.abs(routing_analysis.combined(trace) - own).max(-1)
    np.testing.assert_array_equal(drawn(shown, "yard")[1]["difference"], differences)
    assert differences.max() <= 1e-5 * np.abs(own).max()


def test_the_block_shows_where_the_last_token_goes(shown, trace, bundle):
    data, _ = drawn(shown, "block")
    assert data["index"] == trace.layers[0].expert_index[-1].tolist()
    assert data["token"] == trace.tokens[-1]
    config = bundle.model.config
    assert [data[name] for name in ("experts", "heads", "layers")] == [config.experts, config.heads, config.layers]


# ---------------------------------------------------------------- changing it


def test_with_as_many_experts_as_in_training_it_is_the_model_itself(bundle, trace):
    ids = trace.token_ids.tolist()
    same = hf.variant(bundle.model, active_experts=bundle.model.config.active_experts)
    again = transformer.run(same, ids, ids, keep={"final", "expert_index"})
    np.testing.assert_array_equal(again.final, trace.final)


def test_an_expert_that_is_off_changes_nothing_before_its_layer(bundle, trace):
    layer = 3
    expert = int(trace.layers[layer].expert_index[-1, 0])
    edits = Setting(2, "off", (expert,), layer).edits(len(trace.layers))
    ids = trace.token_ids.tolist()
    after = transformer.run(bundle.model, ids, ids, edits=edits)
    for i in range(layer + 1):
        np.testing.assert_array_equal(after.layers[i].resid_pre, trace.layers[i].resid_pre)
    np.testing.assert_array_equal(after.layers[layer].mlp_in, trace.layers[layer].mlp_in)
    assert expert not in after.layers[layer].expert_index
    assert np.abs(after.layers[layer].resid_post - trace.layers[layer].resid_post).max() > 0


@pytest.mark.parametrize(
    "setting, problem",
    [
        (Setting(2), None),
        (Setting(8), None),
        (Setting(2, "off", (0, 1, 2, 3, 4, 5)), None),
        (Setting(2, "off", (0, 1, 2, 3, 4, 5, 6)), "touch-off-problem"),
        (Setting(8, "off", (0,)), "touch-off-problem"),
        (Setting(3, "force", (0, 1)), "touch-force-problem"),
        (Setting(3, "force", (0, 1, 7)), None),
        (Setting(3, "force"), None),
    ],
)
def test_what_cannot_be_is_known_before(setting, problem, page):
    assert setting.problem(8) == problem
    if not problem:
        assert interventions.measured(page, setting).probabilities.sum() == pytest.approx(1, abs=1e-4)


def test_the_losses_on_the_page_are_those_of_the_changed_models(bundle, trace, page):
    ids = trace.token_ids.tolist()
    test = run_page("experts", active="3", force="true", experts=["1", "4", "6"], where="1–6")
    setting = Setting(3, "force", (0, 3, 5))
    variant = hf.variant(bundle.model, active_experts=3)
    edits = setting.edits(len(trace.layers))
    before, after = loss(bundle, bundle.model, ids), loss(bundle, variant, ids, edits)
    text = html_of(test)
    assert f"costs {number(after, 'en')} bits per byte instead of {number(before, 'en')}" in text
    logits = [transformer.run(m, ids, ids, edits=e).logits[-1] for m, e in ((bundle.model, ()), (variant, edits))]
    bits = lens.divergence(*map(sampling.softmax, logits))
    assert f"moves by {number(bits, 'en')} bits" in text
    losses = [loss(bundle, hf.variant(bundle.model, active_experts=k), ids) for k in range(1, 9)]
    np.testing.assert_allclose(interventions.by_count(page), losses, rtol=1e-4)
    least = f"least, {number(min(losses), 'en')} bits per byte"
    assert least not in html_of(test)
    test.button(key="counts-go").click().run()
    assert (least in html_of(test)) == (np.argmin(losses) != 1)
    assert number(max(losses), "en") in html_of(test)


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_too_few_or_too_many_experts_are_one_sentence(lang):
    test = run_page("experts", lang, active="4", force="true", experts=["1", "2"])
    assert WORDS[lang]["touch-force-problem"].format(active=4, n=2) in html_of(test)
    test = run_page("experts", lang, active="8", experts=["3"])
    assert WORDS[lang]["touch-off-problem"].format(n=1, experts=8, active=8) in html_of(test)


def test_a_damaged_link_is_ignored(shown):
    test = run_page("experts", active="99", experts="x", where="0", force="perhaps", layer="77", token="-1")
    assert not test.exception
    assert drawn(test, "yard")[1]["probs"].shape == drawn(shown, "yard")[1]["probs"].shape


# ---------------------------------------------------------------- balance and collapse


def test_the_balancing_loss_is_that_of_the_training(bundle, trace, shown):
    ids = torch.tensor([trace.token_ids.tolist()])
    tap = Recorder(keep={"router_logits", "router_probs", "expert_index"})
    with torch.inference_mode():
        bundle.model(ids, tap=tap)
    routing = Routing.of(tap, bundle.model.config, torch.ones_like(ids, dtype=torch.bool))
    layers = [routing_analysis.balance(layer) for layer in trace.layers]
    values = [layer.loss for layer in layers]
    assert np.mean(values) == pytest.approx(float(routing.balance), rel=1e-5)
    np.testing.assert_allclose([layer.f for layer in layers], routing.load, rtol=1e-5)
    assert "; ".join(number(value, "en") for value in values) in html_of(shown)


def test_the_loads_are_the_counts(shown, trace):
    bars = charts(shown)["loads"]["data"]
    parts = [t for t in bars if t["type"] == "bar" and t.get("name") == WORDS["en"]["held-out"]]
    counts = np.array([layer["load"] for layer in STATISTICS["layers"]])
    assert [text.rpartition(": ")[2] for text in parts[0]["customdata"]] == [
        percent(share, "en") for share in (counts / counts.sum(1, keepdims=True)).ravel()
    ]
    own = [t for t in bars if t["type"] == "bar" and t.get("name") == WORDS["en"]["own-text"]]
    first = (trace.layers[0].expert_index[:, 0] == 4).mean()
    assert own[0]["customdata"][4].endswith(percent(first, "en"))


def test_the_pair_shows_its_training_and_its_visits_now(monkeypatch, trace):
    monkeypatch.setattr(balance, "PAIR", {"balanced": "experts", "collapsed": "experts"})
    text = html_of(run_page("experts"))
    report = checkpoint.report(zoo.find("experts").parent)
    share = percent(report.busiest[-1].mean(), "en")
    assert WORDS["en"]["collapse-not"].format(collapsed=share, balanced=share) in text
    used, seats = routing_analysis.experts_used(trace), len(trace.layers) * 8
    assert f"uses {used} of its {seats} experts, the one without {used}." in text


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_a_missing_pair_and_missing_counts_are_one_sentence_each(lang, monkeypatch, tmp_path):
    monkeypatch.setattr(balance, "PAIR", {"balanced": "experts", "collapsed": "switchboard/<none>"})
    monkeypatch.setattr(statistics, "zoo", SimpleNamespace(find=lambda name: tmp_path / "model.safetensors"))
    cache.reading.clear()
    test = run_page("experts", lang)
    cache.reading.clear()
    text = html_of(test)
    assert not test.exception and WORDS[lang]["no-statistics"] in text
    assert "switchboard/&lt;none&gt;" in text and WORDS[lang]["cost-title"] in text


# ---------------------------------------------------------------- what the experts are for


def test_what_is_said_follows_the_counts(found):
    def with_bits(**bits):
        information = {kind: [value] * 6 for kind, value in bits.items()}
        return statistics.verdict(replace(found, information=information, shuffled=shuffled))

    shuffled = {"token": [0.1] * 6, "class": [0.001] * 6, "genre": [0.001] * 6}
    assert with_bits(**{"token": 2.0, "class": 0.7, "genre": 0.02}) == ("told-token", "genre-little")
    assert with_bits(**{"token": 0.9, "class": 1.2, "genre": 0.002}) == ("told-class", "genre-none")
    assert with_bits(**{"token": 0.3, "class": 0.2, "genre": 0.8}) == ("told-genre", "genre-much")
    most, genre = statistics.verdict(found)
    assert most in WORDS["en"] and genre in WORDS["en"]


def test_the_sentences_have_the_numbers_of_the_file(shown):
    text = html_of(shown)
    for kind in statistics.KINDS:
        assert number(float(np.mean([layer["information"][kind] for layer in STATISTICS["layers"]])), "en") in text
    for share in (
        STATISTICS["guessed"]["nothing"],
        STATISTICS["guessed"]["token"],
        STATISTICS["guessed"]["layers"][-1],
    ):
        assert percent(share, "en") in text
    assert number(STATISTICS["tokens"], "en") in text


def test_the_lift_table_is_the_counts(shown):
    data, arrays = drawn(shown, "kinds")
    for layer, lifts, typical in zip(STATISTICS["layers"], arrays["lift"], data["typical"], strict=True):
        np.testing.assert_allclose(lifts, information.lift(np.array(layer["classes"])), rtol=1e-5)
        load = np.array(layer["load"]) / sum(layer["load"])
        for share, tokens in zip(load, typical, strict=True):
            assert all(one["taken"] / one["of"] > share for one in tokens)
    assert data["classes"] == STATISTICS["classes"]
    assert all(f"class-{name}" in WORDS["it"] for name in data["classes"])


def test_the_parameters_are_the_formula_s(shown, bundle, trace):
    count, text = arithmetic.count(bundle.model.config), html_of(shown)
    assert number(count.total, "en") in text and number(count.active, "en") in text
    assert sum(experts.parts(bundle.model.config).values()) == count.total
    assert f"called on {routing_analysis.experts_used(trace)} of the" in text
    assert routing_analysis.experts_used(trace) == sum(len(set(layer.expert_index.ravel())) for layer in trace.layers)


# ---------------------------------------------------------------- the questions, and odd prompts


def test_the_questions_are_answered_by_the_model(bundle, trace, page, found):
    test = run_page("experts")
    assert 'class="verdict' not in html_of(test)
    ids = trace.token_ids.tolist() * 2
    twice = transformer.run(bundle.model, ids, ids, keep={"expert_index"})
    last = len(trace.tokens) - 1
    same = sum(layer.expert_index[last, 0] == layer.expert_index[-1, 0] for layer in twice.layers)
    assert 'class="verdict right"' in reveal(test, f"again-{PROMPT}", 0 if same <= 2 else 1 if same <= 5 else 2)

    layer, busy, rare = questions.rivals(trace, found)
    assert {busy, rare} <= set(trace.layers[layer].expert_index.ravel().tolist())
    short = trace.token_ids.tolist()
    losses = [loss(bundle, bundle.model, short, Setting(2, "off", (e,), layer).edits(6)) for e in (busy, rare)]
    text = reveal(test, f"off-{PROMPT}", 2)
    assert all(number(value, "en") in text for value in losses)
    above = {
        kind: np.mean([layer["information"][kind] - layer["shuffled"][kind] for layer in STATISTICS["layers"]])
        for kind in ("class", "genre")
    }
    right = 0 if above["class"] >= 2 * above["genre"] else 1 if above["genre"] >= 2 * above["class"] else 2
    earlier = text.count('class="verdict right"')
    assert reveal(test, "experts-genre", right).count('class="verdict right"') == earlier + 1


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_what_is_typed_stays_text(lang):
    test = run_page("experts", lang, prompt="<b>x</b> $y$ {layer}")
    assert not test.exception
    text = html_of(test)
    assert "<b>x</b>" not in text
    assert "".join(drawn(test, "yard")[0]["tokens"]).startswith("<b>x")


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_a_single_token_has_no_loss(lang):
    test = run_page("experts", lang, prompt="I")
    assert not test.exception
    assert WORDS[lang]["touch-reading-one"].rpartition("}")[2].strip() in html_of(test)
    assert WORDS[lang]["counts-title"] not in html_of(test)


# ---------------------------------------------------------------- in the browser


def test_tokens_and_layers_by_keyboard_without_the_server(open_page, trace):
    page = open_page("experts", layer="2", token="2")
    count_messages(page)
    yard = page.locator(".experts.yard")
    expect(yard.locator(".pick").nth(1)).to_have_attribute("aria-checked", "true")
    yard.locator(".pick").nth(1).focus()
    page.keyboard.press("ArrowDown")
    expect(yard.locator(".pick").nth(2)).to_be_focused()
    yard.locator(".layer").nth(1).focus()
    page.keyboard.press("ArrowRight")
    expect(yard.locator(".layer").nth(2)).to_be_focused()
    layer = trace.layers[2]
    first, second = layer.expert_index[2].tolist()
    rows = yard.locator(".scores tbody tr")
    for e in range(8):
        expect(rows.nth(e).locator(".share")).to_have_text(percent(float(layer.router_probs[2, e]), "en"))
    for e, weight in zip((first, second), layer.expert_weight[2], strict=True):
        expect(rows.nth(e).locator(".weight")).to_have_text(percent(float(weight), "en"))
    expect(yard.locator(".scores .taken")).to_have_count(2)
    expect(yard.locator(".path.on")).to_have_count(2 * len(trace.layers))
    expect(yard.locator(".arith p").last).to_contain_text(number(float(layer.mlp_out[2, 0]), "en"))
    yard.locator(".seat.place").nth(8 * 4 + 3).hover()
    taken = int((trace.layers[4].expert_index == 3).sum())
    expect(yard.locator(".path.on")).to_have_count(taken)
    yard.locator(".everyone").click()
    expect(yard.locator(".path.each")).to_have_count(2 * len(trace.layers) * len(trace.tokens))
    kinds = page.locator(".experts.kinds")
    kinds.locator(".layer").nth(4).click()
    expect(kinds.locator(".lift tbody tr")).to_have_count(len(STATISTICS["classes"]))
    assert page.evaluate("window.sent") == 0
    for part in ("layer=3", "token=3", "paths=all", "kinds=5"):
        assert part in page.url


def test_a_link_brings_everything_back(open_page):
    link = {"layer": "4", "token": "3", "paths": "all", "kinds": "2", "active": "3"}
    page = open_page("experts", "it", "dark", **link)
    yard = page.locator(".experts.yard")
    expect(yard.locator(".layer").nth(3)).to_have_attribute("aria-checked", "true")
    expect(yard.locator(".pick").nth(2)).to_have_attribute("aria-checked", "true")
    expect(yard.locator(".everyone")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".experts.kinds .layer").nth(1)).to_have_attribute("aria-checked", "true")
    yard.locator(".layer").nth(0).click()
    page.locator(
        ".st-key-touch button", has_text="1–6"
    ).click()  # asks the server, and leaves the rest of the link alone
    settled(page)
    expect(page.locator(".st-key-touch button", has_text="1–6")).to_have_attribute("aria-checked", "true")
    for part in ("layer=1", "token=3", "paths=all", "kinds=2", "active=3"):
        assert part in page.url
    page.fill(".st-key-prompt input", "Un altro testo")
    page.keyboard.press("Enter")
    settled(page)
    expect(yard.locator(".pick").first).to_contain_text("U")
    assert "token=" not in page.url and "active=3" in page.url


def test_a_telephone_lays_the_tracks_downwards(open_page):
    long = "On Monday the old man, who had three dogs, said to her that he would be in the garden at seven."
    page = open_page("experts", width=360, prompt=long)
    yard = page.locator(".experts.yard")
    seats, chips = yard.locator(".seat.place"), yard.locator(".pick")
    expect(chips).to_have_count(24)
    boxes = [seats.nth(i).bounding_box() for i in (0, 7, 8)]
    assert boxes[0]["y"] == boxes[1]["y"] < boxes[2]["y"]  # a layer is a row
    assert boxes[0]["x"] >= 0 and boxes[1]["x"] + boxes[1]["width"] <= 360
    ends = [chips.nth(i).bounding_box() for i in (0, 23)]
    assert ends[0]["x"] >= 0 and ends[1]["x"] + ends[1]["width"] <= 360
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")
    chips.nth(4).click(force=True)
    expect(yard.locator(".path.on")).to_have_count(12)
