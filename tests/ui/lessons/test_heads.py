"""Lesson 6: its figures are given the numbers of the trace, parts add up, the questions are asked of the live model."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from model import lens
from model.analysis import heads as analysis
from model.cache import KVCache
from model.transformer import Transformer
from tests.support.app_test import html_of, reveal, run_page
from tests.support.models import traced
from tests.support.payload import charts, component_payload, mounted
from ui.kit import language
from ui.kit.numbers import number
from ui.kit.token_names import distinct
from ui.lessons.heads import kv_sharing, questions, readings

PROMPT = "The dog chased the squirrel because it"
REPEATING = "The cat sat on the mat. The cat sat on the"


@pytest.fixture(scope="module")
def bundle(smollm2):
    return smollm2


@pytest.fixture(scope="module")
def trace(bundle):
    return traced(bundle, PROMPT)


@pytest.fixture(scope="module")
def page():
    return run_page("heads")


def drawn(test, view: str) -> tuple[dict, dict]:
    return component_payload(test, "heads", view=view)


# ---------------------------------------------------------------- what is written


@pytest.mark.slow
def test_the_explorer_is_given_what_the_heads_write(page, bundle, trace):
    data, arrays = drawn(page, "explorer")
    assert data["tokens"] == distinct(trace.tokens)
    for i, layer in enumerate(trace.layers):
        np.testing.assert_array_equal(arrays["pattern"][i], layer.pattern)
        weight = bundle.model.layers[i].attn.o_proj.weight.detach().numpy()
        z = layer.z.transpose(1, 0, 2)  # (T, H, K)
        alone = np.zeros((9, *z.shape), np.float32)
        for head in range(9):
            alone[head, :, head] = z[:, head]  # the other heads silent
        each = alone.reshape(9, len(z), -1) @ weight.T
        np.testing.assert_allclose(arrays["lengths"][i], np.linalg.norm(each, axis=-1), rtol=1e-3, atol=1e-4)
        np.testing.assert_allclose(each.sum(0), layer.attn_out, atol=2e-3)
        np.testing.assert_allclose(arrays["together"][i], np.linalg.norm(layer.attn_out, axis=-1), rtol=1e-4)
        np.testing.assert_allclose(arrays["parts"][i].sum(0), arrays["own"][i], atol=1e-3)
        np.testing.assert_allclose(np.abs(layer.attn_out).max(-1), np.abs(arrays["own"][i]))
        np.testing.assert_array_equal(layer.attn_out[range(7), arrays["place"][i]], arrays["own"][i])
    assert 0 < arrays["difference"].max() < 1e-3


# ---------------------------------------------------------------- what moved a logit


@pytest.mark.parametrize("rival", [None, 1])
def test_heads_mlps_and_the_rest_are_the_logit(bundle, trace, rival):
    candidates = readings.candidates(bundle, trace)
    assert [trace.logits[-1].argsort()[-1 - i] for i in range(readings.CANDIDATES)] == candidates.ids
    other = None if rival is None else candidates.ids[rival]
    parts = readings.attribution(bundle, trace, candidates.logits, candidates.ids[0], other)
    own = trace.logits[-1, candidates.ids[0]] - (0 if other is None else trace.logits[-1, other])
    assert parts.own == pytest.approx(own, abs=1e-4)
    assert parts.heads.sum() + parts.mlps.sum() + parts.rest == pytest.approx(own, abs=1e-3)


def test_the_figure_shows_the_lead_of_the_likeliest(page, bundle, trace):
    data, arrays = drawn(page, "effects")
    first, second = np.argsort(-trace.logits[-1])[:2]
    lead = [lens.direct_effects(bundle.model, trace, int(token)).heads for token in (first, second)]
    np.testing.assert_allclose(arrays["effects"], lead[0] - lead[1], atol=1e-5)
    assert data["start"] == [int(i) for i in np.unravel_index(arrays["effects"].argmax(), (30, 9))]
    assert number(float(arrays["effects"].max()), "en") in html_of(page)
    assert f"≈ <b>{number(float(trace.logits[-1, first] - trace.logits[-1, second]), 'en')}</b>" in html_of(page)


@pytest.mark.slow
def test_a_token_that_is_typed_goes_before_the_candidates(bundle, trace):
    test = run_page("heads")
    test.text_input(key="typed-token").set_value("strawberries and cream").run()
    data, arrays = drawn(test, "effects")
    assert data["token"] == "·strawberries"
    ids = bundle.tokenizer.encode(" strawberries and cream")
    assert f"is {len(ids)} tokens" in html_of(test)
    test.button_group(key="against").set_value("alone").run()
    _, arrays = drawn(test, "effects")
    np.testing.assert_allclose(
        arrays["effects"], lens.direct_effects(bundle.model, trace, ids[0]).heads, rtol=1e-3, atol=1e-4
    )
    test.text_input(key="typed-token").set_value("<b>$x$").run()
    assert not test.exception and "<b>$x$" not in html_of(test)


# ---------------------------------------------------------------- kinds


@pytest.mark.slow
def test_every_head_is_of_one_kind_or_of_none(page, bundle):
    data, arrays = drawn(page, "kinds")
    scores = lens.head_kinds(bundle.model, avoid=bundle.tokenizer.special)
    np.testing.assert_allclose(arrays["scores"], scores, atol=1e-5)
    for index in np.ndindex(30, 9):
        kind, own = arrays["kind"][index], scores[(slice(None), *index)]
        assert kind == (own.argmax() if own.max() >= 0.4 else 4)
    assert sum(data["counts"]) == 270
    for kind, best in enumerate(data["best"]):
        listed = [scores[kind, layer, head] for layer, head in best]
        assert listed == sorted(listed, reverse=True)
        assert listed[0] == scores[kind][arrays["kind"] == kind].max()


def test_the_kind_on_this_sentence(bundle):
    data, arrays = drawn(run_page("heads", prompt=REPEATING), "kinds")
    trace = traced(bundle, REPEATING)
    layer, head = data["best"][3][0]
    assert arrays["shares"][sum(map(len, data["best"][:3]))] == pytest.approx(
        analysis.mean_weight(trace.layers[layer].pattern[head], analysis.kind_masks(trace.token_ids)[3])
    )
    wanted = analysis.kind_masks(trace.token_ids)
    np.testing.assert_array_equal(arrays["wanted"], wanted)


# ---------------------------------------------------------------- sharing


def test_ways_of_sharing_cost_what_the_model_costs(bundle):
    config = bundle.model.config
    ways = kv_sharing.ways(config)
    assert [way["kv_heads"] for way in ways] == [9, 3, 1]
    for way in ways:
        shared = replace(config, kv_heads=way["kv_heads"])
        with torch.device("meta"):
            model = Transformer(shared)
        assert way["parameters"] == sum(p.numel() for block in model.layers for p in block.attn.parameters())
        cache = KVCache(shared)
        for layer in cache.layers:
            layer.append(*torch.zeros(2, 1, way["kv_heads"], 1, 64))
        assert way["cache"] == cache.bytes() * config.context / 2  # kept in 32 bits here, told in 16
        assert way["numbers"] * config.layers * 4 == cache.bytes()


@pytest.mark.slow
def test_the_times_are_measured_after_a_click(monkeypatch):
    monkeypatch.setattr(kv_sharing, "CONTEXT", 64)
    monkeypatch.setattr(kv_sharing, "RUNS", 2)
    test = run_page("heads")
    assert "sharing-times" not in charts(test)
    figure = charts(test.button(key="measure").click().run())["sharing-times"]
    assert [len(trace["x"]) for trace in figure["data"] if trace["mode"] == "markers"] == [2, 2, 2]
    assert figure["layout"]["yaxis"]["ticktext"] == [f"k/v heads: {n}" for n in (9, 3, 1)]


# ---------------------------------------------------------------- the questions


@pytest.mark.slow
def test_the_questions_are_asked_of_the_live_model(bundle, trace):
    lengths = np.stack([np.linalg.norm(lens.head_writes(bundle.model, trace, i)[:, -1], axis=-1) for i in range(30)])
    third = int(lengths.max(1).argmax()) // 10
    test = run_page("heads")
    assert 'class="verdict' not in html_of(test)
    shown = html_of(reveal(test, f"depth-smollm2-{PROMPT}", third))
    assert 'class="verdict right"' in shown and number(lengths.max(), "en") in shown
    shown = html_of(reveal(test, "cache", 1))
    assert shown.count('class="verdict right"') == 2 and "4 times: the cache" in shown
    shown = html_of(reveal(test, "repeat-smollm2", 0))
    assert 'class="verdict wrong"' in shown and "stand 24 places back" in shown


@pytest.mark.parametrize("text", ["Hello", "the the the the"])
def test_any_prompt_has_its_figures(text):
    test = run_page("heads", prompt=text)
    assert not test.exception
    assert len(mounted(test, "heads")) + len(mounted(test, "layers")) >= 4


@pytest.mark.parametrize(
    "lengths, options, accepted",
    [
        ([1.0], None, None),
        ([1.0, 2.0], ["layer 1", "layer 2"], (1,)),
        ([1, 2, 3, 3.01, 2, 1], ["layers 1 to 2", "layers 3 to 4", "layers 5 to 6"], (1,)),
        ([1, 2, 2, 1, 3.01, 3, 1, 3, 2], ["layers 1 to 3", "layers 4 to 6", "layers 7 to 9"], (1, 2)),
    ],
)
def test_which_third_writes_most(monkeypatch, lengths, options, accepted):
    """No third without a layer is an option; lengths that differ by chance are a tie."""
    writes = SimpleNamespace(lengths=np.array(lengths)[:, None, None], stream=np.ones((len(lengths) + 1, 1)))
    monkeypatch.setattr(readings, "writes", lambda page, trace: writes)
    asking = SimpleNamespace(words=language.Words("en", "heads"), names=["·it"])
    trace = SimpleNamespace(layers=[SimpleNamespace(pattern=[0])] * len(lengths))
    question = questions.depth(asking, trace)
    assert (question and question.options) == options
    if question:
        assert question.accepted() == accepted
        assert all(question.explain(i) for i in accepted)
