"""What is drawn and written is what was measured; bytes are the formula's; the questions are live."""

from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import expect

import content
from model.arithmetic import break_even_tokens, cache_bytes, kv_heads_by_kind, operations, prompt_operations
from model.generate import Decoder
from model.runtime.timing import DecodeStep, Times
from model.weights.published import MODELS
from tests.support.app_test import html_of, reveal, run_page, shown_page
from tests.support.browser import settled
from tests.support.pages import LANGUAGES
from tests.support.payload import charts, component_payload, values
from ui.kit import cache
from ui.kit.numbers import number, percent, scaled
from ui.lessons.tracks import calculator, counting, curve, measuring, readings, view

PROMPT = "The dog chased the squirrel because it"
LLAMA = MODELS["Llama 3.1 8B"]


def drawn(test) -> dict:
    return component_payload(test, "tracks")[0]


def quick(lang: str = "en"):
    """With the small model, for what is the same with any: the page measures a model each time it is opened."""
    return run_page("tracks", lang, model="experts")


# ---------------------------------------------------------------- the times


@pytest.mark.slow
def test_the_tracks_are_the_models_greedy_tokens_and_its_cache(smollm2):
    data = drawn(shown_page("tracks"))
    ids, decoder = smollm2.tokenizer.encode(PROMPT), Decoder(smollm2.model)
    assert data["tokens"] == smollm2.tokenizer.strings(ids)
    for turn in data["turns"]:
        token = int(decoder.logits(ids).argmax())
        assert turn["token"] == smollm2.tokenizer.strings([token])[0]
        product = 2 * data["layers"] * data["heads"] * data["width"] * len(ids) * data["size"]
        assert turn["bytes"] == product == decoder.cache.bytes()
        ids.append(token)
    assert (data["layers"], data["heads"], data["width"], data["size"]) == (30, 3, 64, 4)


def test_times_and_their_spread_are_those_measured(smollm2):
    test = shown_page("tracks")
    key, runs = test.session_state["tracks-runs"]
    assert key == ("smollm2", tuple(smollm2.tokenizer.encode(PROMPT)))
    data, page = drawn(test), html_of(test)
    assert data["turns"][0]["cached"] == data["turns"][0]["uncached"] == readings.first(runs).median
    for place in range(1, view.TURNS):
        assert data["turns"][place]["cached"] == Times(tuple(turns[place].cached for turns in runs)).median
    for times in (readings.first(runs), readings.later(runs, "cached"), readings.later(runs, "uncached")):
        low, high = times.spread
        assert f"{number(1000 * times.median, 'en')}\u202fms" in page
        assert f"{number(1000 * low, 'en')} – {number(1000 * high, 'en')}\u202fms" in page
    assert number(1 / readings.later(runs, "cached").median, "en") in page
    difference = max(turn.difference for turns in runs for turn in turns)
    assert 0 < difference < 1e-3 and number(difference, "en") in page


def test_more_runs_follow_and_end():
    test = quick()
    assert len(test.session_state["tracks-runs"][1]) == 1
    assert "Run 2 of 3" in html_of(test)
    for _ in range(view.RUNS):
        test.run()
    assert not test.exception
    assert len(test.session_state["tracks-runs"][1]) == view.RUNS
    assert "Run " not in html_of(test)


def test_every_time_counts_once():
    runs = [[DecodeStep(3, 1, x, x + 1, 0.0, 9), DecodeStep(4, 2, 10 * x, 10 * x + 1, 0.0, 12)] for x in (1.0, 2.0)]
    assert readings.first(runs).seconds == (1, 2, 2, 3)
    assert readings.later(runs, "cached").seconds == (10, 20)
    assert readings.later(runs, "uncached").seconds == (11, 21)


def test_a_whole_text_is_the_sum_of_its_tokens():
    assert np.array_equal(readings.total((1, 4), np.array([2.0, 2.0])), [2, 4, 6, 8])
    steep = readings.total((1, 100), np.array([1.0, 100.0]))
    np.testing.assert_allclose(steep, np.arange(1, 101) * np.arange(2, 102) / 2)


@pytest.mark.slow
def test_the_curve_is_measured_on_demand_point_by_point(monkeypatch):
    monkeypatch.setattr(curve, "LENGTHS", (1, 4, 9))
    curve.curves().clear()
    test = run_page("tracks")
    before = len(charts(test))
    test.button(key="measure").click().run()
    assert not test.exception
    (points,) = curve.curves().values()
    assert [point.length for point in points] == [1, 4, 9]
    one, whole = list(charts(test).values())[: len(charts(test)) - before]
    for trace, way in zip(one["data"], ("decode", "prefill", "recurrent"), strict=True):
        medians = [1000 * getattr(point, way).median for point in points]
        np.testing.assert_allclose(values(trace["y"]), medians, rtol=1e-6)
    sums = readings.total((1, 4, 9), np.array([point.prefill.median for point in points]))
    np.testing.assert_allclose(values(whole["data"][1]["y"]), sums, rtol=1e-6)
    assert number(float(sums[-1]), "en") in html_of(test)
    assert "38 steps" in html_of(test)  # 9 tokens through 30 layers, each state after the one before
    assert len(charts(run_page("tracks", "it"))) == before + 2  # the server remembers
    curve.curves().clear()


def test_the_longer_prompt_is_counted_whatever_a_clock_says(monkeypatch, moe):
    key = f"longer-experts-{PROMPT}"
    times = {"first": (0.1, 0.4), "later": (0.03, 0.032)}
    monkeypatch.setattr(measuring, "short_and_long", lambda page, lengths: times)
    monkeypatch.setattr(cache, "result", lambda key, compute: compute())
    test = quick()
    assert "verdict" not in html_of(test)
    reveal(test, key, 0)
    assert 'class="verdict right"' in html_of(test) and "400\u202fms" in html_of(test)
    work = prompt_operations(moe.model.config, 128)
    assert scaled(work, "FLOP", "en") in html_of(test)
    times["first"], times["later"] = (0.3, 0.3), (0.03, 0.09)
    assert 'class="verdict right"' in html_of(test.run()) and "90.0\u202fms" in html_of(test)
    reveal(test, key, 1)
    assert 'class="verdict wrong"' in html_of(test) and "A later token is a single track" in html_of(test)


def test_how_far_every_token_costs_the_same_is_counted(moe):
    """Twice the text, over all tokens written; and the share of attention in one more token."""
    shown = html_of(quick())
    for tokens, config in ((96, moe.model.config), (96, LLAMA), (131_072, LLAMA)):
        with_cache, without = counting.doubling(config, tokens)
        assert 2 <= with_cache < 4 < without < 8 or tokens == 96
        assert f"× {number(with_cache, 'en')}" in shown and f"× {number(without, 'en')}" in shown
        work = operations(config, tokens + 1)
        assert percent(work.attention / work.total, "en") in shown
    by_hand = [sum(operations(LLAMA, t).total for t in range(1, n + 1)) for n in (96, 192)]
    assert counting.doubling(LLAMA, 96)[0] == pytest.approx(by_hand[1] / by_hand[0], rel=1e-9)
    assert "1,024" not in shown.split("twice the text, without")[1].split("Llama")[0]  # beyond what it was trained for
    assert "more than half only from" in shown and 'class="said"' in shown


# ---------------------------------------------------------------- the calculator


@pytest.mark.parametrize("name", MODELS)
def test_three_ways_of_sharing(name):
    config = MODELS[name]
    heads = kv_heads_by_kind(config)
    sizes = {kind: cache_bytes(replace(config, kv_heads=n), 1000) for kind, n in heads.items()}
    assert config.kv_heads in heads.values()
    assert list(heads) == ["mha", "gqa", "mqa"]
    assert sizes["mha"] == config.heads * sizes["mqa"]
    assert heads["mha"] > heads["gqa"] > heads["mqa"]


def test_the_cache_weighs_as_much_as_the_model():
    n = break_even_tokens(LLAMA)
    assert n == 122_533
    shared = replace(LLAMA, kv_heads=LLAMA.heads)  # with a cache four times as large beside the same weights
    sooner = next(m for m in range(30_000, 40_000) if cache_bytes(shared, m) >= 2 * 8_030_261_248)
    assert abs(sooner - n / 4) <= 1
    assert cache_bytes(LLAMA, n - 1) < 2 * 8_030_261_248 <= cache_bytes(LLAMA, n)
    test = quick()
    reveal(test, "heavy", 3)
    assert 'class="verdict right"' in html_of(test)
    assert "122,533" in html_of(test) and f"{sooner:,}" in html_of(test)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_context_beyond_the_model_is_said(lang):
    beyond = content.load(lang, "tracks")["beyond"].format(
        model="Llama 3.1 8B", context=number(131_072, lang), tokens=number(1_048_576, lang)
    )
    test = quick(lang)
    assert beyond not in html_of(test)
    test.segmented_control(key="cost-context").set_value("1M").run()
    assert beyond in html_of(test)
    assert f"{number(2**37, lang)} byte" in html_of(test)  # 2 · 32 · 8 · 128 · 2^20 · 2


def test_any_number_and_any_model():
    test = quick()
    test.segmented_control(key="cost-context").set_value("other").run()
    test.number_input(key="cost-tokens").set_value(20_000).run()
    test.selectbox(key="cost-model").set_value("Mistral 7B").run()
    shown = html_of(test)
    assert number(cache_bytes(MODELS["Mistral 7B"], 20_000), "en") in shown
    assert percent(cache_bytes(MODELS["Mistral 7B"], 20_000) / (2 * 7_241_732_096), "en") in shown
    assert scaled(cache_bytes(MODELS["Mistral 7B"], 4096), "B", "en") in shown  # its window
    for refused in (0, -5, calculator.MAX_TOKENS + 1):
        test.number_input(key="cost-tokens").set_value(refused).run()
        assert html_of(test).count('role="alert"') == 1
        assert not test.exception


# ---------------------------------------------------------------- in the browser


def test_another_prompt_and_another_language_on_a_telephone(open_page):
    page = open_page("tracks", width=360, prompt="a")
    page.fill(".st-key-prompt textarea", PROMPT)
    page.keyboard.press("Enter")
    expect(page.locator(".tracks .read")).to_contain_text("All ")
    page.locator(".tracks .lane [aria-checked=true]").press("End")
    expect(page.locator(".tracks .step")).to_be_disabled()  # the last of its steps
    page.locator(".languages a[lang=it]").click()
    page.wait_for_function("document.documentElement.lang == 'it'")
    settled(page)
    assert f"turn={view.TURNS}" in page.url  # the same text in another language: the reader stays at this step
    expect(page.locator(".tracks .step")).to_be_disabled()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")
