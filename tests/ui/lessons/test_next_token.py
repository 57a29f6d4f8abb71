"""What the charts hold is what the model and the sampling computed; the dials; the questions."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from model import sampling, transformer
from model.analysis.information import entropy
from model.sampling import Sampling
from tests.support.app_test import html_of, reveal, run_page, shown_page
from tests.support.browser import with_all_charts
from tests.support.models import traced
from tests.support.payload import charts, values
from ui.kit import cache, language
from ui.kit.numbers import number, percent
from ui.lessons.next_token import controls, readings, view
from viz import bars

PROMPT = "The dog chased the squirrel because it"
OFF = {"top_k": controls.OFF, "top_p": "100", "min_p": "0"}
STAGES = ("base", "tempered", "top_k", "top_p", "min_p")
SETTINGS = {
    "greedy": ({"temperature": "0", **OFF}, {"temperature": 0}),
    "plain": (OFF, {}),
    "hot": ({"temperature": "2", **OFF}, {"temperature": 2}),
    "top-k": ({**OFF, "top_k": "5"}, {"top_k": 5}),
    "top-p": ({**OFF, "top_p": "50"}, {"top_p": 0.5}),
    "min-p": ({**OFF, "min_p": "10"}, {"min_p": 0.1}),
    "all": (
        {"temperature": "0.7", "top_k": "100", "top_p": "95", "min_p": "2"},
        {"temperature": 0.7, "top_k": 100, "top_p": 0.95, "min_p": 0.02},
    ),
}


@pytest.fixture(scope="module")
def whole(smollm2):
    """The whole trace, not only what the page keeps."""
    return traced(smollm2, PROMPT)


@pytest.fixture(scope="module")
def reading(smollm2, whole):
    return readings.read(smollm2, whole)


def with_tail(distribution_: np.ndarray, top: np.ndarray) -> np.ndarray:
    return np.append(distribution_[top], distribution_.sum() - distribution_[top].sum())


def columns(test, shares: np.ndarray) -> tuple[dict, dict]:
    """The filled and the hollow bars of the stages: (stage, row) -> length."""
    found = []
    for bar in charts(test)["stages"]["data"][:2]:
        stage = np.rint(values(bar["base"]) / (1 + bars.GAP) / bars.scale(shares)).astype(int)
        row = np.rint(values(bar["y"]) - 0.2).astype(int)
        found.append(dict(zip(zip(stage.tolist(), row.tolist(), strict=True), values(bar["x"]), strict=True)))
    return tuple(found)


def test_bars_and_tail_are_the_softmax_of_the_trace_over_the_whole_vocabulary(smollm2, whole):
    test = shown_page("next_token", prompt=PROMPT)
    chances = sampling.softmax(whole.logits[-1])
    top = np.argsort(-chances)[: readings.TOP]
    (bar,) = charts(test)["bars"]["data"]
    np.testing.assert_allclose(values(bar["x"]), with_tail(chances, top), rtol=1e-4)
    assert values(bar["x"]).sum() == pytest.approx(1, abs=1e-12)
    assert "49,142 tokens" in html_of(test) or "49,142 share" in html_of(test)
    bits = entropy(chances)
    assert f"{number(bits, 'en')} bits" in html_of(test) and f"among {number(2**bits, 'en')} equally" in html_of(test)


def test_the_strip_is_the_last_vector(whole):
    (strip,) = charts(shown_page("next_token", prompt=PROMPT))["vector"]["data"]
    np.testing.assert_allclose(values(strip["z"])[0], whole.final[-1], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("link, settings", SETTINGS.values(), ids=SETTINGS)
def test_the_stages_drawn_are_those_of_the_traces_logits(whole, link, settings):
    test = run_page("next_token", prompt=PROMPT, **link)
    found = sampling.stages(whole.logits[-1], **settings)
    top = np.argsort(-whole.logits[-1])[: readings.TOP]
    expected = np.stack([with_tail(getattr(found, stage), top) for stage in STAGES])
    expected[expected < 1e-12] = 0
    kept, removed = columns(test, expected)
    for stage, column in enumerate(expected):
        filled = {row: length for (at, row), length in kept.items() if at == stage}
        hollow = {row for at, row in removed if at == stage}
        assert sum(filled.values()) == pytest.approx(1, abs=1e-9)
        assert hollow == set(np.flatnonzero(column == 0).tolist())
        assert set(filled) == set(np.flatnonzero(column).tolist())
        np.testing.assert_allclose([filled[row] for row in sorted(filled)], column[column > 0], rtol=1e-3)
    for (stage, row), length in removed.items():
        assert length == pytest.approx(expected[:stage, row][expected[:stage, row] > 0][-1], rel=1e-3)
    count = np.count_nonzero(found.final)
    assert f"tokens, {count} are left" in html_of(test) or count in (1, len(found.final))
    counts = [str(number(np.count_nonzero(getattr(found, stage)), "en")) for stage in STAGES]
    assert charts(test)["stages"]["data"][5]["text"] == counts


def test_dials_that_are_not_shown_still_count_and_the_link_sets_them_all():
    test = run_page(
        "next_token", prompt=PROMPT, temperature="0.5", top_k="20", top_p="80", min_p="7", draws="10", seed="9"
    )
    assert (test.slider(key="temperature").value, test.slider(key="top_p").value) == (0.5, 80)
    assert (test.select_slider(key="top_k").value, test.slider(key="min_p").value) == (20, 7)
    assert test.number_input(key="seed").value == 9
    heads = charts(test)["stages"]["data"][4]["text"]
    assert [head.replace("<b>", "").replace("</b>", "").split("<br>")[-1] for head in heads[1:]] == [
        "0.5",
        "20",
        "80\u202f%",
        "7\u202f%",
    ]


def test_a_turned_dial_changes_the_stages_and_the_draws():
    test = run_page("next_token", prompt=PROMPT, seed="1")
    before = charts(test)["stages"]["data"][5]["text"]
    test.select_slider(key="top_k").set_value(1).run()
    assert not test.exception
    assert charts(test)["stages"]["data"][5]["text"] == [*before[:2], "1", "1", "1"]
    assert values(charts(test)["drawn"]["data"][1]["x"])[0] == 100
    assert "is certain" in html_of(test)


@pytest.mark.parametrize("times", controls.DRAWS)
def test_the_histogram_holds_every_draw(reading, times):
    test = run_page("next_token", prompt=PROMPT, draws=str(times), seed="3", temperature="1.5", **OFF)
    final = sampling.stages(reading.logits, temperature=1.5).final
    ids = sampling.draw(final, seed=3, count=times)
    expected, drawn = charts(test)["drawn"]["data"][:2]
    counts = np.nan_to_num(values(drawn["x"]))
    assert counts.sum() == times
    assert counts[:-1].tolist() == [np.count_nonzero(ids == token) for token in reading.top]
    np.testing.assert_allclose(values(expected["x"]), times * with_tail(final, reading.top), rtol=1e-3)
    assert values(expected["x"]).sum() == pytest.approx(times)


@pytest.mark.parametrize("asked, used", [(-5, "0"), (2**40, "2.147.483.648")])
def test_a_seed_beyond_the_last_is_answered_in_the_readers_language(asked, used):
    test = run_page("next_token", "it", model="experts", seed="1")
    test.number_input(key="seed").set_value(asked).run()
    assert not test.exception and f"estrazioni del seme {used}" in html_of(test)


def test_the_same_seed_draws_the_same_and_another_does_not():
    first, again, other = (
        values(charts(run_page("next_token", prompt=PROMPT, seed=seed, **OFF))["drawn"]["data"][1]["x"])
        for seed in "778"
    )
    assert np.array_equal(first, again, equal_nan=True)
    assert not np.array_equal(first, other, equal_nan=True)


def test_the_tower_is_the_head_on_every_level(smollm2, whole):
    likeliest, answer = charts(shown_page("next_token", prompt=PROMPT))["lens"]["data"]
    streams = [whole.layers[0].resid_pre[-1], *(layer.resid_post[-1] for layer in whole.layers)]
    model = smollm2.model
    with transformer.torch.inference_mode():
        logits = model.lm_head(model.norm(transformer.torch.tensor(np.stack(streams)))).numpy()
    chances = sampling.softmax(logits)
    np.testing.assert_allclose(values(likeliest["x"]), chances.max(-1), rtol=1e-3)
    np.testing.assert_allclose(values(answer["x"]), chances[:, chances[-1].argmax()], rtol=1e-3, atol=1e-30)


def test_the_lens_says_when_the_answer_comes_and_when_it_stays():
    def times(ids):
        levels = readings.LensLevels(np.array(ids), [], np.empty(0), np.empty(0))
        return levels.first, levels.settled

    assert times([1, 2, 3, 2, 2]) == (1, 3)
    assert times([1, 3, 2]) == (2, 2)
    assert times([2, 2, 2]) == (0, 0)


@pytest.mark.parametrize(
    "ids, said",
    [
        ([1, 3, 2], "In no layer before the last is"),
        ([2, 3, 2], "It settles only after layer 2 of 2"),
        ([1, 2, 3, 2, 2], "After layer 1 of 4, the likeliest token in the lens is"),
        ([1, 2, 2], "and it does not change again"),
    ],
)
def test_nothing_is_said_of_what_comes_after_the_last_layer(ids, said):
    levels = readings.LensLevels(np.array(ids), ["·a"], np.empty(0), np.empty(0))
    sentence = re.sub(r"<[^>]*>", "", levels.sentence(language.Words("en", "next_token")))
    assert said in sentence
    assert ("change" in sentence) == (ids[-1] == ids[-2])


@pytest.mark.parametrize("index", [0, 3])
def test_the_arithmetic_is_that_of_the_candidate(smollm2, whole, index):
    test = run_page("next_token", prompt=PROMPT)
    test.button_group(key="candidate").set_value(index).run()
    x, w, products = (values(strip["z"])[0] for strip in charts(test)["strips"]["data"][2:])
    token = int(np.argsort(-whole.logits[-1])[index])
    np.testing.assert_allclose(w, smollm2.model.lm_head.weight[token].detach().numpy(), rtol=1e-6)
    np.testing.assert_allclose(products, x * w, rtol=1e-5, atol=1e-8)
    assert products.sum() == pytest.approx(whole.logits[-1, token], rel=1e-4)
    lines = html_of(test).split('class="arith"')[1]
    assert f"<b>{number(float(whole.logits[-1, token]), 'en')}</b>" in lines
    assert f"<b>{percent(sampling.softmax(whole.logits[-1])[token], 'en')}</b>" in lines
    powers = np.exp(whole.logits[-1].astype(float) - whole.logits[-1].max())
    assert f"≈ {number(powers[token], 'en')} ÷ {number(powers.sum(), 'en')} ≈" in lines
    assert "573 more" in lines and "49,149 more" in lines and "<b>100\u202f%</b>" in lines


@pytest.mark.parametrize("model, lang", [("smollm2", "it"), ("experts", "en")])
@pytest.mark.slow
def test_the_questions_are_answered_by_the_model(model, lang):
    bundle = cache.bundle(model)
    ids = bundle.tokenizer.encode(PROMPT)
    logits = transformer.run(bundle.model, ids, ids, keep={"logits"}).logits[-1]
    shares = np.sort(sampling.softmax(logits))[::-1]
    needed = np.searchsorted(np.cumsum(shares), 0.9) + 1
    cold, hot = (np.sort(sampling.softmax(logits / heat))[: -readings.TOP].sum() for heat in (1, 2))
    test = run_page("next_token", lang, prompt=PROMPT, model=model)

    def answered(name: str, option: int) -> list[str]:
        reveal(test, f"{name}-{model}-{PROMPT}", option)
        assert not test.exception
        return html_of(test).split('class="verdict ')[1:]

    right = sum(needed > bound for bound in (10, 100, 1000))
    for option in (right - 1, right):
        (shown,) = answered("needed", option)
        assert shown.startswith("right" if option == right else "wrong")
        assert number(int(needed), lang) in shown
    right = 2 if hot >= 2 * cold else 1
    for option in (right - 1, right):
        _, shown = answered("tail", option)  # it stands below the other
        assert shown.startswith("right" if option == right else "wrong")
        assert percent(hot, lang) in shown


def test_what_the_page_keeps_is_small(smollm2):
    ids = smollm2.tokenizer.encode("word " * 64)[:64]
    assert transformer.run(smollm2.model, ids, ids, keep=readings.KEEP).bytes() < 15e6


def test_settings_and_stages_are_those_of_the_model(reading):
    settings = Sampling(0.8, 40, 0.9, 0.05)
    stages = readings.stages(reading, settings)
    assert np.array_equal(stages[-1], sampling.stages(reading.logits, **vars(settings)).final)
    assert np.allclose(reading.with_tail(stages).sum(-1), 1)


def test_a_share_in_a_column_is_short():
    written = [
        view.hundredths(p, language.Words("it", "next_token")) for p in (0, 1, 0.274801, 0.00773, 1e-4, 9.99e-5, 1e-30)
    ]
    assert written == ["0", "100", "27,5", "0,773", "0,0100", "<0,01", "<0,01"]


# ---- in the browser


def test_a_dial_is_turned_by_key_and_lands_in_the_link(open_page):
    page = open_page("next_token", prompt=PROMPT)
    assert page.locator(".st-key-top_k").is_visible() and not page.locator(".st-key-temperature").is_visible()
    page.locator(".st-key-dial").get_by_text("Temperature").click()
    expect(page.locator(".st-key-temperature")).to_be_visible()
    expect(page.locator(".st-key-top_k")).to_be_hidden()
    page.locator(".st-key-temperature input").focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    expect(page.locator(".read", has_text="one is left")).to_be_visible()
    page.wait_for_url("**temperature=0**")
    expect(page.locator(".st-key-stages svg text", has_text=re.compile(r"^temp\.0$"))).to_be_visible()


def test_nothing_is_cut_on_a_telephone(bare_page):
    """No sideways scrolling, and no text of a figure outside of it or over another, at very small probabilities too."""
    link = {"prompt": PROMPT, "temperature": "0.3", "top_k": controls.OFF, "seed": "1"}
    page = with_all_charts(bare_page("next_token", "it", width=360, charts=True, **link))
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")
    for key in ("bars", "stages", "drawn", "orders", "lens"):
        page.wait_for_selector(f".st-key-{key} .main-svg text")
        boxes = page.evaluate(
            """key => [...document.querySelectorAll(`.st-key-${key} .main-svg text`)].filter(t => t.textContent)
                .map(t => { const b = t.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; })""",
            key,
        )
        boxes = np.array(boxes)
        assert boxes[:, 0].min() >= 0 and boxes[:, 2].max() <= 360, key
        left, top, right, bottom = (boxes[:, None, i] for i in range(4))
        overlap = (np.minimum(right, right.T) - np.maximum(left, left.T) > 2) & (
            np.minimum(bottom, bottom.T) - np.maximum(top, top.T) > 4
        )
        assert not np.triu(overlap, 1).any(), key
