"""The maps are the models' own weights, vectors and searches analysis.retrieval's, the questions live."""

from types import SimpleNamespace

import numpy as np
import pytest
from markupsafe import escape
from playwright.sync_api import expect

import content
from model.analysis import retrieval
from model.generate import stream
from model.sampling import Sampling
from tests.support.app_test import html_of, reveal, run_page, shown_page, unfolded
from tests.support.browser import settled
from tests.support.models import traced
from tests.support.payload import charts, component_payload, mounted
from ui.kit.language import Words
from ui.kit.numbers import number, percent
from ui.kit.token_names import distinct
from ui.lessons.encoders import maps, questions, readings, search
from ui.lessons.encoders.readings import Sentences

pytestmark = pytest.mark.slow

LIST = content.load("en", "encoders")["sentences"].splitlines()
QUERIES = [content.load("en", "encoders")[f"query-{name}"] for name in search.EXAMPLES]


@pytest.fixture(scope="module")
def vectors(minilm):
    return retrieval.sentence_vectors(minilm.model, minilm.tokenizer, LIST)


def drawn(test, part: str) -> dict:
    """What a component was given; its arrays by name."""
    data, arrays = component_payload(test, "encoders", part=part)
    return data | {f"{name}-values": array for name, array in arrays.items()}


def searched(**link: str):
    """With the small decoder: the lists and the searches are MiniLM's."""
    return run_page("encoders", model="experts", **link)


def with_list(test, *lines: str):
    return test.text_area(key="sentences-en").set_value("\n".join(lines)).run()


def verdict(test, key: str, option: int) -> str:
    reveal(test, key, option)
    assert not test.exception
    return html_of(test).split('class="verdict ')[1]


# ---------------------------------------------------------------- the maps


def test_the_maps_are_the_weights_of_both_models(minilm, smollm2):
    test = shown_page("encoders")
    data, shown = drawn(test, "maps"), html_of(test)
    for side, bundle in (("encoder", minilm), ("decoder", smollm2)):
        trace = traced(bundle, maps.FIRST, keep={"pattern"})
        weights = np.stack([layer.pattern for layer in trace.layers])
        np.testing.assert_allclose(data[f"{side}-values"], weights, atol=1e-6)
        assert data[side]["tokens"] == distinct(trace.tokens)
        layer, head = data[side]["start"]
        assert head == readings.MEAN and layer == weights[..., 0].mean((1, 2)).argmin()
        later = np.triu(weights[layer].mean(0), 1).sum() / len(trace.tokens)
        assert percent(later, "en") in shown.split('class="read"')[1]
        assert (later == 0) == (side == "decoder")


def test_the_link_chooses_layer_and_head_and_a_damaged_one_is_ignored():
    data = drawn(run_page("encoders", encoder="4-2", decoder="30-0"), "maps")
    assert (data["encoder"]["start"], data["decoder"]["start"]) == ([3, 1], [29, -1])
    usual = drawn(shown_page("encoders"), "maps")
    for link in ({"encoder": "7-1", "decoder": "x"}, {"encoder": "0-0", "decoder": "9-99"}):
        damaged = drawn(run_page("encoders", **link), "maps")
        assert all(damaged[side]["start"] == usual[side]["start"] for side in readings.SIDES)


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_only_the_encoder_reads_the_beginning_again(lang):
    key = f"ahead-smollm2-{maps.FIRST}"
    test = run_page("encoders", lang)
    assert verdict(test, key, 0).startswith("right")
    assert verdict(test, key, 2).startswith("wrong")


# ---------------------------------------------------------------- sentences as vectors


def test_the_matrix_has_the_cosines_and_the_closest_pair_is_read_aloud(vectors):
    test = unfolded(run_page("encoders"))
    data, cosines = drawn(test, "matrix"), vectors @ vectors.T
    np.testing.assert_allclose(data["cosines-values"], cosines, atol=1e-6)
    assert data["lines"] == LIST
    i, j = data["pair"]
    assert i != j and cosines[i, j] == pytest.approx(np.sort(cosines[~np.eye(len(LIST), dtype=bool)])[-1], abs=1e-6)
    lines = html_of(test).split('class="arith"')[1]
    assert f"cos = a · b ÷ (|a| · |b|) = <b>{number(cosines[i, j], 'en')}</b>" in lines
    assert f"<b>{number(vectors[i, 0], 'en')}</b> = a" in lines and "381 more" in lines and "|b| = 1.00" in lines
    assert f"a cosine of {number(cosines[i, j], 'en')}" in html_of(test)


def test_a_pair_that_is_none_is_ignored(vectors):
    sentences = Sentences(LIST, vectors)
    assert sentences.pair([3, 1]) == (3, 1)
    for damaged in (None, [1, 1], [0, 99], [-1, 2], ["a", 2], "ab", [1]):
        assert sentences.pair(damaged) == sentences.closest


def test_the_film_is_answered_by_the_model(minilm):
    query, options = questions.FILM
    found = retrieval.sentence_vectors(minilm.model, minilm.tokenizer, [query, *options])
    right = int((found[1:] @ found[0]).argmax())
    test = searched()
    for option in (0, 1):
        shown = verdict(test, "film", option)
        assert shown.startswith("right" if option == right else "wrong")
        assert all(number(x, "en") in shown for x in found[1:] @ found[0])


def test_what_is_added_is_in_the_prompt_s_language_and_no_change_is_called_none(minilm, smollm2, monkeypatch):
    page = SimpleNamespace(words=Words("it", "encoders"), lang="it", bundle=smollm2, ids=[1, 2])
    asked = {
        text: questions.ahead(SimpleNamespace(**vars(page), text=text), minilm) for text in ("Il gatto", maps.FIRST)
    }
    assert "e contò le barche" in asked["Il gatto"].text and "and counted the boats" in asked[maps.FIRST].text
    for other, said in ((0.0, "fino all’ultimo bit"), (1e-6, "arrotondamento")):
        monkeypatch.setattr(
            readings, "shift", lambda bundle, *_, other=other: ("x", 0.3 if bundle is minilm else other)
        )
        assert said in asked[maps.FIRST].explain(0) and asked[maps.FIRST].accepted() == (0,)


def test_a_worksheet_has_the_list_that_is_searched(minilm, vectors):
    page = SimpleNamespace(words=Words("en", "encoders"))
    given = questions.reranked(page, minilm, Sentences(LIST, vectors)).given()
    assert all(line in given for line in map(escape, LIST))


# ---------------------------------------------------------------- three searches


@pytest.mark.parametrize("query", QUERIES)
def test_the_columns_are_the_three_searches(minilm, vectors, query):
    keywords, nearest, reranked = drawn(searched(query=query), "found")["columns"]
    scores = retrieval.keyword_scores(query, LIST)
    cosines = vectors @ retrieval.sentence_vectors(minilm.model, minilm.tokenizer, [query])[0]
    best = [i + 1 for i in np.argsort(-cosines)[: search.TOP]]
    assert [row["line"] for row in nearest["rows"]] == best
    assert [row["score"] for row in nearest["rows"]] == [number(cosines[i - 1], "en") for i in best]
    found = np.argsort(-scores, kind="stable")[: np.count_nonzero(scores)]
    assert [row["line"] - 1 for row in keywords["rows"]] == found[: search.TOP].tolist()
    expected = retrieval.rerank(scores, cosines, readings.CANDIDATES)[: search.TOP]
    assert [row["line"] - 1 for row in reranked["rows"]] == expected.tolist()


def test_the_examples_show_what_they_promise(minilm, vectors):
    """A common word with another meaning misleads the keywords, and vectors mend it; the meaning without a common word
    is found by vectors alone; a number by keywords alone."""
    sentences = Sentences(LIST, vectors)
    word, meaning, exact = (readings.hits(minilm, sentences, query) for query in QUERIES)
    assert not meaning.keywords and not meaning.reranked and "antibiotic" in LIST[meaning.nearest[0]]
    assert word.keywords[0] != word.nearest[0] == word.reranked[0] and "river" in LIST[word.nearest[0]]
    assert "E-4471" in LIST[exact.keywords[0]] and "E-4471" not in LIST[exact.nearest[0]]


def test_an_example_becomes_the_query():
    test = searched()
    test.button(key="example-meaning").click().run()
    assert test.text_input(key="query").value == QUERIES[1]
    assert drawn(test, "found")["columns"][0]["rows"] == []
    assert "The keyword search finds nothing" in html_of(test)


def test_reranking_cannot_find_what_the_first_search_missed(vectors):
    key = f"reranked-{Sentences(LIST, vectors).key}"
    shown = verdict(searched(), key, 2)
    assert shown.startswith("right") and "antibiotic" in shown
    test = with_list(searched(), "Infections are rare.", "She took medicine.", "An antibiotic.")
    (pills,) = [group for group in test.button_group if group.key.startswith("pick-reranked")]
    shown = verdict(test, pills.key.removeprefix("pick-"), 2)
    assert shown.startswith("wrong")


# ---------------------------------------------------------------- the list, at its ends


@pytest.fixture(scope="module")
def edited():
    """A page whose list is edited again and again."""
    return searched()


@pytest.mark.parametrize(
    "lines, sentence, parts",
    [
        ([], "The list is empty", {"maps"}),
        (["  ", ""], "The list is empty", {"maps"}),
        (["Only one."], "nothing to compare it with", {"maps", "found"}),
        (["Same.", "Same."], "have a cosine of 1.00", {"maps", "matrix", "found"}),
        ([f"Line {n}." for n in range(30)], "Only the first 24 lines are used; 6 more", {"maps", "matrix", "found"}),
        (["word " * 3000, "short"], "One line has more tokens than", {"maps", "matrix", "found"}),
        (["<img src=x onerror=hacked=1> $x$ **b**", "{x} {{"], "&lt;img src=x", {"maps", "matrix", "found"}),
        (["…", "🙂", "\u202eabc"], "…", {"maps", "matrix", "found"}),
    ],
)
def test_any_list_works_or_says_why(edited, lines, sentence, parts):
    test = with_list(edited, *lines)
    assert not test.exception
    assert sentence in html_of(test) and "<img src" not in html_of(test)
    assert {data["part"] for _, data in mounted(test, "encoders")} == parts
    assert test.text_area(key="sentences-en").value == "\n".join(lines)


def test_without_a_query_one_sentence_and_the_map_without_it():
    test = searched()
    test.text_input(key="query").set_value("  ").run()
    assert not test.exception
    assert "There is no query" in html_of(test)
    assert len(charts(unfolded(test))["plane"]["data"]) == 1


def test_the_share_of_the_map_is_that_of_the_plane(minilm, vectors):
    query = content.load("en", "encoders")["query-word"]
    row = retrieval.sentence_vectors(minilm.model, minilm.tokenizer, [query])
    _, share = retrieval.principal_plane(np.vstack([vectors, row]))
    assert f"The map shows {percent(share, 'en')} of the variance" in html_of(unfolded(run_page("encoders")))


# ---------------------------------------------------------------- going on, and without MiniLM


def test_the_decoder_goes_on_with_its_likeliest_tokens(smollm2):
    ids = smollm2.tokenizer.encode("One two three")
    steps = [step for step, _ in zip(stream(smollm2.model, ids, sampling=Sampling(0)), range(maps.STEPS), strict=False)]
    shown = html_of(unfolded(run_page("encoders", prompt="One two three")))
    assert shown.count('class="chip on"') == maps.STEPS
    assert f"a probability of {percent(steps[0].stages.base.max(), 'en')}" in shown
    assert "an encoder does not continue a text" in shown


@pytest.mark.usefixtures("without_minilm")
def test_without_minilm_the_decoder_still_works():
    shown = html_of(unfolded(run_page("encoders")))
    assert "MiniLM cannot be read" in shown and 'class="chip on"' in shown


# ---------------------------------------------------------------- in the browser


def test_a_walk_over_the_maps_and_the_matrix(open_page):
    page = open_page("encoders")
    layers_and_heads_by_click_and_key_and_in_the_link(page)
    settled(page)
    a_cell_of_the_matrix_chooses_a_pair(page)


def layers_and_heads_by_click_and_key_and_in_the_link(page):
    first, second = page.locator(".maps section").all()
    first.locator(".layers [role=radio]").nth(5).click()
    expect(page.locator(".read", has_text="layer 6, mean of its 12 heads")).to_be_visible()
    first.locator(".heads [aria-checked=true]").press("ArrowRight")
    expect(page.locator(".read", has_text="layer 6, head 1")).to_be_visible()
    page.wait_for_url("**encoder=6-1**")
    assert first.locator(".cell:not(:empty)").count() == 10 * 10
    assert second.locator(".cell:not(:empty)").count() == 8 * 9 / 2
    second.locator(".cell").nth(7).hover()
    expect(second.locator(".probe")).to_contain_text("mask hides it")


def a_cell_of_the_matrix_chooses_a_pair(page):
    cells = page.locator(".matrix .cell")
    cells.nth(2).click()
    expect(page.locator(".read", has_text="“The central bank left interest rates unchanged.” have")).to_be_visible()
    cells.nth(2).press("ArrowLeft")
    expect(page.locator(".read", has_text="“The bank raised the interest on its loans.” have")).to_be_visible()
    expect(cells.nth(1)).to_have_attribute("aria-pressed", "true")


def test_the_list_survives_a_visit_to_another_page_and_markup_stays_text(open_page):
    page = open_page("encoders", width=360)
    page.locator("[data-testid=stExpander] summary", has_text="Sentences, one a line").click()
    box = page.locator(".st-key-sentences-en textarea")
    box.fill("A cat sleeps.\n<img src=x onerror=hacked=1>\nDogs bark.")
    box.press("Control+Enter")
    expect(page.locator(".matrix .cell")).to_have_count(9)
    settled(page)
    assert page.evaluate("typeof hacked") == "undefined"
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")
    page.locator(".wordmark").click()
    page.wait_for_selector(".path")
    page.locator(".path a[href=encoders]").click()
    expect(page.locator(".matrix .cell")).to_have_count(9)
