"""The bag of words, the tables, the dials and their sums, other bases and other places."""

import numpy as np
import pytest
from playwright.sync_api import expect

from model import hf, lens, transformer
from model.analysis.positions import cosine, learned_table, pair_products, rotary_speeds, scores_at
from model.edits import MovePositions
from tests.support.app_test import html_of, reveal, run_page, unfolded
from tests.support.browser import settled
from tests.support.payload import charts, component_payload, values
from ui.frame.page import Page
from ui.kit import language
from ui.kit.numbers import number
from ui.lessons.positions import losses, questions, readings, view

PROMPT = "The dog chased the squirrel because it"
START = readings.Place(13, 8, 6, 1)  # the look of lesson `attention`


@pytest.fixture(scope="module")
def page(smollm2):
    ids = smollm2.tokenizer.encode(PROMPT)
    return Page(language.Words("en", "positions"), "smollm2", smollm2, PROMPT, ids, PROMPT)


@pytest.fixture(scope="module")
def trace(page):
    return transformer.run(page.bundle.model, page.ids, page.tokens)


def moved_trace(page, places, fields=("scores",)):
    edits = (MovePositions(positions=tuple(places)),)
    return transformer.run(page.bundle.model, page.ids, page.tokens, edits=edits, keep=set(fields))


# ---------------------------------------------------------------- the sums


@pytest.mark.parametrize("shift, apart", [(0, 0), (1000, 0), (3999, 0), (0, 500), (20, 4000)])
def test_the_check_is_a_run_of_the_model(page, trace, shift, apart):
    found = readings.check(page, trace, readings.Place(13, 8, 6, 1, shift, apart))
    places = np.arange(7) + shift
    places[6] += apart
    again = moved_trace(page, places.tolist())
    assert found["score"] == pytest.approx(float(again.layers[13].scores[8, 6, 1]), abs=1e-6)
    assert found["first"] < 1e-3
    if not apart:
        assert found["spread"] < 2e-3
    else:
        assert found["spread"] > 0.1


def test_the_average_over_all_pairs_is_the_average_of_scores(page, trace):
    """Distance by distance, from an independent sum over the heads' own q and k."""
    distances, found = readings.scores_by_distance(page, trace, START)
    layer, readable = trace.layers[13], np.tril(np.ones((7, 7), bool))
    k = layer.k.repeat(3, axis=0)
    speeds = page.bundle.model.position.speeds.numpy()
    for i in (0, 3, len(distances) // 2):
        cos, sin = np.cos(speeds * distances[i]), np.sin(speeds * distances[i])
        a, b = layer.q[..., :32], layer.q[..., 32:]
        turned = np.concatenate((a * cos - b * sin, b * cos + a * sin), -1)
        scores = turned @ k.transpose(0, 2, 1) / 8
        assert found["head"][i] == pytest.approx(scores[8][readable].mean(), abs=1e-3)
        assert found["pair"][i] == pytest.approx(scores[8, 6, 1], abs=1e-3)
    assert distances[0] == 0 and distances[-1] == 8192


def test_the_same_token_twice_has_one_query_in_layer_1(page):
    found = readings.twice(page, 1)
    assert found.difference[0] == 0 and (found.difference[1:] > 0).all()
    np.testing.assert_allclose(found.before[0], 1, atol=1e-6)
    assert found.after[0].mean() < 0.99
    start, here, there = found.rotated
    assert here == pytest.approx(start * np.exp(1j), abs=1e-5) and there == pytest.approx(start * np.exp(7j), abs=1e-5)


# ---------------------------------------------------------------- the bag of words and the tables


@pytest.mark.parametrize("way, seed", [("swap", 0), ("swap", 3), ("shuffle", 2)])
def test_without_its_table_minilm_notices_nothing(minilm, way, seed):
    found = readings.bag(minilm, PROMPT, way, seed)
    assert sorted(found.order) == list(range(9)) and found.order[0] == 0 and found.order[-1] == 8
    assert np.abs(np.subtract(*found.bare)).max() < 1e-5
    assert cosine(*found.table) < 0.999
    ids = minilm.tokenizer.encode(PROMPT)
    np.testing.assert_allclose(found.table[0], transformer.run(minilm.model, ids, ids, keep={"final"}).final.mean(0))


@pytest.mark.parametrize("way, seed", [("swap", 0), ("swap", 5), ("shuffle", 1)])
def test_whole_words_change_places(minilm, way, seed):
    """WordPiece cuts these into fragments, and no fragment leaves its word."""
    found = readings.bag(minilm, "Quando la vecchia signora entrò, nessuno parlava.", way, seed)
    pieces = [found.tokens[i] for i in found.order]
    assert sorted(found.order) == list(range(len(pieces))) and any(piece.startswith("##") for piece in pieces)
    spelled = " ".join(pieces).replace(" ##", "").split()
    assert sorted(spelled) == sorted(" ".join(found.tokens).replace(" ##", "").split()) and spelled[-1] == "[SEP]"
    before = [" ".join(found.tokens).replace(" ##", "").split()[n] != word for n, word in enumerate(spelled)]
    assert sum(before) == 2 or way == "shuffle"


def test_the_first_swap_takes_words_that_mean_something(minilm):
    found = readings.bag(minilm, PROMPT, "swap", 0)
    assert [found.tokens[i] for i, j in enumerate(found.order) if i != j] == ["dog", "squirrel"]


def test_the_table_is_minilms_and_ends(minilm):
    words = language.Words("en", "positions")
    table = learned_table(minilm.model)
    np.testing.assert_array_equal(table, minilm.model.position.table.weight.numpy())
    assert number(float(table[511][0]), "en") in view.look_up(minilm, 511, words)
    beyond = view.look_up(minilm, 512, words)
    assert view.look_up(minilm, -3, language.Words("en", "positions")).count("There is no row −3") == 1
    assert "There is no row 512" in beyond and "position 512 is beyond the table of positions" in beyond


# ---------------------------------------------------------------- losses


def test_the_likeness_of_two_rows_falls_and_rises(minilm):
    waves = view.similarity_waves(learned_table(minilm.model))
    rows = learned_table(minilm.model) / np.linalg.norm(learned_table(minilm.model), axis=1, keepdims=True)
    means = [float((rows[: len(rows) - d] * rows[d:]).sum(1).mean()) for d in range(12)]
    assert (waves["dip"], waves["peak"]) == (3, 6) and means[2] > means[3] < means[4] < means[5] < means[6] > means[7]
    assert (waves["low"], waves["high"]) == pytest.approx((means[3], means[6]))


def test_only_longer_sentences_are_recommended():
    longest = language.Words("en", "positions").text("samples").splitlines()[0]
    for prompt, links in ((PROMPT, 2), (longest, 0)):
        test = run_page("positions", prompt=prompt)
        assert html_of(test).count('<a href="?prompt=') == links


def test_losses_are_those_of_the_model(page, trace):
    size = len(PROMPT.encode()) - len(b"The")

    def bits(model, trace):
        return lens.surprisal(model, trace).sum() / size

    model = page.bundle.model
    assert losses.loss(page.bundle, trace) == pytest.approx(bits(model, trace))
    slow = hf.variant(model, rope_base=1000.0)
    run = transformer.run(slow, page.ids, page.tokens, keep={"final"})
    assert losses.with_base(page, 1000) == pytest.approx(bits(slow, run))
    apart = moved_trace(page, [4 * i for i in range(7)], {"final"})
    assert losses.stretched(page, 4.0) == pytest.approx(bits(model, apart))
    assert losses.shifted(page, 4000) == pytest.approx(bits(model, trace), rel=1e-3)


def test_stretches_go_just_beyond_the_trained_context(page):
    found = losses.stretches(page)
    assert found[:3] == [0.25, 0.5, 1] and found[-1] * 6 > 8192 >= found[-2] * 6


def test_the_slowest_hand_hardly_moves(page):
    question = questions.slowest(page)
    degrees = 8192 * float(page.bundle.model.position.speeds[-1]) * 180 / np.pi
    assert degrees < 90 and question.accepted() == (0,)
    assert f"{number(degrees, 'en')}°" in question.explain(0)


# ---------------------------------------------------------------- the page


def drawn(test) -> tuple[dict, dict]:
    return component_payload(test, "positions")


def test_the_component_is_given_one_layer_of_the_trace(trace):
    data, arrays = drawn(run_page("positions", layer="3", head="5", token="5", key="2", shift="40"))
    assert data["place"] == {"layer": 2, "head": 4, "query": 4, "key": 1, "shift": 40, "apart": 0}
    np.testing.assert_array_equal(arrays["q"], trace.layers[2].q)
    np.testing.assert_array_equal(arrays["k"], trace.layers[2].k)
    assert data["check"]["score"] == pytest.approx(float(trace.layers[2].scores[4, 4, 1]), abs=1e-3)


def test_a_damaged_link_is_ignored():
    link = {"layer": "99", "head": "x", "token": "2", "key": "7", "shift": "-1", "apart": "1e9", "order": "swap-x"}
    test = run_page("positions", **link)
    assert not test.exception
    assert drawn(test)[0]["place"] == {"layer": 13, "head": 8, "query": 6, "key": 1, "shift": 0, "apart": 0}


def test_a_click_measures_all_bases(page):
    test = unfolded(run_page("positions"))
    shown = html_of(test)
    assert number(losses.with_base(page, 10_000), "en") in shown and "over 6 tokens" in shown
    test.button(key="measure-base").click().run()
    line = charts(test)["base-losses"]["data"][0]
    assert values(line["x"]).tolist() == list(losses.BASES)
    assert values(line["y"])[losses.BASES.index(3000)] == pytest.approx(losses.with_base(page, 3000))


def test_moving_on_changes_nothing_and_pulling_apart_does(page):
    test = run_page("positions")
    assert 'class="said"' not in html_of(test)  # its numbers would give the answer away
    shown = html_of(reveal(test, f"moved-smollm2-{PROMPT}", 2))
    assert 'class="verdict right"' in shown and 'class="said"' in shown
    assert f"the cost is {number(losses.stretched(page, losses.STRETCH), 'en')}" in shown


def test_a_decoder_notices_what_changed_places(page):
    test = reveal(run_page("positions"), f"decoder-smollm2-{PROMPT}", 0)
    assert 'class="verdict wrong"' in html_of(test) and "The mask gave the order away" in html_of(test)


def test_one_token_has_no_order_and_no_loss():
    shown = html_of(run_page("positions", prompt="Hello"))
    assert "no other order" in shown and "nothing to predict" in shown


@pytest.mark.usefixtures("without_minilm")
def test_without_minilm_the_rest_still_runs():
    test = run_page("positions")
    assert "MiniLM cannot be read" in html_of(test) and drawn(test)[0]["tokens"]


# ---------------------------------------------------------------- in the browser


def score(page) -> str:
    return page.locator(".dials .read b").inner_text()


def test_both_moved_the_score_stays_and_one_moved_it_turns(open_page, smollm2, trace):
    page = open_page("positions", layer="1", head="1", token="7", key="2")
    dials, before = page.locator(".dials"), score(page)
    hand = dials.locator(".dial").first.locator(".hand.query")
    pointed = hand.get_attribute("transform")
    dials.locator(".track.shift input").focus()
    page.keyboard.press("End")
    assert score(page) == before and hand.get_attribute("transform") != pointed
    expect(dials.locator(".read")).to_contain_text("position 4,006")
    expect(dials.locator(".check")).to_contain_text("changed by more than")
    settled(page)
    assert "shift=4000" in page.url
    dials.locator(".track.shift input").focus()
    page.keyboard.press("Home")
    plus = dials.locator(".track.apart .turn").last
    for _ in range(3):
        plus.click()
    product = pair_products(trace, 0)[0, 6, 1]
    moved = scores_at(product, rotary_speeds(smollm2.model), np.array([8]))[0]
    assert score(page) == number(moved, "en") != before
    expect(dials.locator(".check")).to_contain_text("over the whole layer")
