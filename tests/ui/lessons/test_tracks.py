"""Lesson 4: what is drawn and written is what was measured; bytes are the formula's; the questions are live."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import expect

import content
from model.arithmetic import cache_bytes
from model.generate import Decoder
from model.runtime.timing import DecodeStep, Times
from model.weights.published import MODELS
from tests.support.app_test import html_of, run_page, shown_page
from tests.support.browser import count_messages, settled
from tests.support.pages import LANGUAGES
from tests.support.payload import charts, component_payload, values
from ui.kit.numbers import number, percent
from ui.lessons.tracks import calculator
from ui.lessons.tracks import view as tracks

PROMPT = "The dog chased the squirrel because it"
LONG = "When the old gardener who lived beside the river saw that the rain had not come for three weeks, she asked them"
LLAMA = MODELS["Llama 3.1 8B"]


def drawn(test) -> dict:
    return component_payload(test, "tracks")[0]


def quick(lang: str = "en"):
    """With the small model, for what is the same with any: the page measures a model each time it is opened."""
    return run_page("tracks", lang, model="experts")


# ---------------------------------------------------------------- the times


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
    assert data["turns"][0]["cached"] == data["turns"][0]["uncached"] == tracks.first(runs).median
    for place in range(1, tracks.TURNS):
        assert data["turns"][place]["cached"] == Times(tuple(turns[place].cached for turns in runs)).median
    for times in (tracks.first(runs), tracks.later(runs, "cached"), tracks.later(runs, "uncached")):
        low, high = times.spread
        assert f"{number(1000 * times.median, 'en')}\u202fms" in page
        assert f"{number(1000 * low, 'en')} – {number(1000 * high, 'en')}\u202fms" in page
    assert number(1 / tracks.later(runs, "cached").median, "en") in page
    difference = max(turn.difference for turns in runs for turn in turns)
    assert 0 < difference < 1e-3 and number(difference, "en") in page


def test_more_runs_follow_and_end():
    test = quick()
    assert len(test.session_state["tracks-runs"][1]) == 1
    assert "Run 2 of 3" in html_of(test)
    for _ in range(tracks.RUNS):
        test.run()
    assert not test.exception
    assert len(test.session_state["tracks-runs"][1]) == tracks.RUNS
    assert "Run " not in html_of(test)


def test_every_time_counts_once():
    runs = [[DecodeStep(3, 1, x, x + 1, 0.0, 9), DecodeStep(4, 2, 10 * x, 10 * x + 1, 0.0, 12)] for x in (1.0, 2.0)]
    assert tracks.first(runs).seconds == (1, 2, 2, 3)
    assert tracks.later(runs, "cached").seconds == (10, 20)
    assert tracks.later(runs, "uncached").seconds == (11, 21)


def test_a_whole_text_is_the_sum_of_its_tokens():
    assert np.array_equal(tracks.total((1, 4), np.array([2.0, 2.0])), [2, 4, 6, 8])
    steep = tracks.total((1, 100), np.array([1.0, 100.0]))
    np.testing.assert_allclose(steep, np.arange(1, 101) * np.arange(2, 102) / 2)


def test_the_curve_is_measured_on_demand_point_by_point(monkeypatch):
    monkeypatch.setattr(tracks, "LENGTHS", (1, 4, 9))
    tracks._curves.clear()
    test = run_page("tracks")
    before = len(charts(test))
    test.button(key="measure").click().run()
    assert not test.exception
    (points,) = tracks._curves().values()
    assert [point.length for point in points] == [1, 4, 9]
    one, whole = list(charts(test).values())[: len(charts(test)) - before]
    for trace, way in zip(one["data"], ("decode", "prefill", "recurrent"), strict=True):
        medians = [1000 * getattr(point, way).median for point in points]
        np.testing.assert_allclose(values(trace["y"]), medians, rtol=1e-6)
    sums = tracks.total((1, 4, 9), np.array([point.prefill.median for point in points]))
    np.testing.assert_allclose(values(whole["data"][1]["y"]), sums, rtol=1e-6)
    assert number(float(sums[-1]), "en") in html_of(test)
    assert "38 steps" in html_of(test)  # 9 tokens through 30 layers, each state after the one before
    assert len(charts(run_page("tracks", "it"))) == before + 2  # the server remembers
    tracks._curves.clear()


def test_the_longer_prompt_is_asked_of_the_live_model(monkeypatch):
    key = f"longer-experts-{PROMPT}"
    times = {"first": (0.1, 0.4), "later": (0.03, 0.032)}
    monkeypatch.setattr(tracks, "_longer", lambda page: times)
    monkeypatch.setattr(tracks.session, "reading", lambda name, model, ids, limit, compute: compute())
    test = quick()
    assert "verdict" not in html_of(test)
    test.button_group(key=f"pick-{key}").set_value(0).run()
    test.button(key=f"reveal-{key}").click().run()
    assert 'class="verdict right"' in html_of(test) and "400\u202fms" in html_of(test)
    times["later"] = (0.03, 0.09)
    assert 'class="verdict wrong"' in html_of(test.run()) and "90.0\u202fms" in html_of(test)


# ---------------------------------------------------------------- the calculator


@pytest.mark.parametrize("name", MODELS)
def test_three_ways_of_sharing(name):
    config = MODELS[name]
    found, own = calculator.ways(config, 1000)
    assert found[own].kv_heads == config.kv_heads
    assert found[own].bytes == cache_bytes(config, 1000)
    assert [way.name for way in found] == ["mha", "gqa", "mqa"]
    assert found[0].bytes == config.heads * found[2].bytes
    assert found[0].kv_heads > found[1].kv_heads > found[2].kv_heads


def test_the_cache_weighs_as_much_as_the_model():
    n = calculator.even(LLAMA)
    assert n == 122_533
    assert cache_bytes(LLAMA, n - 1) < 2 * 8_030_261_248 <= cache_bytes(LLAMA, n)
    test = quick()
    test.button_group(key="pick-heavy").set_value(3).run()
    test.button(key="reveal-heavy").click().run()
    assert 'class="verdict right"' in html_of(test)
    assert "122,533" in html_of(test) and number(calculator.even(replace(LLAMA, kv_heads=32)), "en") in html_of(test)


def test_units():
    assert calculator.scaled(999, "en") == "999\u202fB"
    assert calculator.scaled(46_080, "it") == "46,1\u202fkB"
    assert calculator.scaled(17_179_869_184, "en") == "17.2\u202fGB"
    assert calculator.scaled(17_179_869_184, "en", 1024) == "16.0\u202fGiB"


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
    assert calculator.scaled(cache_bytes(MODELS["Mistral 7B"], 4096), "en") in shown  # its window
    for refused in (0, -5, calculator.MOST + 1):
        test.number_input(key="cost-tokens").set_value(refused).run()
        assert html_of(test).count('role="alert"') == 1
        assert not test.exception


# ---------------------------------------------------------------- in the browser


def marks(page, selector: str) -> int:
    """How many cells a path of the drawing holds."""
    return (page.locator(f".tracks {selector}").first.get_attribute("d") or "").count("M")


def test_keys_and_play_then_steps_without_the_server(open_page):
    page = open_page("tracks", turn="3")
    keys_and_play(page)
    page.locator(".tracks .lane [aria-checked=true]").press("Home")
    stepping_is_drawn_and_asks_nothing_of_the_server(page)


def keys_and_play(page):
    view = page.locator(".tracks")
    expect(view.locator(".bar .note")).to_contain_text("Step 3 of 5")
    view.locator(".lane button").nth(2).focus()
    page.keyboard.press("ArrowRight")
    expect(view.locator(".lane button").nth(3)).to_be_focused()
    expect(view.locator(".lane button").nth(3)).to_have_attribute("aria-checked", "true")
    page.keyboard.press("End")
    expect(view.locator(".step")).to_be_disabled()
    page.keyboard.press("Home")
    expect(view.locator(".back")).to_be_disabled()
    view.locator(".play").click()
    expect(view.locator(".play")).to_have_text("Pause")
    expect(view.locator(".bar .note")).to_contain_text("Step 3 of 5")
    view.locator(".play").click()
    expect(view.locator(".play")).to_have_text("Play")


def stepping_is_drawn_and_asks_nothing_of_the_server(page):
    view = page.locator(".tracks")
    expect(view.locator(".read")).to_contain_text("All 7 tokens")
    assert marks(page, ".cache .rising .key-cell, .cache g .key-cell") == 30 * 3 * 7
    assert marks(page, ".also") == 30 * 6 and marks(page, ".leads") == 30
    expect(page.get_by_text("small model on a processor")).to_be_visible(timeout=60_000)  # all runs are done
    page.wait_for_timeout(1000)
    count_messages(page)
    view.locator(".step").click()
    expect(view.locator(".read")).to_contain_text("Without the cache all 8 tracks")
    assert marks(page, ".stack .kept-key") == 30 * 7 and marks(page, ".leads") == 30
    assert marks(page, ".cache .old.key-cell") == 30 * 3 * 7
    assert marks(page, ".cache g .value-cell") == 30 * 3
    expect(view.locator(".sums")).to_contain_text("368,640")
    expect(view.locator(".sums .note")).to_contain_text("368,640 bytes")
    expect(view.locator(".clock")).to_contain_text("7 + 1 = 8 tracks")
    expect(view.locator(".clock")).to_contain_text("7 + 8 = 15 tracks")
    assert "turn=2" in page.url
    view.locator(".back").click()
    assert "turn=" not in page.url
    assert page.evaluate("window.sent") == 0


def test_on_a_telephone_one_token_and_a_long_prompt(open_page):
    page = open_page("tracks", width=360, prompt="a", turn="99")  # a step that there is not
    expect(page.locator(".tracks .read")).to_contain_text("a single token")
    expect(page.locator(".tracks .clock")).to_contain_text("1 track computed")
    page.locator(".tracks .step").click()
    expect(page.locator(".tracks .read")).to_contain_text("both tracks")

    page.fill(".st-key-prompt input", LONG)
    page.keyboard.press("Enter")
    expect(page.locator(".tracks .read")).to_contain_text("All ")
    page.locator(".tracks .lane [aria-checked=true]").press("End")
    a_long_prompt_fits_a_telephone(page, "en")
    page.locator(".languages a[lang=it]").click()
    page.wait_for_function("document.documentElement.lang == 'it'")
    settled(page)
    assert f"turn={tracks.TURNS}" in page.url  # the same text in another language: the reader stays at this step
    a_long_prompt_fits_a_telephone(page, "it")


def a_long_prompt_fits_a_telephone(page, lang: str):
    expect(page.locator(".tracks .step")).to_be_disabled()  # the last of its steps
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")
    note = content.load(lang, "tracks")["not-drawn"].split("{n}")[1]
    expect(page.locator(".tracks .stack .note")).to_contain_text(note)
    places = page.locator(".tracks .name").evaluate_all("(names) => names.map((n) => n.getBoundingClientRect().left)")
    assert all(b - a >= 14 for a, b in pairwise(places))
    text = page.locator(".tracks").inner_text()
    assert not {"{", "}"} & set(text) and "undefined" not in text and "NaN" not in text
