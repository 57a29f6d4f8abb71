"""The page has the numbers of the pass and of the weights, and its questions are the model's."""

from base64 import b64encode
from dataclasses import replace

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from model import sampling
from model.analysis import projections
from model.config import RECIPES
from model.edits import ScaleScores
from model.transformer import Transformer
from tests.support.app_test import html_of, reveal, run_page, shown_page, unfolded
from tests.support.bare_page import recorded, reports
from tests.support.models import traced
from tests.support.payload import charts, component_payload, values
from ui.frame.page import Page
from ui.kit import language, markup
from ui.kit.content_words import start_cell
from ui.kit.numbers import number, percent
from ui.lessons.projections import questions, readings
from ui.lessons.projections.readings import Place

PROMPT = "The dog chased the squirrel because it"
SLUG = "projections"


def test_the_component_is_given_the_trace_and_the_weights(smollm2):
    data, arrays = component_payload(shown_page(SLUG, layer="6", head="5"), SLUG)
    layer, attn = traced(smollm2, PROMPT).layers[5], smollm2.model.layers[5].attn
    assert (data["layer"], data["head"], data["stages"]) == (5, 4, ["plain", "rotated"])
    whole = {name: getattr(attn, f"{name}_proj").weight.detach().numpy() for name in "qkv"}
    places = {"q": 4, "k": 1, "v": 1}  # three query heads share a key/value head
    for name, place in places.items():
        np.testing.assert_array_equal(arrays[f"w{name}"], whole[name][64 * place : 64 * place + 64])
        assert data["slices"][name] == [64 * place, len(whole[name])]
    for name, field in (("x", "resid_pre"), ("read", "attn_in")):
        np.testing.assert_array_equal(arrays[name], getattr(layer, field))
    np.testing.assert_array_equal(arrays["v"], layer.v[1])
    for name, field, place in (("q-plain", "q", 4), ("k-plain", "k", 1), ("q-rotated", "q_rot", 4)):
        np.testing.assert_array_equal(arrays[name], getattr(layer, field)[place])
    np.testing.assert_array_equal(arrays["scores"], layer.scores[4])
    np.testing.assert_array_equal(arrays["pattern"], layer.pattern[4])


def test_sums_on_the_page_are_the_numbers_of_the_pass(bare_page, smollm2):
    """The page adds up itself: a row of W_q times what attention reads, and all products of a score."""
    page = bare_page(SLUG, layer="14", head="9", token="7", key="2", matrix="q", row="3", column="10")
    layer, weight = traced(smollm2, PROMPT).layers[13], smollm2.model.layers[13].attn.q_proj.weight.detach().numpy()
    w, x = weight[8 * 64 + 2, 9], layer.attn_in[6, 9]
    shown = page.locator(f".{SLUG} .sums")
    expect(shown).to_contain_text(f"row 3, column 10: {number(w, 'en')} × {number(x, 'en')}")
    expect(shown).to_contain_text(f"add up to {number(layer.q[8, 6, 2], 'en')}")
    expect(page.locator(f".{SLUG} .lens .here")).to_have_text(number(w, "en"))
    products = layer.q_rot[8, 6] * layer.k_rot[2, 1]
    rows = page.locator(f".{SLUG} .list li")
    expect(rows).to_have_count(64)
    order = np.argsort(-np.abs(products), kind="stable")
    for place in (0, 1, 63):
        i = order[place]
        expect(rows.nth(place).locator(".index")).to_have_text(str(i + 1))
        expect(rows.nth(place).locator(".product")).to_have_text(number(products[i], "en"))
    expect(page.locator(f".{SLUG} .arith")).to_contain_text(f"add up to {number(float(products.sum()), 'en')}")
    expect(page.locator(f".{SLUG} .arith")).to_contain_text(number(layer.scores[8, 6, 1], "en"))
    expect(page.locator(f".{SLUG} .arith")).to_contain_text(percent(layer.pattern[8, 6, 1], "en"))

    page.locator(f".{SLUG} .stages button").first.click()
    plain = layer.q[8, 6] * layer.k[2, 1]
    expect(page.locator(f".{SLUG} .arith")).to_contain_text(f"add up to {number(float(plain.sum()), 'en')}")
    page.locator(f".{SLUG} .orders button").last.click()
    for i in (0, 40):
        expect(rows.nth(i).locator(".product")).to_have_text(number(plain[i], "en"))

    area = page.locator(f".{SLUG} .area").nth(1)
    area.focus()
    page.keyboard.press("ArrowDown")
    expect(shown).to_contain_text("W_k, row 4")
    page.locator(f".{SLUG} .heads button").nth(1).click()
    page.wait_for_function("reported.length")
    assert reports(page, SLUG)[-1] == ["place", {"text": PROMPT, "layer": 13, "head": 1}]


def test_a_key_that_the_query_cannot_attend_to_cannot_be_chosen(bare_page):
    page = bare_page(SLUG, token="3", key="2")
    keys = page.locator(f".{SLUG} .keys button")
    assert [keys.nth(t).is_disabled() for t in range(7)] == [False] * 3 + [True] * 4
    page.locator(f".{SLUG} .queries button").first.click()
    expect(keys.first).to_have_attribute("aria-checked", "true")


OTHERS = {  # recipes, and what the page is told of them: the norm in front, biases, what q and k are
    "2017": ("none", True, ["plain"]),
    "gpt2": ("layer", True, ["plain"]),
    "qwen2": ("rms", True, ["plain", "rotated"]),
    "qwen3": ("rms", False, ["plain", "normed", "rotated"]),
}


def small(recipe: str, moe) -> tuple[Page, dict]:
    """A page of a small random model, with what its component is given."""
    config = replace(RECIPES[recipe], vocab_size=moe.model.config.vocab_size)
    torch.manual_seed(0)
    bundle = replace(moe, model=Transformer(config).eval(), card=replace(moe.card, name=f"small {recipe}"))
    ids = bundle.tokenizer.encode(PROMPT)
    page = Page(language.Words("en", SLUG), recipe, bundle, PROMPT, ids, PROMPT)
    trace = traced(bundle, PROMPT)
    cell = start_cell(bundle, trace)
    return page, readings.packed(page, trace, Place(cell.layer, cell.head), cell)


@pytest.mark.parametrize("recipe", OTHERS)
def test_other_models_show_their_biases_their_norms_and_their_stages(recipe, moe):
    page, data = small(recipe, moe)
    norm, bias, stages = OTHERS[recipe]
    names = {array["name"] for array in data["arrays"]}
    assert (data["norm"], data["stages"]) == (norm, stages)
    assert ({"bq", "bk", "bv"} <= names) == bias and {f"q-{stages[-1]}", f"k-{stages[-1]}"} <= names
    placed = page.bundle.model.config.position in ("learned", "sinusoidal")
    assert questions.again(page).answer() == (2 if placed else 1)
    ends = readings.directions(page, Place(0, 0)).strongest[0].ends
    assert [len(tokens.ids) for end in ends for tokens in end] == [readings.TOP] * 4


@pytest.mark.parametrize("recipe, said", [("2017", "the bias adds"), ("qwen3", "after their norm")])
def test_other_models_are_drawn(bare_page, moe, recipe, said):
    page = bare_page(SLUG)
    component = next(each for each in recorded(SLUG, "en")[1] if each["key"] == SLUG)
    data = small(recipe, moe)[1]
    sent = component["data"][0] | data | {"bytes": b64encode(data["bytes"]).decode()}
    page.evaluate("(components) => give(components)", [component | {"data": [sent]}])
    shown = page.locator(f".{SLUG}")
    expect(shown).to_contain_text(said)
    expect(shown.locator(".line.x")).to_have_count(0 if recipe == "2017" else 2)
    expect(shown.locator(".list li")).to_have_count(16)
    assert not {"undefined", "NaN", "{"} & set(shown.inner_text().split())


# ---------------------------------------------------------------- the questions, and the division


@pytest.mark.parametrize("model, lang", [("smollm2", "en"), ("experts", "it")])
def test_the_same_token_has_the_same_query_in_the_first_layer_only(model, lang):
    test = reveal(run_page(SLUG, lang, model=model), f"again-{model}-{PROMPT}", 1)
    assert 'class="verdict right"' in html_of(test)


def test_equal_tokens_stay_equal():
    test = reveal(run_page(SLUG, prompt="Hello"), "again-smollm2-Hello", 0)
    assert 'class="verdict right"' in html_of(test)
    assert "at least" in html_of(test), "one token has nothing to choose between"


@pytest.fixture(scope="module")
def answered():
    return reveal(run_page(SLUG), f"divided-smollm2-{PROMPT}", 2)


def test_the_undivided_row_is_the_softmax_of_the_products(answered, smollm2):
    trace = traced(smollm2, PROMPT)
    cell = start_cell(smollm2, trace)
    layer = trace.layers[cell.layer]
    row = sampling.softmax(8.0 * layer.scores[cell.head, cell.query].astype(float))
    shown = html_of(answered)
    assert f'class="verdict {"right" if row.max() >= 0.9 else "wrong"}"' in shown
    drawn = charts(answered)["divided-row"]["data"]
    assert [bars["name"] for bars in drawn[:2]] == ["÷ √64", "÷ 1"]
    np.testing.assert_allclose(values(drawn[0]["x"]), layer.pattern[cell.head, cell.query], atol=1e-6)
    np.testing.assert_allclose(values(drawn[1]["x"]), row, atol=1e-6)
    counts = charts(answered)["divided-largest"]["data"]
    rows = 30 * 9 * 6  # all heads; the first token has no choice
    assert [values(bars["y"]).sum() for bars in counts] == [rows, rows]


def test_a_pass_with_other_scores_costs_what_the_table_says(answered, smollm2):
    edits = [ScaleScores(layer, 8.0) for layer in range(30)]
    probabilities = sampling.softmax(traced(smollm2, PROMPT, edits=edits, keep={"logits"}).logits[-1])
    own = sampling.softmax(traced(smollm2, PROMPT, keep={"logits"}).logits[-1])
    shown = html_of(answered)
    for likely in (probabilities.max(), own.max()):
        assert percent(likely, "en") in shown


def test_what_a_head_compares_is_shown_when_it_is_asked_for(smollm2):
    test = unfolded(run_page(SLUG, layer="1", head="1"))
    assert not test.exception
    found = projections.directions(smollm2.model, 0, 0, readings.DIRECTIONS, readings.TOP)
    shown = html_of(test)
    for direction in found.strongest:
        assert percent(direction.part, "en") in shown
        for tokens in (tokens for end in direction.ends for tokens in end):
            assert str(markup.chips(smollm2.tokenizer.strings(tokens.ids))) in shown
    assert number(found.chance, "en") in shown
