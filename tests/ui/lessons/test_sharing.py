"""What each way of sharing costs is what a model of it costs, heads are compared cell by cell, and
pooled keys and values are those of a pass of their own."""

import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

import content
from model import lens, transformer
from model.analysis.losses import bits_per_byte
from model.cache import KVCache
from model.edits import PoolKeys, PoolValues
from model.transformer import Transformer
from model.weights.published import MODELS
from tests.support.app_test import html_of, reveal, run_page, shown_page
from tests.support.models import traced
from tests.support.payload import charts, component_payload, values
from ui.kit import language
from ui.kit.numbers import number, percent
from ui.lessons.sharing import readings

PROMPT = "The dog chased the squirrel because it"


@pytest.fixture(scope="module")
def bundle(smollm2):
    return smollm2


@pytest.fixture(scope="module")
def trace(bundle):
    return traced(bundle, PROMPT)


# ---------------------------------------------------------------- by counting


def test_ways_of_sharing_cost_what_the_model_costs(bundle):
    config = bundle.model.config
    ways = readings.ways(config)
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


def test_every_model_is_counted_under_each_way():
    shown = html_of(shown_page("sharing", "en"))
    words = language.Words("en", "sharing")
    for name, config in MODELS.items():
        assert f"{name}, {number(config.context, 'en')}" in shown
        amounts = [
            2 * config.layers * heads * config.head_width * config.context * 2
            for heads in (config.heads, config.kv_heads, 1)
        ]
        assert '</td><td class="number">'.join(map(words.bytes, amounts)) in shown, name


# ---------------------------------------------------------------- what heads that share attend to


def test_the_rows_are_the_heads_and_the_overlap_is_that_of_their_weights(trace):
    test = run_page("sharing", layer="7", token="6")
    figure = charts(test)["groups"]
    drawn = np.concatenate([values(group["z"]).reshape(3, -1) for group in figure["data"]])
    np.testing.assert_allclose(drawn, trace.layers[6].pattern[:, 5], rtol=1e-4, atol=1e-6)
    assert list(figure["layout"]["xaxis"]["ticktext"]) == list(trace.tokens)
    within, across = [], []
    for layer in trace.layers:
        for a in range(9):
            for b in range(9):
                common = [np.minimum(layer.pattern[a, q], layer.pattern[b, q]).sum() for q in range(1, 7)]
                if a != b:
                    (within if a // 3 == b // 3 else across).append(np.mean(common))
    shown = html_of(test)
    assert f"share a key overlap by {percent(np.mean(within), 'en')}, two that do not by " in shown
    assert percent(np.mean(across), "en") in shown


@pytest.mark.parametrize("prompt", ["Hello", "a b"])
@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_any_prompt_has_its_figures(prompt, lang):
    test = run_page("sharing", lang, prompt=prompt)
    assert not test.exception and not re.search(r"\bnan\b|–\u202f%", html_of(test).lower())
    assert "groups" in charts(test)


# ---------------------------------------------------------------- what is lost


def test_the_pooled_pass_has_one_key_and_one_value_in_each_layer(bundle, trace):
    ids = trace.token_ids.tolist()
    edits = [pool(layer) for layer in range(30) for pool in (PoolKeys, PoolValues)]
    pooled = transformer.run(bundle.model, ids, trace.tokens, edits=edits)
    for layer in pooled.layers:
        assert np.ptp(layer.k, axis=0).max() == np.ptp(layer.v, axis=0).max() == 0
    np.testing.assert_allclose(pooled.layers[0].v[0], trace.layers[0].v.mean(0), rtol=1e-4, atol=1e-5)
    before, after = (bits_per_byte(lens.surprisal(bundle.model, x), bundle.tokenizer, ids) for x in (trace, pooled))
    test = run_page("sharing")
    assert number(after, "en") not in html_of(test)
    shown = html_of(reveal(test, f"pooled-smollm2-{PROMPT}", 2))
    assert 'class="verdict right"' in shown and after / before > 1.5
    assert f"costs {number(after, 'en')} bits instead of {number(before, 'en')}" in shown


def test_the_question_about_the_cache():
    shown = html_of(reveal(run_page("sharing"), "cache", 1))
    assert 'class="verdict right"' in shown and "4 times: " in shown


# ---------------------------------------------------------------- by the clock


@pytest.mark.slow
def test_the_times_are_measured_after_a_click(monkeypatch):
    monkeypatch.setattr(readings, "CONTEXT", 64)
    monkeypatch.setattr(readings, "RUNS", 2)
    test = run_page("sharing")
    assert "sharing-times" not in charts(test)
    figure = charts(test.button(key="measure").click().run())["sharing-times"]
    assert [len(trace["x"]) for trace in figure["data"] if trace["mode"] == "markers"] == [2, 2, 2]
    assert figure["layout"]["yaxis"]["ticktext"] == [f"k/v heads: {n}" for n in (9, 3, 1)]


# ---------------------------------------------------------------- links, and in the browser


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_an_old_link_points_here_with_what_it_said(lang):
    """This lesson was a part of lesson `heads`."""
    old = {"model": "experts", "prompt": "a & b", "layer": "2", "sharing": "2", "query": "3"}
    shown = html_of(run_page("heads", lang, **old))
    assert '<a href="sharing?sharing=2&query=3">' in shown.replace("&amp;", "&")  # model and prompt follow every link
    assert "sharing=2</code>" not in shown  # it is not said to be left out
    data, _ = component_payload(run_page("sharing", lang, model="experts", sharing="2", query="3"), "sharing")
    assert data["heads"] == 6 and len(data["ways"]) == 4
    assert '<a href="sharing?' not in html_of(run_page("heads", lang, model="experts"))


def test_sharing_is_switched_by_keyboard(bare_page):
    page = bare_page("sharing", sharing="99", query="x")
    figure = page.locator(".sharing")
    expect(figure.locator(".pair")).to_have_count(3)
    figure.locator(".query-head").nth(6).click()
    expect(figure.locator("> .read")).to_contain_text("heads 8 and 9")
    figure.locator(".way[aria-checked=true]").focus()
    page.keyboard.press("ArrowRight")
    expect(figure.locator(".pair")).to_have_count(1)
    page.keyboard.press("Home")
    expect(figure.locator(".pair")).to_have_count(9)
    expect(figure.locator("> .read")).to_contain_text("no other head")
    expect(figure.locator("path.with")).to_have_count(0)
