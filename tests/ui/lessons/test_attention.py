"""Lesson 5: the component is given the trace and draws it, without the server; the questions are the live model's."""

import numpy as np
import pytest
from playwright.sync_api import expect

import content
from model import transformer
from model.analysis import attention
from model.analysis.attention import Cell
from tests.support.app_test import html_of, run_page, shown_page
from tests.support.browser import count_messages, settled
from tests.support.payload import component_payload
from ui.kit import cache
from ui.kit.content_words import content_words, special, start_cell
from ui.kit.numbers import number, percent
from ui.lessons.attention import readings

PROMPT = "The dog chased the squirrel because it"
LONG = (
    "When the old gardener who lived beside the river saw that the rain had not come for three weeks, "
    "she asked her neighbours whether they could lend her some of their"
)


@pytest.fixture(scope="module", params=["smollm2", "minilm"])
def bundle(request):
    return cache.bundle(request.param)


def traced(bundle, text: str = PROMPT):
    ids = bundle.tokenizer.encode(text)
    return transformer.run(bundle.model, ids, bundle.tokenizer.strings(ids))


def drawn(test) -> tuple[dict, dict]:
    return component_payload(test, "attention")


def softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


# ---------------------------------------------------------------- what is sent


@pytest.mark.parametrize("text", [PROMPT, "Hello"])
def test_the_component_is_given_the_trace(bundle, text):
    data, arrays = drawn(shown_page("attention", model=bundle.card.name, prompt=text))
    trace = traced(bundle, text)
    q, k = ("q_rot", "k_rot") if bundle.model.config.position == "rotary" else ("q", "k")
    assert data["tokens"] == list(trace.tokens)
    np.testing.assert_array_equal(arrays["mask"], trace.layers[0].mask)
    for i, layer in enumerate(trace.layers):
        np.testing.assert_array_equal(arrays["scores"][i], layer.scores)
        for name, field in (("q", q), ("k", k), ("v", "v"), ("z", "z")):
            np.testing.assert_array_equal(arrays[name][i], getattr(layer, field)[..., : readings.SHOWN])


def test_scores_are_queries_times_keys(bundle):
    """Swapped or not turned by their positions, they would not give the scores that are drawn beside them."""
    trace = traced(bundle)
    kept = readings.keep(bundle.model.config)
    q, k = ("q_rot", "k_rot") if "q_rot" in kept else ("q", "k")
    for layer in trace.layers:
        keys = np.repeat(getattr(layer, k), len(layer.scores) // len(layer.v), axis=0)
        products = getattr(layer, q) @ keys.transpose(0, 2, 1)
        np.testing.assert_allclose(layer.scores, products / np.sqrt(layer.v.shape[-1]), rtol=1e-4, atol=1e-4)


def test_weights_and_sums_come_out_of_what_is_sent(bundle):
    """Softmax of the masked scores is the pattern; weighted values add up to z, within the printed difference."""
    _, arrays = drawn(shown_page("attention", model=bundle.card.name, prompt=PROMPT))
    trace = traced(bundle)
    for i, layer in enumerate(trace.layers):
        weights = softmax(np.where(arrays["mask"], arrays["scores"][i], -np.inf))
        np.testing.assert_allclose(weights, layer.pattern, atol=1e-6)
        values = np.repeat(arrays["v"][i], len(weights) // len(layer.v), axis=0)
        np.testing.assert_allclose(weights @ values, arrays["z"][i], atol=1e-5)
        exact = layer.pattern.astype(np.float64) @ np.repeat(layer.v, len(weights) // len(layer.v), axis=0)
        assert (np.abs(exact - layer.z).max(-1) <= arrays["difference"][i] + 1e-5).all()
    assert arrays["difference"].max() < 1e-4


def test_the_start_is_measured(smollm2):
    trace = traced(smollm2)
    look = start_cell(smollm2, trace)
    weights = trace.stack("pattern")
    assert trace.tokens[look.query] == "·it"
    assert trace.tokens[look.key] in ("·dog", "·chased", "·squirrel")
    assert weights[look.layer, look.head, look.query, look.key] == weights[:, :, 6, [1, 2, 4]].max()


def test_targets_pass_over_small_words_and_the_special_ones(bundle):
    trace = traced(bundle, "Mary gave the tall boy a book because she")
    found = attention.targets(trace, content_words(trace), special(bundle, trace))
    words = [trace.tokens[i].strip("·") for i in found]
    assert words[-1] not in {"Mary", "the", "a", "because", "she", "[CLS]", "[SEP]"}


def test_one_token_has_only_itself(smollm2):
    trace = traced(smollm2, "Hello")
    assert start_cell(smollm2, trace) == Cell(0, 0, 0, 0)


# ---------------------------------------------------------------- the questions


def reveal(test, key: str, option: int):
    test.button_group(key=f"pick-{key}").set_value(option).run()
    return test.button(key=f"reveal-{key}").click().run()


def test_the_swap_is_asked_of_the_live_model(smollm2):
    key = f"swap-smollm2-{PROMPT}"
    trace = traced(smollm2)
    look = start_cell(smollm2, trace)
    swap = readings.swap(smollm2, trace, look)
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
        run_page("attention", prompt="Hello", model="minilm"), "append-minilm-hello", 0 if changed == 1 else 1
    )
    assert 'class="verdict right"' in html_of(test)


@pytest.mark.parametrize("text", ["cats cats cats", "The the the the", "a b", "🦀🦀 it", "Mary saw John and he"])
def test_any_prompt_has_a_question(text):
    assert "question" in html_of(run_page("attention", prompt=text))


# ---------------------------------------------------------------- in the browser


def cell(page, q: int, k: int, size: int = 7):
    return page.locator(".attention .cell").nth(q * size + k)


def title(page):
    return page.locator(".attention h2.eyebrow").first


def choose(page, layer: int, head: int, token: int):
    """By the pointer, all from 1, as a link would: the token with its own target and no word picked."""
    page.locator(f".attention .pick >> nth={token % 7}").click()
    page.locator(f".attention .pick >> nth={token - 1}").click()
    page.locator(".attention .layers i").nth(layer - 1).click()
    page.locator(".attention .thumb").nth(head - 1).click()
    expect(title(page)).to_have_text(f"Layer {layer}, head {head}")


def test_a_walk_among_the_heads_asks_nothing_of_the_server(open_page, smollm2):
    page, trace = open_page("attention", layer="6", head="2", token="5"), traced(smollm2)
    expect(title(page)).to_have_text("Layer 6, head 2")
    expect(page.locator(".attention .pick[aria-checked=true]")).to_contain_text("squirrel")
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    count_messages(page)

    map_and_words_show_the_pattern(page, trace)
    rows_run_down_and_columns_to_the_right(page)
    choose(page, 6, 2, token=7)
    the_search_is_the_measurement(page, trace)
    choose(page, 14, 9, token=7)
    the_two_steps_have_the_numbers_of_the_trace(page, trace)
    choose(page, 14, 9, token=3)
    the_lifted_mask_shares_out_every_score(page, trace)
    page.locator(".attention .lift").click()
    cell(page, 5, 2).click()

    page.wait_for_timeout(700)
    assert page.evaluate("window.sent") == 0
    assert [url for url in requests if "/app/static/" not in url] == []  # a font may still arrive
    assert "token=6" in page.url and "layer=14" in page.url and "head=9" in page.url


def map_and_words_show_the_pattern(page, trace):
    row = trace.layers[5].pattern[1]
    words = [token.strip("·") for token in trace.tokens]
    for q in range(7):
        for k in range(7):
            expect(cell(page, q, k)).to_be_visible(visible=k <= q)
            if k <= q:
                name = f"“{words[q]}” reads “{words[k]}”: {percent(row[q, k], 'en')}"
                expect(cell(page, q, k)).to_have_attribute("aria-label", name)
                expect(cell(page, q, k)).to_have_attribute("data-percent", str(round(100 * float(row[q, k]))))
    for k, shown in enumerate(page.locator(".attention .pick .weight").all_inner_texts()):
        assert shown == ("–" if k > 4 else "<\u202f0.01%" if row[4, k] < 1e-4 else percent(row[4, k], "en"))
    expect(page.locator(".attention .read")).to_contain_text(percent(row[4].max(), "en"))


def rows_run_down_and_columns_to_the_right(page):
    """A transposed map would stand the other way round."""
    first, below, right = (cell(page, q, k).bounding_box() for q, k in ((0, 0), (6, 0), (6, 6)))
    assert below["x"] == first["x"] and below["y"] > first["y"]
    assert right["x"] > below["x"] and right["y"] == below["y"]
    assert abs(first["width"] - first["height"]) < 1


def the_search_is_the_measurement(page, trace):
    page.locator(".attention .find .targets button").nth(4).click()
    looks = trace.stack("pattern")[:, :, 6, 4]
    order = np.argsort(-looks.ravel(), kind="stable")[:6]
    for i, place in enumerate(order):
        layer, head = np.unravel_index(place, looks.shape)
        item = page.locator(".attention .find li button").nth(i)
        expect(item).to_contain_text(f"layer {layer + 1}, head {head + 1}")
        expect(item).to_contain_text(percent(looks[layer, head], "en"))
    page.locator(".attention .find li button").nth(1).click()
    layer, head = np.unravel_index(order[1], looks.shape)
    expect(title(page)).to_have_text(f"Layer {layer + 1}, head {head + 1}")


def the_two_steps_have_the_numbers_of_the_trace(page, trace):
    layer = trace.layers[13]
    rows = page.locator(".attention .word")
    for k in range(7):
        expect(rows.nth(k).locator(".score")).to_have_text(number(layer.scores[8, 6, k], "en"))
        expect(rows.nth(k).locator(".share")).to_have_text(percent(layer.pattern[8, 6, k], "en"))
    rows.nth(4).locator("button").click()
    product = number(float(layer.q_rot[8, 6] @ layer.k_rot[2, 4]), "en")
    expect(page.locator(".attention .arith")).to_contain_text(f"= {product}")
    expect(page.locator(".attention .arith")).to_contain_text("differs by at most")
    page.locator(".attention details summary").click()
    numbers = page.locator(".attention .vectors tbody tr").nth(3).locator("td").all_inner_texts()
    share = layer.pattern[8, 6, 4]
    q, k, v, z = layer.q_rot[8, 6, 3], layer.k_rot[2, 4, 3], layer.v[2, 4, 3], layer.z[8, 6, 3]
    assert numbers == [number(x, "en") for x in (q, k, q * k, v, share * v, z)]


def the_lifted_mask_shares_out_every_score(page, trace):
    page.locator(".attention .lift").click()
    row = softmax(trace.layers[13].scores[8])
    for q, k in ((0, 6), (2, 3), (2, 1), (6, 0)):
        expect(cell(page, q, k)).to_be_visible()
        assert percent(row[q, k], "en") in cell(page, q, k).get_attribute("aria-label")
    expect(page.locator(".attention .leak")).to_contain_text(percent(row[2, 3], "en"))
    expect(page.locator(".attention .arith")).to_contain_text(content.load("en", "attention")["lifted-sum"])


def test_an_encoder_has_no_mask_to_lift(open_page):
    page = open_page("attention", model="minilm")
    expect(page.locator(".attention .lift")).to_have_count(0)
    expect(page.locator(".attention .leak")).to_contain_text("encoder")
    for q, k in ((0, 8), (8, 0), (4, 4)):
        expect(cell(page, q, k, 9)).to_be_visible()


def test_the_keyboard_then_the_chart_then_another_prompt(open_page, smollm2):
    page = open_page("attention", layer="14", head="9", token="7")
    the_keyboard_reaches_everything(page)
    page.locator(".attention .layers i").nth(13).click()
    the_chart_is_of_the_head_chosen_above(page, traced(smollm2))
    a_new_prompt_starts_anew(page)


def the_keyboard_reaches_everything(page):
    explorer = page.locator(".attention")
    explorer.locator(".pick[aria-checked=true]").focus()
    page.keyboard.press("ArrowLeft")
    expect(explorer.locator(".pick").nth(5)).to_be_focused()
    expect(explorer.locator(".pick").nth(5)).to_have_attribute("aria-checked", "true")
    page.keyboard.press("End")
    explorer.locator(".layers").focus()
    page.keyboard.press("ArrowRight")
    expect(title(page)).to_have_text("Layer 15, head 9")
    explorer.locator(".thumb[aria-checked=true]").focus()
    page.keyboard.press("ArrowUp")
    expect(title(page)).to_have_text("Layer 15, head 6")
    expect(explorer.locator(".thumb").nth(5)).to_be_focused()
    cell(page, 6, 2).click()
    page.keyboard.press("ArrowUp")
    expect(cell(page, 5, 2)).to_be_focused()
    page.keyboard.press("Home")
    expect(cell(page, 5, 0)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("End")
    expect(cell(page, 4, 4)).to_be_focused()
    expect(cell(page, 4, 4)).to_have_attribute("aria-selected", "true")
    explorer.locator(".find .targets [aria-checked=true]").focus()
    page.keyboard.press("Home")
    expect(explorer.locator(".find .targets button").first).to_be_focused()
    explorer.locator(".word button").nth(2).focus()
    page.keyboard.press("Enter")
    expect(explorer.locator(".word button").nth(2)).to_be_focused()
    expect(explorer.locator(".word button").nth(2)).to_have_attribute("aria-pressed", "true")


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
    if page.input_value(".st-key-prompt input") != prompt:
        page.fill(".st-key-prompt input", prompt)
        page.keyboard.press("Enter")
    expect(page.locator(".attention .pick")).to_have_count(tokens)


def test_it_fits_and_every_sentence_is_whole(open_page):
    """From a link that makes no sense, which is none; in both languages, with prompts of 7, 32 and 1 tokens."""
    page = open_page("attention", layer="99", head="x", token="0")
    expect(page.locator(".attention .pick[aria-checked=true]")).to_contain_text("it")
    the_sentence_is_whole_in_every_case(page)
    for prompt, tokens in ((PROMPT, 7), (LONG, 32), ("Hello", 1)):
        ask(page, prompt, tokens)
        it_fits(page, prompt, (360, 1920))
    page.locator(".languages a[lang=it]").click()
    page.wait_for_function("document.documentElement.lang == 'it'")
    settled(page)
    for prompt, tokens in (("Hello", 1), (LONG, 32), (PROMPT, 7)):
        ask(page, prompt, tokens)
        it_fits(page, prompt, (360, 1280))
    the_sentence_is_whole_in_every_case(page)


def it_fits(page, prompt: str, widths: tuple[int, ...]):
    settled(page)
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(150)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")
        assert page.locator(".attention .table").first.evaluate("(table) => table.scrollWidth <= table.clientWidth + 1")
        if prompt == PROMPT:
            assert cell(page, 6, 6).bounding_box()["width"] >= 30


def the_sentence_is_whole_in_every_case(page):
    """No gap is left open, whoever reads and whether one word or two are named."""
    texts = page.locator(".attention").evaluate(
        """async (box) => {
            const drawn = (button) => new Promise((done) => { button.click(); requestAnimationFrame(done); });
            const texts = [];
            for (const i of Array(7).keys()) {
                await drawn(box.querySelectorAll(".pick")[i]);
                for (const head of [0, 4, 8]) {
                    await drawn(box.querySelectorAll(".thumb")[head]);
                    texts.push(box.querySelector(".read").innerText);
                }
            }
            return texts;
        }"""
    )
    assert len(texts) == 21 and len(set(texts)) > 7
    for text in texts:
        assert text.endswith((".", "lì.")) and not {"{", "}"} & set(text) and "undefined" not in text
