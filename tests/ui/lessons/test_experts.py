"""What is drawn is the trace, what is changed changes nothing before it, what is said follows the counts."""

import json
import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import content
from model import arithmetic, hf, lens, sampling, transformer, zoo
from model.analysis import routing as routing_analysis
from model.tap import Recorder
from model.train import Routing
from model.weights import checkpoint
from tests.support.app_test import html_of, reveal, run_page
from tests.support.models import traced
from tests.support.payload import charts, component_payload
from ui.frame.page import Page
from ui.kit import cache
from ui.kit.language import Words
from ui.kit.numbers import number, percent
from ui.kit.token_names import distinct
from ui.lessons.experts import balance, questions, readings, statistics
from ui.lessons.experts.readings import Setting

PROMPT = "The dog chased the squirrel because it"
WORDS = {lang: content.load(lang, "experts") for lang in content.LANGUAGES}
STATISTICS = json.loads((zoo.find("experts").parent / "statistics.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def bundle(moe):
    return moe


@pytest.fixture(scope="module")
def trace(bundle):
    return traced(bundle, PROMPT)


@pytest.fixture(scope="module")
def page(bundle, trace):
    return Page(Words("en", "experts"), "experts", bundle, PROMPT, trace.token_ids.tolist(), PROMPT)


@pytest.fixture(scope="module")
def shown():
    return run_page("experts")


@pytest.fixture(scope="module")
def found(page):
    return statistics.read(page)


def drawn(test, view: str) -> tuple[dict, dict]:
    return component_payload(test, "experts", view=view)


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
    S = readings.DIMENSIONS
    np.testing.assert_array_equal(arrays["out"], np.stack([layer.expert_out[..., :S] for layer in trace.layers]))
    np.testing.assert_array_equal(arrays["own"], np.stack([layer.mlp_out[..., :S] for layer in trace.layers]))
    np.testing.assert_allclose(arrays["probs"].sum(-1), 1, rtol=1e-5)
    np.testing.assert_allclose(arrays["weight"].sum(-1), 1, rtol=1e-5)
    likeliest = np.argsort(-arrays["probs"], axis=-1, kind="stable")[..., :2]
    np.testing.assert_array_equal(likeliest, arrays["index"])
    assert data["tokens"] == distinct(trace.tokens)
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
        (Setting(3, "force", (0, 1)), None),
        (Setting(1, "force", (0, 1)), "touch-force-problem"),
        (Setting(3, "force", (0, 1, 7)), None),
        (Setting(3, "force"), None),
    ],
)
def test_what_cannot_be_is_known_before(setting, problem, page):
    assert setting.problem(8) == problem
    if not problem:
        assert readings.predictions(page, setting).probabilities.sum() == pytest.approx(1, abs=1e-4)


@pytest.mark.slow
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
    np.testing.assert_allclose(readings.losses_by_active(page), losses, rtol=1e-4)
    least = f"least, {number(min(losses), 'en')} bits per byte"
    assert least not in html_of(test)
    test.button(key="counts-go").click().run()
    assert (least in html_of(test)) == (np.argmin(losses) != 1)
    assert number(max(losses), "en") in html_of(test)


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_too_few_or_too_many_experts_are_one_sentence(lang):
    test = run_page("experts", lang, active="2", force="true", experts=["1", "2", "3"])
    assert Words(lang, "experts").text("touch-force-problem", active=2, n=3) in html_of(test)
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
    counts = np.array([layer["visits"] for layer in STATISTICS["layers"]])
    assert [text.rpartition(": ")[2] for text in parts[0]["customdata"]] == [
        percent(share, "en") for share in (counts / counts.sum(1, keepdims=True)).ravel()
    ]
    own = [t for t in bars if t["type"] == "bar" and t.get("name") == WORDS["en"]["own-text"]]
    fifth = (trace.layers[0].expert_index == 4).mean()
    assert own[0]["customdata"][4].endswith(percent(fifth, "en"))


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
    cache.result.clear()
    test = run_page("experts", lang)
    cache.result.clear()
    text = html_of(test)
    assert not test.exception and WORDS[lang]["no-statistics"] in text
    assert "switchboard/&lt;none&gt;" in text and WORDS[lang]["cost-title"] in text


# ---------------------------------------------------------------- parameters


def test_the_parameters_are_the_formula_s(shown, bundle, trace):
    count, text = arithmetic.count(bundle.model.config), html_of(shown)
    assert number(count.total, "en") in text and number(count.active, "en") in text
    assert sum(count.by_use.values()) == count.total
    assert f"used {routing_analysis.experts_used(trace)} of the" in text
    assert routing_analysis.experts_used(trace) == sum(len(set(layer.expert_index.ravel())) for layer in trace.layers)


# ---------------------------------------------------------------- the questions, and odd prompts


@pytest.mark.slow
def test_the_questions_are_answered_by_the_model(bundle, trace, page, found):
    test = run_page("experts")
    assert 'class="verdict' not in html_of(test)
    ids = trace.token_ids.tolist() * 2
    twice = transformer.run(bundle.model, ids, ids, keep={"expert_index"})
    last = len(trace.tokens) - 1
    same = sum(layer.expert_index[last, 0] == layer.expert_index[-1, 0] for layer in twice.layers)
    option = 0 if same <= 2 else 1 if same <= 5 else 2
    assert 'class="verdict right"' in html_of(reveal(test, f"again-{PROMPT}", option))

    layer, busy, rare = questions.rivals(trace, found)
    assert {busy, rare} <= set(trace.layers[layer].expert_index.ravel().tolist())
    short = trace.token_ids.tolist()
    losses = [loss(bundle, bundle.model, short, Setting(2, "off", (e,), layer).edits(6)) for e in (busy, rare)]
    text = html_of(reveal(test, f"off-{PROMPT}", 2))
    assert all(number(value, "en") in text for value in losses)
    above = {
        kind: np.mean([layer["information"][kind] - layer["shuffled"][kind] for layer in STATISTICS["layers"]])
        for kind in ("class", "genre")
    }
    right = 0 if above["class"] >= 2 * above["genre"] else 1 if above["genre"] >= 2 * above["class"] else 2
    earlier = text.count('class="verdict right"')
    assert html_of(reveal(test, "experts-genre", right)).count('class="verdict right"') == earlier + 1


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_what_is_typed_stays_text(lang):
    test = run_page("experts", lang, prompt="<b>x</b> $y$ {layer}")
    assert not test.exception
    text = html_of(test)
    assert "<b>x</b>" not in text
    assert re.sub("[₀-₉]", "", "".join(drawn(test, "yard")[0]["tokens"])).startswith("<b>x")


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_a_single_token_has_no_loss(lang):
    test = run_page("experts", lang, prompt="I")
    assert not test.exception
    assert WORDS[lang]["touch-reading-one"].rpartition("}")[2].strip() in html_of(test)
    assert WORDS[lang]["counts-title"] not in html_of(test)
