"""Lesson 3: every step is the model's own; forcing, rewinding and branching change nothing but the text."""

import itertools
import json
import math
import threading
from itertools import islice

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some
from playwright.sync_api import expect

from model import sampling
from model.generate import stream
from model.sampling import Sampling
from model.transformer import run
from tests.support.app_test import html_of, run_page
from tests.support.browser import assert_accessible, settled
from tests.support.pages import LANGUAGES
from tests.support.payload import component_payload
from ui.kit import cache
from ui.lessons.step_by_step import view as loop
from ui.lessons.step_by_step.generation import LIMIT, TOP, Growth

PROMPT = "The dog chased the squirrel because it"
# The cache adds the same float32 numbers in another order: the logits agree to about 1e-5, the shares to this.
CLOSE = {"rtol": 1e-3, "atol": 1e-7}


@pytest.fixture(scope="module", params=["smollm2", "experts"])
def bundle(request):
    return cache.bundle(request.param)


@torch.inference_mode()
def uncached(bundle, ids) -> np.ndarray:
    return bundle.model(bundle.model.ids(ids))[0, -1].numpy()


def data_of(test, view: str = "loop") -> dict:
    return component_payload(test, "step_by_step", view=view)[0]


def agrees(bundle, reading, ids):
    """The candidates are those of a pass without a cache, over the whole vocabulary."""
    shares = sampling.stages(uncached(bundle, ids))
    np.testing.assert_allclose(reading.base, shares.base[reading.ids], **CLOSE)
    np.testing.assert_allclose(reading.chances, shares.final[reading.ids], **CLOSE)
    assert sorted(reading.base[:TOP], reverse=True) == reading.base[:TOP]
    assert reading.base[TOP - 1] >= np.sort(shares.base)[-TOP] * (1 - 1e-3)
    drawn = shares.base[reading.drawn]  # of tokens as likely but for rounding, either may come first
    assert (shares.base > drawn * 1.001).sum() < reading.rank <= (shares.base > drawn * 0.999).sum()


@pytest.mark.parametrize("model, temperature", [("smollm2", 1.0), ("smollm2", 0.7), ("experts", 1.6), ("smollm2", 0)])
def test_the_component_draws_the_distribution(model, temperature):
    bundle = cache.bundle(model)
    ids = bundle.tokenizer.encode(PROMPT)
    data = data_of(run_page("step_by_step", prompt=PROMPT, model=model, temperature=str(temperature), seed="4"))
    shares = sampling.stages(uncached(bundle, ids), temperature=temperature)
    found = [candidate["id"] for candidate in data["candidates"]]
    assert data["prompt"] == bundle.tokenizer.strings(ids)
    assert found[:TOP] == np.argsort(-shares.base, kind="stable")[:TOP].tolist()
    np.testing.assert_allclose([candidate["p"] for candidate in data["candidates"]], shares.base[found], **CLOSE)
    np.testing.assert_allclose([candidate["q"] for candidate in data["candidates"]], shares.final[found], **CLOSE)
    assert data["others"]["count"] == len(shares.base) - len(found)
    for key in ("p", "q"):
        assert sum(c[key] for c in data["candidates"]) + data["others"][key] == pytest.approx(1, abs=1e-9)
    assert data["drawn"] == sampling.draw(shares.final, seed=4, step=0)


def test_forced_rewound_and_branched_texts_are_read_as_if_new(bundle):
    ids = bundle.tokenizer.encode(PROMPT)
    grown = Growth(bundle, ids)
    for choice in (0, 1, 3):
        agrees(bundle, grown.reading(), grown.text)
        grown.take(grown.reading().ids[choice])
    tip, fork = grown.at, grown.tree.path(grown.at)[0]
    grown.obey({"go": fork})
    agrees(bundle, grown.reading(), grown.text)
    grown.obey({"at": fork, "take": grown.reading().ids[2]})
    agrees(bundle, grown.reading(), grown.text)
    assert grown.tree.nodes[fork].children[1] == grown.at
    grown.obey({"go": tip})
    agrees(bundle, grown.reading(), grown.text)
    for node in grown.tree.path(tip):
        before = grown.reading(grown.tree.nodes[node].parent)
        taken = grown.tree.nodes[node]
        assert taken.forced == (taken.token != before.drawn)
        shares = sampling.softmax(uncached(bundle, [*ids, *grown.tree.tokens(grown.tree.nodes[node].parent)]))
        assert taken.probability == pytest.approx(shares[taken.token], rel=1e-3)


def write(grown: Growth, count: int) -> list[int]:
    for _ in range(count):
        grown.take(grown.reading().drawn)
    return grown.tree.tokens(grown.at)


def test_the_same_seed_writes_the_same_text(bundle):
    ids = bundle.tokenizer.encode(PROMPT)
    text = write(Growth(bundle, ids, 0.8, seed=3), 8)
    assert write(Growth(bundle, ids, 0.8, seed=3), 8) == text != write(Growth(bundle, ids, 0.8, seed=4), 8)
    assert text == [step.token for step in islice(stream(bundle.model, ids, sampling=Sampling(0.8), seed=3), 8)]
    assert write(Growth(bundle, ids, 0, seed=3), 8) == write(Growth(bundle, ids, 0, seed=4), 8)


def test_a_rewound_text_is_written_again(moe):
    grown = Growth(moe, [5, 9, 2])
    text = write(grown, 9)
    grown.obey({"go": grown.tree.path(grown.at)[3]})
    grown.take(grown.reading().ids[1])
    grown.obey({"go": 0})
    assert write(grown, 9) == text
    assert sum(len(node.children) > 1 for node in grown.tree.nodes) == 1


def test_a_link_gives_back_the_text(bundle):
    grown = Growth(bundle, bundle.tokenizer.encode(PROMPT), 0.7, 5)
    for choice in (0, 4, 1):
        grown.take(grown.reading().ids[choice])
    grown.take(grown.reading().drawn)
    path = ".".join(map(str, grown.tree.tokens(grown.at)))
    link = {"prompt": PROMPT, "model": bundle.card.name, "seed": "5", "temperature": "0.7", "path": path}
    given, kept = data_of(run_page("step_by_step", **link)), loop.drawn(grown)
    assert given["nodes"]["id"] == kept["nodes"]["id"]
    assert given["nodes"]["forced"] == kept["nodes"]["forced"]
    np.testing.assert_allclose(given["nodes"]["p"], kept["nodes"]["p"], **CLOSE)
    assert [c["id"] for c in given["candidates"]] == [c["id"] for c in kept["candidates"]]
    assert (given["at"], given["drawn"], given["seed"], given["temperature"]) == (kept["at"], kept["drawn"], 5, 0.7)


@pytest.mark.parametrize(
    "link",
    [
        {"path": "abc..-4.²", "seed": "x", "temperature": "nan"},
        {"path": "99999999.1", "seed": "-3", "temperature": "99"},
        {"path": ".".join(["5"] * (LIMIT + 1)), "seed": "1e300", "temperature": "-inf"},
    ],
)
def test_a_link_that_makes_no_sense_is_no_link(link):
    test = run_page("step_by_step", model="experts", **link)
    assert not test.exception
    data = data_of(test)
    assert data["nodes"]["id"] == [-1]
    assert 0 <= data["temperature"] <= 2 and 0 <= data["seed"] <= 9999


@pytest.mark.parametrize(
    "order",
    [{}, {"go": 9}, {"go": -1}, {"at": 5, "take": 1}, {"at": 0, "take": 10**9}, {"take": 1}, {"go": "0"}, {"seed": 2}],
)
def test_an_order_that_makes_no_sense_changes_nothing(moe, order):
    grown = Growth(moe, [5, 9, 2])
    grown.obey(order)
    assert (len(grown.tree), grown.at, grown.seed, grown.turn) == (1, 0, 1, 1)


def test_the_text_ends_at_the_limit(moe):
    grown = Growth(moe, [5, 9, 2])
    assert len(write(grown, LIMIT + 3)) == LIMIT
    assert loop.drawn(grown)["full"]


def test_what_one_lesson_keeps_is_small(smollm2):
    grown = Growth(smollm2, (smollm2.tokenizer.encode(PROMPT) * 5)[:32])
    write(grown, LIMIT)
    buffers = [b.numel() * b.element_size() for layer in grown.decoder.cache.layers for b in layer.buffers]
    assert sum(buffers) < 8e6
    assert len(json.dumps(loop.drawn(grown))) < 20_000


def test_sessions_share_nothing():
    one, two = run_page("step_by_step", model="experts"), run_page("step_by_step", model="experts")
    grown = one.session_state["loop-grown"][1]
    grown.obey({"at": 0, "take": grown.reading().ids[1]})
    assert len(data_of(one.run())["nodes"]["id"]) == 2
    assert len(data_of(two.run())["nodes"]["id"]) == 1
    assert grown.decoder is not two.session_state["loop-grown"][1].decoder


def test_another_prompt_begins_anew_and_keeps_the_settings():
    test = run_page("step_by_step", model="experts", seed="7", path="5.6")
    assert len(data_of(test)["nodes"]["id"]) == 3
    test.text_input(key="prompt").set_value("Once").run()
    assert data_of(test)["nodes"]["id"] == [-1]
    assert data_of(test)["seed"] == 7


def test_overlapping_reruns_read_the_right_text(moe):
    """Two threads of one session, as when a rerun starts while the last one is still in the model."""
    grown, wrong = Growth(moe, [5, 9, 2]), []
    ends = [grown.tree.add(grown.tree.add(0, token, 0.5), token, 0.5) for token in (7, 8)]

    def read(node):
        for _ in range(10):
            grown.readings.clear()
            reading = grown.reading(node)
            shares = sampling.softmax(uncached(moe, [5, 9, 2, *grown.tree.tokens(node)]))
            if not np.allclose(reading.base, shares[reading.ids], **CLOSE):
                wrong.append(node)

    threads = [threading.Thread(target=read, args=(node,)) for node in ends]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_pass_that_stops_half_way_leaves_no_broken_cache(moe, monkeypatch):
    grown = Growth(moe, [5, 9, 2])
    grown.take(grown.reading().drawn)

    def stop(*args, **settings):
        raise RuntimeError("stopped")

    with monkeypatch.context() as broken:
        broken.setattr(moe.model.layers[1], "forward", stop)
        with pytest.raises(RuntimeError):
            grown.reading()
    agrees(moe, grown.reading(), grown.text)


def test_the_sums_are_those_of_the_model(bundle):
    grown = Growth(bundle, bundle.tokenizer.encode(PROMPT), 0.7)
    reading = grown.reading()
    scores = uncached(bundle, grown.ids).astype(float)
    assert reading.totals[0] == pytest.approx(np.exp(scores - scores.max()).sum(), rel=1e-3)
    assert reading.totals[1] == pytest.approx(np.exp((scores - scores.max()) / 0.7).sum(), rel=1e-3)
    for id, logit, p, q in zip(reading.ids, reading.logits, reading.base, reading.chances, strict=True):
        assert math.exp(logit - reading.best) / reading.totals[0] == pytest.approx(p)
        assert math.exp((logit - reading.best) / 0.7) / reading.totals[1] == pytest.approx(q), id


def test_a_seed_is_thrown_again_and_another_one_is_not(bundle):
    found = loop.compare(bundle, bundle.tokenizer.encode(PROMPT), 1.0, 1)
    first, again, other = found["rows"]
    assert first == again and found["difference"] == 0 and found["equal"][0] == loop.TEXT
    assert other["seed"] == 2 and found["equal"][1] < loop.TEXT
    assert all(0 <= face < loop.FACES for row in found["rows"] for face in row["dice"])
    assert first["dice"] != other["dice"]
    cold = loop.compare(bundle, bundle.tokenizer.encode(PROMPT), 0, 9999)
    assert cold["equal"] == [loop.TEXT, loop.TEXT] and cold["rows"][2]["seed"] == 0


@pytest.mark.parametrize("width", loop.WIDTHS)
def test_beam_search_and_greedy_are_one_tree(bundle, width):
    ids = bundle.tokenizer.encode(PROMPT)
    found = loop.searched(bundle, ids, width)
    parent = found["nodes"]["parent"]

    def log_probability(tokens) -> float:
        text = [*ids, *tokens]
        logits = run(bundle.model, text, text, keep={"logits"}).logits[len(ids) - 1 : -1]
        return sum(math.log(sampling.softmax(row)[token]) for row, token in zip(logits, tokens, strict=True))

    greedy = [step.token for step in islice(stream(bundle.model, ids, sampling=loop.GREEDY), loop.BEAM)]
    assert [found["nodes"]["token"][node] for node in found["greedy"]] == bundle.tokenizer.strings(greedy)
    ends = {end["rank"]: end for end in found["ends"] if end["rank"]}
    assert sorted(ends) == list(range(1, width + 1))
    last = next(end for end in found["ends"] if end["node"] == found["greedy"][-1])
    assert last["sum"] == pytest.approx(log_probability(greedy), abs=1e-3)
    assert found["gain"] == pytest.approx(math.exp(ends[1]["sum"] - last["sum"]))
    assert [ends[rank]["sum"] for rank in ends] == sorted((end["sum"] for end in ends.values()), reverse=True)
    for end in found["ends"]:
        product, node = 0.0, end["node"]
        while node:
            product, node = product + math.log(found["nodes"]["p"][node]), parent[node]
        assert product == pytest.approx(end["sum"], abs=1e-4)
    assert (found["left"] == 0) == (last["rank"] > 0)


@given(some.lists(some.integers(0, 3), max_size=9), some.lists(some.integers(0, 3), max_size=9))
def test_the_longest_run_is_in_both(a, b):
    i, j, n = loop.longest_run(a, b)
    assert a[i : i + n] == b[j : j + n] and len(a[i : i + n]) == n
    longer = {tuple(a[k : k + n + 1]) for k in range(len(a) - n)} & {tuple(b[k : k + n + 1]) for k in range(len(b) - n)}
    assert not longer


@pytest.mark.parametrize("lang, model", [("en", "smollm2"), ("it", "smollm2"), ("en", "experts")])
def test_predict_then_reveal(lang, model):
    test = run_page("step_by_step", lang, prompt=PROMPT, model=model)
    for question in ("likelier", "return"):
        key = f"{question}-{model}-{PROMPT}"
        test.button_group(key=f"pick-{key}").set_value(1).run()
        test.button(key=f"reveal-{key}").click().run()
        assert not test.exception
    assert html_of(test).count('class="verdict') == 2
    if model == "smollm2":
        assert html_of(test).count('class="verdict right"') == 2


# ---- in the browser


def tokens(page) -> list[str]:
    """Of the ribbon, after the prompt."""
    return page.locator(".loop .taken .chip").all_inner_texts()


def written(page, count: int):
    expect(page.locator(".loop .taken")).to_have_count(count, timeout=15_000)
    return tokens(page)


def ask(page, prompt: str):
    page.fill(".st-key-prompt input", prompt)
    page.keyboard.press("Enter")
    expect(page.locator(".loop .cell").nth(0)).to_have_text(prompt.split()[0])
    written(page, 0)
    assert "path=" not in page.url


def test_a_text_is_written_step_by_step_in_the_tree_and_with_other_dice(open_page, smollm2):
    end = smollm2.tokenizer.find("<|im_end|>")
    page = open_page("step_by_step", prompt="Once upon a time", path=str(end))
    the_end_of_a_text_is_said(page)
    ask(page, PROMPT)
    step_force_back_rewind_and_branch(page)
    the_tree_by_pointer_and_keys(page)
    temperature_and_seed(page)
    ask(page, "Once upon a time")


def the_end_of_a_text_is_said(page):
    written(page, 1)
    expect(page.locator(".loop .read")).to_contain_text("sign that the text is over")


def step_force_back_rewind_and_branch(page):
    """Two tokens are left in the link, and nothing else in the tree."""
    ghost, step = page.locator(".loop .next .chip"), page.locator(".loop .step")
    drawn = ghost.inner_text()
    step.click()
    assert written(page, 1) == [drawn]
    second = ghost.inner_text()
    step.click()
    assert written(page, 2) == [drawn, second]
    third = page.locator(".loop .cand .chip").nth(1).inner_text()
    page.locator(".loop .cand").nth(1).press("Enter")
    assert written(page, 3) == [drawn, second, third]
    assert page.locator(".loop .forced .chip").inner_text() == third
    assert page.url.endswith("path=" + ".".join(page.url.split("path=")[1].split(".")[:3]))
    page.locator(".loop .back").click()
    assert written(page, 2) == [drawn, second]
    page.locator(".loop .taken").nth(1).click()
    assert written(page, 1) == [drawn]
    assert ghost.inner_text() == second  # rewound, it draws the same again
    page.locator(".loop .cand").nth(0).click()
    branch = written(page, 2)
    assert branch != [drawn, second]
    assert page.locator(".map [role=treeitem]").count() == 5
    assert "2" in page.locator(".branches .note").inner_text()
    page.reload()
    settled(page)
    assert written(page, 2) == branch  # the link keeps the text


def the_tree_by_pointer_and_keys(page):
    tree = page.locator(".map svg")
    assert page.locator(".map [role=treeitem]").count() == 3
    dot = page.locator(".map [role=treeitem]").nth(1).locator("circle").first
    dot.hover()
    assert tokens(page)[0].strip("·") in page.locator(".branches .tip.on").inner_text()
    box = dot.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    written(page, 1)
    tree.press("ArrowRight")
    tree.press("Enter")
    written(page, 2)
    tree.press("ArrowLeft")
    tree.press("ArrowLeft")
    tree.press("Enter")
    written(page, 0)
    assert page.locator(".map [aria-selected=true]").get_attribute("aria-label") == "prompt"


def temperature_and_seed(page):
    drawn = page.locator(".loop .next .chip")
    first = drawn.inner_text()
    page.locator(".loop .turn").nth(1).click()
    expect(drawn).not_to_have_text(first)
    assert "seed=2" in page.url
    slider = page.locator(".loop input[type=range]")
    slider.fill("0")
    expect(page.locator(".loop .read")).to_contain_text("Temperature 0")
    assert drawn.inner_text() == page.locator(".loop .cand .chip").nth(0).inner_text()
    assert "temperature=0" in page.url


def test_the_limit_play_and_pause_and_haste(open_page, moe):
    page = open_page("step_by_step", prompt=PROMPT, model="experts", path=".".join(["65"] * LIMIT))
    the_limit_is_said(page)
    ask(page, "A dog and a cat")
    play_and_pause(page)
    ask(page, PROMPT)
    many_steps_at_once_lose_nothing_but_haste(page, moe)


def the_limit_is_said(page):
    written(page, LIMIT)
    assert page.locator(".loop .step").is_disabled() and page.locator(".loop .next").count() == 0
    assert "64 tokens are written" in page.locator(".loop .read").inner_text()
    page.locator(".loop .cand").nth(0).click(force=True)
    page.wait_for_timeout(500)
    assert len(tokens(page)) == LIMIT


def play_and_pause(page):
    play = page.locator(".loop .play")
    play.click()
    expect(play).to_have_text("Pause")
    expect(page.locator(".loop .taken").nth(3)).to_be_visible(timeout=15_000)
    play.click()
    expect(play).to_have_text("Play")
    page.wait_for_timeout(400)  # one that was under way may still arrive
    count = len(tokens(page))
    page.wait_for_timeout(1500)
    assert len(tokens(page)) == count >= 4


def many_steps_at_once_lose_nothing_but_haste(page, moe):
    for _ in range(6):
        page.locator(".loop .step").click(no_wait_after=True)
    page.wait_for_timeout(1500)
    steps = islice(stream(moe.model, moe.tokenizer.encode(PROMPT), seed=1), 6)
    expected = moe.tokenizer.strings([step.token for step in steps])
    assert 2 <= len(tokens(page)) <= 6
    assert tokens(page) == expected[: len(tokens(page))]


def test_everything_open(open_page):
    """All that is shown on demand, with a forced branch and a temperature, in three widths, both languages and both
    themes: nothing too wide, nothing that keeps a reader out."""
    path = ".".join(map(str, itertools.islice(itertools.cycle([436, 260, 721, 2767]), 30)))
    page = open_page("step_by_step", prompt=PROMPT, model="experts", path=path, temperature="0.7")
    page.locator(".loop .taken").nth(12).click()
    written(page, 12)
    page.locator(".loop .cand").nth(2).click()
    written(page, 13)
    show_all(page)
    nothing_too_wide_and_nobody_kept_out(page, 1280)
    page.locator(".languages a[lang=it]").click()
    page.wait_for_function("document.documentElement.lang == 'it'")
    settled(page)
    for theme, width in (("dark", 360), ("light", 768)):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(400)
        settled(page)
        written(page, 13)
        nothing_too_wide_and_nobody_kept_out(page, width)


def show_all(page):
    page.locator(".proof .go").click()
    expect(page.locator(".proof .line.waiting").first).to_be_visible()
    expect(page.locator(".proof .read")).to_be_visible(timeout=20_000)
    page.locator(".beams [role=radio]").nth(2).click()
    page.locator(".beams .go").click()
    expect(page.locator(".beams .line.waiting").first).to_be_visible()
    expect(page.locator(".beams table")).to_be_visible(timeout=30_000)


def nothing_too_wide_and_nobody_kept_out(page, width: int):
    assert page.locator(".proof .read").is_visible() and page.locator(".beams table").is_visible()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")
    for view in (".loop", ".proof", ".beams"):
        right = "box => Math.max(...[...box.querySelectorAll('*')].map((e) => e.getBoundingClientRect().right))"
        assert page.locator(view).first.evaluate(right) <= width
    assert_accessible(page)


@pytest.mark.parametrize("temperature", ["1", "1.5"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_on_a_telephone_nothing_lies_over_a_bar_or_a_number(open_page, lang, temperature):
    """The seed draws from the tail, so a row also has a rank; "drawn" gives way to it where there are two numbers."""
    page = open_page("step_by_step", lang, width=360, temperature=temperature)
    label, bar, share, tag, drawn = page.locator(".loop .rows").evaluate(
        """(box) => {
            const text = (node) => { const all = new Range(); all.selectNodeContents(node); return all; };
            const [tail, ranked] = [box.querySelector(".tail"), box.querySelector(".cand:has(small)")];
            const parts = [text(tail.querySelector(".label")), tail.querySelector(".bar-p"),
                ...[".p", ".tag"].map((part) => ranked.querySelector(part)), text(ranked.querySelector(".q"))];
            return parts.map((part) => part.getBoundingClientRect().toJSON());
        }"""
    )
    assert label["right"] < bar["left"]
    assert (share if temperature == "1.5" else tag)["right"] < (drawn["left"] or 360)
    assert (tag["width"] > 10) == (temperature == "1"), "its room at the left, and a word or none"
