"""The component is given the trace and draws it, without the server; the questions are the live model's."""

import numpy as np
import pytest
from playwright.sync_api import expect

import content
from model import sampling
from model.analysis import attention
from model.analysis.attention import Cell
from tests.support.app_test import html_of, reveal, run_page, shown_page, unfolded
from tests.support.browser import settled
from tests.support.models import traced
from tests.support.payload import component_payload
from ui.kit import cache
from ui.kit.content_words import content_words, special, start_cell
from ui.kit.numbers import number, percent
from ui.kit.token_names import distinct
from ui.lessons.attention import readings

PROMPT = "The dog chased the squirrel because it"
LONG = (
    "When the old gardener who lived beside the river saw that the rain had not come for three weeks, "
    "she asked her neighbours whether they could lend her some of their"
)


@pytest.fixture(scope="module", params=["smollm2", "minilm"])
def bundle(request):
    return cache.bundle(request.param)


def drawn(test) -> tuple[dict, dict]:
    return component_payload(test, "attention")


# ---------------------------------------------------------------- what is sent


@pytest.mark.parametrize("text", [PROMPT, "Hello"])
def test_the_component_is_given_the_trace(bundle, text):
    data, arrays = drawn(shown_page("attention", model=bundle.card.name, prompt=text))
    trace = traced(bundle, text)
    q, k = ("q_rot", "k_rot") if bundle.model.config.position == "rotary" else ("q", "k")
    assert data["tokens"] == distinct(trace.tokens)
    np.testing.assert_array_equal(arrays["mask"], trace.layers[0].mask)
    for i, layer in enumerate(trace.layers):
        np.testing.assert_array_equal(arrays["scores"][i], layer.scores)
        for name, field in (("q", q), ("k", k), ("v", "v"), ("z", "z")):
            sent, values = arrays[name][i].astype(float) - 128, getattr(layer, field)
            limit = np.abs(values).max((1, 2), keepdims=True)
            np.testing.assert_array_equal(arrays[f"{name}-limit"][i], limit[:, 0, 0])
            assert np.abs(sent / 127 * limit - values).max() <= limit.max() / 254 * 1.001, "half a step of colour"


def test_scores_are_queries_times_keys(bundle):
    """Swapped or not turned by their positions, they would not give the scores that are drawn beside them."""
    trace = traced(bundle, PROMPT)
    kept = readings.keep(bundle.model.config)
    q, k = ("q_rot", "k_rot") if "q_rot" in kept else ("q", "k")
    for layer in trace.layers:
        keys = np.repeat(getattr(layer, k), len(layer.scores) // len(layer.v), axis=0)
        products = getattr(layer, q) @ keys.transpose(0, 2, 1)
        np.testing.assert_allclose(layer.scores, products / np.sqrt(layer.v.shape[-1]), rtol=1e-4, atol=1e-4)


def test_weights_and_sums_come_out_of_what_is_sent(bundle):
    """Softmax of the masked scores is the pattern; weighted values add up to z, within the printed difference."""
    _, arrays = drawn(shown_page("attention", model=bundle.card.name, prompt=PROMPT))
    trace = traced(bundle, PROMPT)
    for i, layer in enumerate(trace.layers):
        weights = sampling.softmax(np.where(arrays["mask"], arrays["scores"][i], -np.inf))
        np.testing.assert_allclose(weights, layer.pattern, atol=1e-6)
        values = np.repeat(layer.v, len(weights) // len(layer.v), axis=0)
        np.testing.assert_allclose(weights @ values, layer.z, atol=1e-5)
        exact = layer.pattern.astype(np.float64) @ np.repeat(layer.v, len(weights) // len(layer.v), axis=0)
        assert (np.abs(exact - layer.z).max(-1) <= arrays["difference"][i] + 1e-5).all()
    assert arrays["difference"].max() < 1e-4


def test_all_products_of_a_score_add_up_to_it(bundle):
    """They stand in the order of their sizes; and the values, weighted, add up to z."""
    trace = traced(bundle, PROMPT)
    for layer, head, query, key in ((0, 0, 6, 0), (3, 5, 6, 4)):
        found = readings.products(trace, Cell(layer, head, query, key))
        width = trace.layers[0].v.shape[-1]
        sizes = np.abs(found["q × k"])
        assert sorted(found["number"]) == list(range(1, width + 1)) and (np.diff(sizes) <= 0).all()
        score = trace.layers[layer].scores[head, query, key]
        assert found["q × k"].sum() / np.sqrt(width) == pytest.approx(score, rel=1e-4, abs=1e-4)
        np.testing.assert_allclose(found["q"] * found["k"], found["q × k"], rtol=1e-5)
        cells = (Cell(layer, head, query, k) for k in range(len(trace.tokens)))
        parts = sum(readings.products(trace, cell)["weight × v"].sum() for cell in cells)
        assert parts == pytest.approx(found["z"].sum(), rel=1e-3, abs=1e-3)


def test_the_products_are_shown_when_they_are_asked_for(smollm2):
    test = unfolded(run_page("attention"))
    assert not test.exception
    trace = traced(smollm2, PROMPT)
    found = readings.products(trace, start_cell(smollm2, trace))
    shown = html_of(test)
    for i in (0, 1, 63):
        assert f'<td class="number">{number(found["q × k"][i], "en")}</td>' in shown
    assert number(float(found["q × k"].sum()), "en") in shown


def test_the_start_is_measured(smollm2):
    trace = traced(smollm2, PROMPT)
    look = start_cell(smollm2, trace)
    weights = trace.stack("pattern")
    assert trace.tokens[look.query] == "·it"
    assert trace.tokens[look.key] in ("·dog", "·chased", "·squirrel")
    assert weights[look.layer, look.head, look.query, look.key] == weights[:, :, 6, [1, 2, 4]].max()


def test_targets_pass_over_small_words_and_the_special_ones(bundle):
    trace = traced(bundle, "Mary gave the tall boy a book because she")
    found = attention.targets(trace, content_words(trace.tokens), special(bundle, trace))
    words = [trace.tokens[i].strip("·") for i in found]
    assert words[-1] not in {"Mary", "the", "a", "because", "she", "[CLS]", "[SEP]"}


def test_one_token_has_only_itself(smollm2):
    trace = traced(smollm2, "Hello")
    assert start_cell(smollm2, trace) == Cell(0, 0, 0, 0)


# ---------------------------------------------------------------- the questions


@pytest.mark.slow
def test_the_swap_is_asked_of_the_live_model(smollm2):
    key = f"swap-smollm2-{PROMPT}"
    trace = traced(smollm2, PROMPT)
    look = start_cell(smollm2, trace)
    swap = readings.swap(smollm2, trace, PROMPT, look)
    assert swap.text.strip() == "The squirrel chased the dog because it"
    row = traced(smollm2, swap.text).layers[look.layer].pattern[look.head, look.query]
    test = run_page("attention")
    assert "verdict" not in html_of(test)
    right = {swap.first: 0, swap.second: 1, 0: 2}[int(row.argmax())]
    shown = html_of(reveal(test, key, right))
    assert 'class="verdict right"' in shown
    assert percent(row.max(), "en") in shown
    assert 'class="verdict wrong"' in html_of(reveal(run_page("attention"), key, (right + 1) % 3))


def test_where_nothing_can_be_swapped_a_word_is_appended():
    test = reveal(run_page("attention", prompt="Hello"), "append-smollm2-Hello", 2)
    assert 'class="verdict right"' in html_of(test)


def test_an_encoder_sees_the_appended_word(minilm):
    before, after = (traced(minilm, text).stack("pattern")[:, :, 1, :2] for text in ("Hello", "Hello then"))
    changed = (np.abs(after - before).max(-1) > 1e-4).mean()
    assert changed > 0.5
    test = reveal(
        run_page("attention", prompt="Hello", model="minilm"), "append-minilm-Hello", 0 if changed == 1 else 1
    )
    assert 'class="verdict right"' in html_of(test)


@pytest.mark.parametrize("text", ["cats cats cats", "The the the the", "a b", "🦀🦀 it", "Mary saw John and he"])
def test_any_prompt_has_a_question(text):
    assert "question" in html_of(run_page("attention", prompt=text))


def test_only_whole_words_change_places(smollm2):
    """Half a word in the place of another makes none: the suit did not fit in the trophycase."""
    text = "The trophy did not fit in the suitcase because it"
    trace = traced(smollm2, text)
    halves = {i for i, token in enumerate(trace.tokens) if token in ("·suit", "case")}
    assert len(halves) == 2
    shape = trace.stack("pattern").shape
    for layer in range(shape[0]):
        for head in range(shape[1]):
            found = readings.swap(smollm2, trace, text, Cell(layer, head, len(trace.tokens) - 1, 0))
            assert found is None or not {found.first, found.second} & halves


@pytest.mark.parametrize("text", [PROMPT, "Rain fell, and the grass was green again"])
@pytest.mark.parametrize("model", ["smollm2", "minilm"])
def test_an_attention_sink_is_spoken_of_only_where_it_is_the_first_token(model, text):
    bundle = cache.bundle(model)
    trace = traced(bundle, text)
    cell = attention.even_head(trace, start_cell(bundle, trace).query)
    row, lengths = trace.layers[cell.layer].pattern[cell.head, cell.query], attention.value_lengths(trace, cell)
    sink = model == "smollm2" and row.argmax() == 0 != lengths.argmax()
    seen = np.flatnonzero(trace.layers[cell.layer].mask[cell.query])
    choices = sorted(seen[np.argsort(-row[seen], kind="stable")][:6].tolist())
    test = run_page("attention", model=model, prompt=text)
    right = choices.index(int(lengths.argmax())) if int(lengths.argmax()) in choices else len(choices)
    assert ("attention sink" in html_of(reveal(test, f"carry-{model}-{text}", right))) == sink


# ---------------------------------------------------------------- in the browser


def test_the_chart_then_another_prompt(open_page, smollm2):
    page = open_page("attention", layer="14", head="9", token="7")
    page.locator(".attention .layers i").nth(13).click()
    the_chart_is_of_the_head_chosen_above(page, traced(smollm2, PROMPT))
    a_new_prompt_starts_anew(page)
    ask(page, LONG, 32)
    for width in (360, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(150)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")


def the_chart_is_of_the_head_chosen_above(page, trace):
    page.locator(".attention .thumb").nth(1).click()
    page.get_by_text(content.load("en", "attention")["twin-button"]).click()
    expect(page.locator(".st-key-head-chart .eyebrow")).to_have_text("Layer 14, head 2")
    page.locator(".chart").scroll_into_view_if_needed()
    expect(page.locator(".js-plotly-plot .heatmaplayer image")).to_have_count(1)
    settled(page)  # the words change before the chart does
    z = page.locator(".js-plotly-plot").evaluate("(plot) => Array.from(plot._fullData[0].z[6])")
    np.testing.assert_allclose(z, trace.layers[13].pattern[1, 6], atol=1e-6)
    expect(page.locator(".attention .thumb").nth(1)).to_have_attribute("aria-checked", "true")


def a_new_prompt_starts_anew(page):
    page.locator(".attention .pick").nth(1).click()
    assert "layer=14" in page.url and "head=2" in page.url and "token=2" in page.url
    ask(page, "Anna called Lucy because she", 5)
    expect(page.locator(".attention .pick[aria-checked=true]")).to_contain_text("she")
    page.wait_for_function("() => !location.search.includes('head=')")


def ask(page, prompt: str, tokens: int):
    if page.input_value(".st-key-prompt textarea") != prompt:
        page.fill(".st-key-prompt textarea", prompt)
        page.keyboard.press("Enter")
    expect(page.locator(".attention .pick")).to_have_count(tokens)
