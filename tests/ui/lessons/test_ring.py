"""What is drawn is the online softmax of the trace, the costs are the formula's, the processes are real."""

from dataclasses import dataclass

import numpy as np
import pytest
from playwright.sync_api import expect

import content
from model import transformer
from model.arithmetic import ring_costs
from model.runtime import ring_processes
from model.weights.published import MODELS
from tests.support.app_test import html_of, run_page, shown_page, unfolded
from tests.support.browser import settled
from tests.support.payload import charts, component_payload, values
from tests.support.waiting import until
from ui.kit.numbers import number, scaled
from ui.kit.token_names import distinct
from ui.lessons.ring import costs, processes, readings

PROMPT = "The dog chased the squirrel because it"
WORDS = {lang: content.load(lang, "ring") for lang in content.LANGUAGES}


@pytest.fixture(scope="module")
def trace(smollm2):
    ids = smollm2.tokenizer.encode(PROMPT)
    return transformer.run(smollm2.model, ids, smollm2.tokenizer.strings(ids), keep=readings.KEEP)


def reveal(test, key: str, option: int) -> str:
    test.button_group(key=f"pick-{key}").set_value(option).run()
    return html_of(test.button(key=f"reveal-{key}").click().run())


# ---------------------------------------------------------------- what is drawn


@pytest.mark.parametrize("layer, devices", [(14, 3), (1, 7)])
def test_each_step_is_the_softmax_over_the_tokens_read_so_far(trace, layer, devices):
    """Written independently of the ring: the keys met so far, their scores, one softmax."""
    data, arrays = component_payload(run_page("ring", layer=str(layer), devices=str(devices)), "ring")
    found = trace.layers[layer - 1]
    assert [data["layer"], data["devices"], data["tokens"]] == [layer - 1, devices, distinct(trace.tokens)]
    owner = [d for d, (start, stop) in enumerate(data["spans"]) for _ in range(start, stop)]
    for step in range(devices):
        for query, device in enumerate(owner):
            met = [k for k in range(query + 1) if (device - owner[k]) % devices <= step]
            scores = found.scores[:, query, met]
            np.testing.assert_allclose(arrays["maximum"][step, :, query], scores.max(-1), rtol=1e-5, atol=1e-5)
            powers = np.exp(scores - scores.max(-1, keepdims=True))
            np.testing.assert_allclose(arrays["total"][step, :, query], powers.sum(-1), rtol=1e-4)
            values = np.repeat(found.v, 3, axis=0)[:, met, : readings.SHOWN]
            output = (powers[..., None] * values).sum(1) / powers.sum(-1)[:, None]
            shown = arrays["weighted"][step, :, query] / arrays["total"][step, :, query, None]
            np.testing.assert_allclose(shown, output, atol=1e-5)
        for device in range(devices):
            pairs = [q - k for q in range(7) for k in range(q + 1) if owner[q] == device]
            assert arrays["counts"][:, device].sum() == len(pairs)
    np.testing.assert_allclose(arrays["weighted"][-1] / arrays["total"][-1][..., None], arrays["z"], atol=1e-5)


def test_the_ring_equals_the_models_own_answer_and_says_how_nearly(trace):
    test = run_page("ring", layer="14", devices="5")
    _, arrays = component_payload(test, "ring")
    z = trace.layers[13].z
    found = readings.run(trace, readings.Choice(13, 5)).output.numpy()
    difference = np.abs(found - z).max()
    assert difference <= 1e-5 * np.abs(z).max()
    assert arrays["difference"].max() == difference
    for x in (difference, np.abs(z).max(), difference / np.abs(z).max()):
        assert number(float(x), "en") in html_of(test)


def test_the_page_opens_where_the_online_softmax_can_be_seen(trace):
    data, arrays = component_payload(shown_page("ring"), "ring")
    assert data["devices"] == 4
    shrinks = np.exp(-np.diff(arrays["maximum"][:, data["head"], -1]))
    np.testing.assert_allclose(shrinks, readings.shrink_factors(trace, 4)[:, data["layer"], data["head"]], rtol=1e-5)
    assert ((shrinks > 0.05) & (shrinks < 0.95)).any()


@pytest.mark.parametrize("link", [{"layer": "31", "devices": "9"}, {"layer": "-1", "devices": "x"}, {"devices": "٣"}])
def test_a_damaged_link_is_ignored(link):
    data, _ = component_payload(run_page("ring", **link), "ring")
    assert data["devices"] == 4 and data["layer"] == component_payload(shown_page("ring"), "ring")[0]["layer"]


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_more_devices_than_tokens_is_one_sentence(lang):
    data, arrays = component_payload(run_page("ring", lang, devices="8"), "ring")
    assert data["problem"] == WORDS[lang]["too-many"].format(tokens=7, devices=8) and not arrays
    test = run_page("ring", lang, prompt="Hello")
    assert component_payload(test, "ring")[0]["problem"] == WORDS[lang]["too-many-one"].format(devices=2)
    assert WORDS[lang]["cost-title"] in html_of(test) and not test.exception


# ---------------------------------------------------------------- the questions


def test_the_questions_are_answered_by_the_ring(trace):
    scores = readings.score_counts(readings.run(trace, readings.Choice(0, 4)))
    np.testing.assert_array_equal(scores.sum(0), [3, 7, 11, 7])  # spans of 2, 2, 2, 1 tokens
    test = run_page("ring")
    assert 'class="verdict' not in html_of(test)
    assert "which is why 6 of the 16 squares" in html_of(test)
    assert 'class="verdict right"' in reveal(test, f"busiest-smollm2-{PROMPT}", 2)
    assert "11" in html_of(test)
    assert html_of(test).count('class="verdict wrong"') == 0
    assert reveal(test, f"first-smollm2-{PROMPT}", 3).count('class="verdict wrong"') == 1
    assert reveal(test, "ring-sent", 1).count('class="verdict right"') == 2


# ---------------------------------------------------------------- what it costs


def test_the_costs_are_the_formula_s(trace):
    test = run_page("ring", costs="Llama 3.1 70B", length="128k", over="16")
    found = ring_costs(MODELS["Llama 3.1 70B"], 131_072, 16)
    shown = html_of(test)
    for count in (found.queries, found.blocks, found.running, found.scores, found.sent, found.held):
        assert scaled(count, "B", "en") in shown
    assert "The context of" not in shown
    held = values(charts(unfolded(test))["by-devices"]["data"][0]["y"])
    np.testing.assert_array_equal(held, [ring_costs(MODELS["Llama 3.1 70B"], 131_072, n).held for n in costs.DEVICES])


def test_a_length_beyond_the_context_and_a_lone_device_are_said():
    shown = html_of(run_page("ring", costs="GPT-2", length="2k", over="1"))
    assert "The context of GPT-2 is 1,024 tokens" in shown
    assert WORDS["en"]["cost-alone"] in shown and WORDS["en"]["cost-blocks-one"] in shown


def test_a_damaged_link_to_the_costs_is_ignored():
    test = run_page("ring", costs="GPT-9", length="7", over="x")
    assert not test.exception
    assert "Over 8 devices" in html_of(test)


# ---------------------------------------------------------------- real processes


def finished(test):
    """The page once the run that was started is over: AppTest does not poll by itself."""
    until(lambda: not test.session_state["ring-started"].job.alive)
    return test.run()


@pytest.mark.slow
def test_real_processes_say_what_they_held_and_sent(trace):
    test = run_page("ring", layer="14")
    test.button_group(key="processes").set_value(2).run()
    test.button(key="begin").click().run()
    assert WORDS["en"]["running"].format(devices=2) in html_of(test)
    assert test.button(key="begin").disabled
    shown = html_of(finished(test))
    started = test.session_state["ring-started"]
    run = ring_processes.answer(started.job.messages[-1])
    assert started.choice == readings.Choice(13, 2) and len({report.process for report in run.reports}) == 2
    z = trace.layers[13].z
    difference = np.abs(run.output.numpy() - z).max()
    assert difference <= 1e-5 * np.abs(z).max() and number(float(difference), "en") in shown
    for report in run.reports:
        assert f">{report.process}<" in shown
        assert scaled(report.held, "B", "en") in shown and scaled(report.sent, "B", "en") in shown
    assert not test.button(key="begin").disabled
    test.text_area(key="prompt").set_value("Another prompt").run()
    assert f">{run.reports[0].process}<" not in html_of(test)


@pytest.mark.parametrize("lang", content.LANGUAGES)
def test_waiting_a_failure_and_an_end_by_force_are_one_sentence_each(monkeypatch, lang):
    asked = []
    monkeypatch.setattr(processes.jobs, "submit", lambda *_, **kinds: asked.append(Queued(**kinds)) or asked[0])
    test = run_page("ring", lang)
    test.button(key="begin").click().run()
    (job,) = asked
    assert job.alone and WORDS[lang]["queue"].format(place=3) in html_of(test)
    job.place, job.alive, job.ended, job.error = 0, False, "failed", "no <wire>"
    assert WORDS[lang]["failed"].format(reason="no &lt;wire&gt;") in html_of(test.run())
    job.error = ""
    assert WORDS[lang]["broken-off"] in html_of(test.run())
    assert not test.button(key="begin").disabled


@dataclass
class Queued:
    """A job that waits until a test says otherwise."""

    alone: bool
    longest: float
    place: int = 3
    alive: bool = True
    ended: str | None = None
    error: str = ""

    def beat(self) -> None:
        pass


def test_a_shorter_prompt_leaves_fewer_processes():
    test = run_page("ring")
    test.button_group(key="processes").set_value(4).run()
    test.text_area(key="prompt").set_value("Two tokens").run()
    assert not test.exception and test.button_group(key="processes").value == 2


# ---------------------------------------------------------------- in the browser


def test_devices_and_layer_are_asked_of_the_server(open_page):
    page = open_page("ring", devices="3", step="2", token="5")
    box = page.locator(".ring")
    box.locator(".devices [aria-checked=true]").focus()
    page.keyboard.press("ArrowRight")  # asks the server, and keeps the keyboard
    expect(box.locator(".device")).to_have_count(4)
    expect(box.locator(".devices [aria-checked=true]")).to_have_text("4")
    expect(box.locator(".devices [aria-checked=true]")).to_be_focused()
    expect(box.locator(".middle b")).to_have_text("1")
    box.locator(".step").click()
    expect(box.locator(".middle b")).to_have_text("2")
    box.locator(".level").fill("20")
    expect(page.get_by_text("in layer 20 by at most")).to_be_visible()
    expect(box.locator(".middle b")).to_have_text("2")
    assert "layer=20" in page.url and "devices=4" in page.url


def test_too_many_devices_leave_the_way_back(open_page):
    page = open_page("ring", "it", devices="8", width=360)
    expect(page.locator(".ring .problem")).to_have_text(WORDS["it"]["too-many"].format(tokens=7, devices=8))
    page.locator(".ring .devices button").nth(5).click()
    expect(page.locator(".ring .device")).to_have_count(7)
    page.fill(".st-key-prompt textarea", "Un altro testo più lungo")
    page.keyboard.press("Enter")
    settled(page)
    expect(page.locator(".ring .pick").first).to_contain_text("Un")
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth")
