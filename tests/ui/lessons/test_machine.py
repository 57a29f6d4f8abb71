"""What is drawn is what the model computed; the loop; what opens without asking the server."""

import numpy as np
import pytest
from playwright.sync_api import expect

import content
from model import lens, sampling
from model.analysis import streams
from tests.support.app_test import html_of, reveal, run_page, shown_page
from tests.support.browser import settled
from tests.support.models import traced
from tests.support.payload import component_payload
from ui.kit.token_names import distinct
from ui.lessons.machine import questions, readings

PROMPT = "The dog chased the squirrel because it"


@pytest.fixture(scope="module")
def bundle(smollm2):
    return smollm2


def drawn(test) -> dict:
    """What the component was given."""
    return component_payload(test, "machine")[0]


@pytest.mark.slow
def test_the_component_draws_the_trace(bundle):
    data, trace = drawn(shown_page("machine", prompt=PROMPT)), traced(bundle, PROMPT, keep=readings.KEEP)
    layers = trace.layers
    assert data["tokens"] == distinct(trace.tokens)
    assert data["ids"] == trace.token_ids.tolist()
    seen = lens.logit_lens(bundle.model, trace, range(len(trace.tokens)))
    assert data["lens"] == [bundle.tokenizer.strings(row.tolist()) for row in seen.token_ids]
    np.testing.assert_allclose(data["probability"], seen.probabilities, rtol=1e-4)
    for name, field in (("attention", "attn_out"), ("mlp", "mlp_out"), ("stream", "resid_post")):
        lengths = [np.linalg.norm(getattr(layer, field)[-1]) for layer in layers]
        np.testing.assert_allclose(data[name], lengths, rtol=1e-4)
    assert data["normed"] == pytest.approx(np.linalg.norm(trace.final[-1]), rel=1e-4)
    for layer, head, weights in zip(layers, data["heads"], data["weights"], strict=True):
        np.testing.assert_allclose(weights, layer.pattern[head, -1], rtol=1e-4)
    for layer, parts in zip(layers, data["sums"], strict=True):
        incoming, attention, mlp, outgoing = np.array(parts["vectors"])
        np.testing.assert_allclose(incoming + attention + mlp, outgoing, rtol=1e-3, atol=1e-3)
        assert parts["difference"] < 1e-3 * np.linalg.norm(layer.resid_post[-1])


def test_candidates_and_tail_are_the_whole_vocabulary(bundle):
    data = drawn(shown_page("machine", prompt=PROMPT))
    chances = sampling.softmax(lens.next_logits(bundle.model, traced(bundle, PROMPT, keep=readings.KEEP)))
    assert [c["id"] for c in data["candidates"]] == np.argsort(-chances)[:8].tolist()
    assert sum(c["p"] for c in data["candidates"]) + data["others"]["p"] == pytest.approx(1)
    assert len(data["candidates"]) + data["others"]["count"] == len(chances) == data["vocabulary"]
    assert data["candidates"][0]["p"] == pytest.approx(data["probability"][-1][-1], rel=1e-3)


@pytest.mark.slow
def test_tracks_of_a_common_beginning_are_taken_over(bundle):
    """Read anew or taken from the reading before: the same words, the same probabilities but for rounding."""
    long = PROMPT + " was the only one in the house and it had been there for a"
    was = PROMPT + " was"
    traces = {text: traced(bundle, text, keep=readings.KEEP) for text in (PROMPT, was, long, long + " very", "A cat")}
    fresh = {text: readings.read(bundle, text, trace) for text, trace in traces.items()}
    for text, earlier in [(was, PROMPT), (PROMPT, was), (long + " very", long), (PROMPT, long), ("A cat", PROMPT)]:
        reused = readings.read(bundle, text, traces[text], fresh[earlier])
        np.testing.assert_allclose(reused["probability"], fresh[text]["probability"], rtol=1e-3, atol=1e-6)
        assert reused | {"probability": 0} == fresh[text] | {"probability": 0}


@pytest.mark.slow
def test_at_most_sixteen_tracks(bundle):
    text = "one two three four five six seven eight nine ten " * 2
    data = readings.read(bundle, text, traced(bundle, text, keep=readings.KEEP))
    assert len(data["lens"]) == len(data["probability"]) == readings.TRACKS
    assert len(data["weights"][0]) == len(data["tokens"]) == data["first"] + readings.TRACKS


@pytest.mark.parametrize("text", [PROMPT, "Say <|im_end|>\n\n now"])
def test_what_is_appended_is_added_to_the_text_that_was_typed(bundle, text):
    tokenizer = bundle.tokenizer
    for added in (" was", "\n"):
        assert readings.append_token(tokenizer, text, tokenizer.find(added)) == text + added


def test_what_the_prompt_line_cannot_hold_is_not_appended(bundle):
    tokenizer = bundle.tokenizer
    for id in (min(tokenizer.special), tokenizer.encode("🦀")[0], tokenizer.find("\t")):
        assert readings.append_token(tokenizer, PROMPT, id) is None
    assert readings.append_token(tokenizer, "word " * 119 + "word", tokenizer.find(" was")) is None


def test_earlier_tracks_do_not_move(bundle):
    distances = streams.appended(bundle.model, bundle.tokenizer.encode(PROMPT), bundle.tokenizer.find(" was"))
    assert distances.shape == (7,)
    assert 0 <= distances.max() < questions.ROUNDING


@pytest.mark.parametrize("lang", content.LANGUAGES)
@pytest.mark.slow
def test_predict_then_reveal(lang):
    test = run_page("machine", lang, prompt=PROMPT)
    reveal(test, f"tracks-smollm2-{PROMPT}", 2)
    assert not test.exception
    assert 'class="verdict right"' in html_of(test)


# ---- in the browser


def test_a_walk_through_the_machine(open_page):
    """What is appended stays with the layer that the link opened."""
    page = open_page(prompt=PROMPT, layer="20")
    assert page.locator(".machine .stack").get_attribute("aria-valuenow") == "20"
    append_by_button_space_and_candidate(page)
    space_in_the_prompt_is_a_space(page)
    page.fill(".st-key-prompt textarea", "🦀 supercalifragilisticexpialidocious 🦀")
    page.keyboard.press("Enter")
    settled(page)
    for width in (1024, 768, 360):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(150)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")


def append_by_button_space_and_candidate(page):
    stack, prompt = page.locator(".machine .stack"), page.locator(".st-key-prompt textarea")
    stack.press("ArrowUp")
    layer = int(stack.get_attribute("aria-valuenow"))

    def grows(action):
        text = prompt.input_value()
        action()
        expect(prompt).not_to_have_value(text)
        settled(page)
        assert prompt.input_value().startswith(text)

    grows(page.locator('[data-key="append"]').click)
    assert prompt.input_value() == PROMPT + " was"
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.dataset.key") == "append"  # focus stays
    assert stack.get_attribute("aria-valuenow") == str(layer) and f"layer={layer}" in page.url
    page.locator("h1").click()
    grows(lambda: page.keyboard.press("Space"))
    fourth = page.locator('[data-key="candidate-3"]')
    token = fourth.locator(".label").inner_text().replace("·", " ")
    grows(fourth.click)
    assert prompt.input_value().endswith(token)
    assert page.locator(".machine .word:not(.next)").count() == 10


def space_in_the_prompt_is_a_space(page):
    prompt = page.locator(".st-key-prompt textarea")
    text = prompt.input_value()
    prompt.focus()
    page.keyboard.press("End")
    page.keyboard.press("Space")
    page.wait_for_timeout(600)
    assert prompt.input_value() == text + " "
