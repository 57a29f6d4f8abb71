"""The experiment in the link, the untrained models, a real run from the button to another lesson."""

import re

import pytest
import streamlit as st
from playwright.sync_api import expect

import content
from model.toys import worker
from model.toys.plans import NAMES, PRESETS, Choices, Plan
from tests.support.app_test import html_of, run_page, switch_page
from tests.support.browser import settled
from tests.support.waiting import until
from ui.kit.numbers import percent
from ui.lessons.train import link as train_link
from ui.lessons.train import runs
from ui.server import user_models

SMALL = {
    f"{side}-{name}": value for side in "ab" for name, value in {"layers": "1", "width": "32", "heads": "2"}.items()
}
QUICK = {"task": "copy", "steps": "100", "b-position": "learned"} | SMALL


def data(test) -> dict:
    """The session's runs by their plans."""
    return test.session_state["train-runs"].records


def test_the_page_begins_with_a_prepared_pair_and_what_its_models_do_untrained():
    test = run_page("train")
    assert not test.exception
    plans = PRESETS[train_link.FIRST]
    records = data(test)
    assert tuple(records) == plans
    for plan in plans:
        seen = worker.take_snapshot(worker.new_model(plan), 0, plan.task.held_out())
        assert records[plan].snapshots == [worker.snapshot_json(seen)]
        assert f"{100 * seen.accuracy:.3g}"[:3] in html_of(test) or plan != plans[-1]
    assert test.query_params["a-layers"] in ("1", ["1"]) and "b-layers" not in test.query_params
    assert test.button(key="clear").disabled and not test.button(key="go").disabled


@pytest.mark.parametrize("name", PRESETS)
def test_a_prepared_pair_comes_back_from_its_link(name):
    test = run_page("train")
    test.pills(key="preset").set_value(name).run()
    link = {key: value[0] if isinstance(value, list) else value for key, value in test.query_params.items()}
    again = run_page("train", **link)
    assert tuple(data(again)) == PRESETS[name]
    assert again.pills(key="preset").value == name and 'role="alert"' not in html_of(again)


def test_a_question_about_a_pair_has_its_recipes_and_its_own_numbers():
    """On paper too; and what is said of the experts is what these two models did, here untrained."""
    test = run_page("train")
    test.pills(key="preset").set_value("collapse").run()
    question, _ = test.session_state.questions.values()  # the other is an earlier lesson's
    recipes = question.given()
    assert recipes.count("<tr>") == 1 + len(NAMES) and "Task: Reverse" in recipes
    assert re.search(r"Balancing loss</th><td[^>]*>off</td><td[^>]*>on</td>", recipes)
    for plan in PRESETS["collapse"]:
        for load in data(test)[plan].last["load"]:
            assert percent(sum(sorted(load)[-2:]), "en") in question.explain(0)


@pytest.mark.parametrize(
    "best, accepted",
    [((0.2, 0.99), {1}), ((0.99, 0.99), {2}), ((0.2, 0.945), {1, 3}), ((0.955, 0.945), {0, 1, 2, 3})],
)
def test_near_the_bound_either_counts(best, accepted):
    test = run_page("train")
    question, _ = test.session_state.questions.values()  # the other is an earlier lesson's
    for record, accuracy in zip(data(test).values(), best, strict=True):
        record.last["accuracy"] = accuracy
    assert set(question.accepted()) == accepted
    missed = question.against(2).count("did not get there: at best it had")
    assert missed == sum(accuracy < 0.95 for accuracy in best)


@pytest.mark.parametrize(
    "link, sentence",
    [
        ({"task": "sing"}, "<bdi>sing</bdi>"),
        ({"a-layers": "99"}, "a-layers"),
        ({"seed": "<b>"}, "&lt;b&gt;"),
        ({"a-heads": "3"}, "Model A cannot be built: its width, 64"),
        ({"task": "copy", "b-kv_heads": "2", "b-heads": "1"}, "Model B cannot be built"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(link, sentence):
    test = run_page("train", **link)
    assert not test.exception
    alerts = html_of(test).split('role="alert"')[1:]
    assert len(alerts) == 1 and sentence in alerts[0]


def test_an_own_text_outlives_a_look_at_another_page():
    test = run_page("train", task="text", steps="100")
    test.text_area(key="own-text").set_value("A text of one's own. " * 40).run()
    switch_page(test, "table").run()
    assert not switch_page(test, "train").run().exception
    assert test.text_area(key="own-text").value.startswith("A text of one's own.")
    assert 'data-name="own-text" data-value="&#34;A text' in html_of(test)


def test_a_text_that_is_too_short_or_too_long():
    test = run_page("train", task="text", steps="100")
    assert not test.exception and 'role="alert"' not in html_of(test)
    test.text_area(key="own-text").set_value("Too short.").run()
    assert "10 bytes, and at least 500" in html_of(test) and not test.exception
    assert content.load("en", "train")["last-sound"] in html_of(test) and test.button(key="go")
    test.text_area(key="own-text").set_value("").run()
    assert "holds 0 bytes, and at least 500" in html_of(test) and not test.exception
    test.text_area(key="own-text").set_value("A sentence of a long book. " * 1000).run()
    assert "only the first 20,000" in html_of(test) and not test.exception
    (plan,) = {plan for plan in data(test) if len(plan.text) == 20_000}
    assert plan.text.startswith("A sentence")


class Link(dict):
    """Stands for st.query_params."""

    def get_all(self, name: str) -> list[str]:
        return [self[name]]

    def from_dict(self, params: dict) -> None:
        self.clear()
        self.update({name: value[0] if isinstance(value, list) else value for name, value in params.items()})


def test_a_choice_goes_into_the_link_and_out_of_it_when_it_is_the_usual_one(monkeypatch):
    link = Link()
    monkeypatch.setattr(st, "query_params", link)
    plans = (Plan("copy", steps=200), Plan("copy", Choices(layers=4), steps=200))
    train_link.write(plans)
    assert link == {"task": "copy", "steps": "200", "b-layers": "4"}
    train_link.change(train_link.Experiment(plans), "b-layers", "2")
    assert link == {"task": "copy", "steps": "200"}
    train_link.change(train_link.Experiment(plans), "a-rate", "0.1")
    assert link["a-rate"] == "0.1"
    train_link.change(train_link.Experiment(plans), "a-rate", "a million")
    assert "a-rate" not in link
    train_link.change(train_link.Experiment(plans), "task", "sort")
    assert link["task"] == "sort"


def run_until(test, condition) -> None:
    """Runs the page again until it is so, as the browser's timer does."""
    until(lambda: condition(test) or test.run().exception)
    assert not test.exception


@pytest.mark.slow
def test_a_run_from_the_button_to_another_lesson():
    test = run_page("train", **QUICK)
    _, b = data(test)
    test.button(key="go").click().run()
    assert test.session_state["train-runs"].running
    run_until(test, lambda test: data(test)[b].step > 0)  # the whole training may take a second only
    test.button(key="go").click().run()  # pause
    assert not test.session_state["train-runs"].running
    reached = data(test)[b].step
    run_until(test, lambda test: not test.session_state["train-runs"].job.alive)
    paused = data(test)[b].model
    assert user_models.exists(paused) and f'role="status">{content.load("en", "train")["paused"]}' in html_of(test)

    test.button(key="go").click().run()  # continue
    run_until(test, lambda test: not test.session_state["train-runs"].running)
    found = data(test)
    assert all(record.ended in ("solved", "behind", "done") for record in found.values()) and found[b].step >= reached
    steps = [snapshot["step"] for snapshot in found[b].snapshots]
    assert steps == sorted(set(steps)) and steps[0] == 0
    assert found[b].last["accuracy"] > 0.95
    assert found[b].model != paused and not user_models.exists(paused)  # it has the place of what it was
    assert found[b].file is None and not any(record.file for record in found.values() if not record.resumable)
    assert f"attention?model={found[b].model}&amp;prompt=" in html_of(test)

    other = run_page("next_token", model=found[b].model)
    assert not other.exception
    assert other.selectbox(key="model").value == found[b].model
    assert other.text_area(key="prompt").value == b.task.prompt()
    foreign = run_page("next_token", model=found[b].model, prompt="A dog & a cat")
    assert not foreign.exception and "knows these characters and no others" in html_of(foreign)
    unfit = run_page("packing", model=found[b].model)
    assert not unfit.exception and "the model you trained" in html_of(unfit)

    test.button(key="clear").click().run()
    assert all(record.step == 0 for record in data(test).values()) and not test.exception


def test_a_trained_model_that_has_gone_is_named_in_one_sentence():
    test = run_page("attention", model="trained-long-ago")
    assert not test.exception
    assert html_of(test).count("no longer there") == 1
    assert test.selectbox(key="model").value == "smollm2"


def test_a_session_keeps_a_few_runs():
    lab = runs.Runs()
    plans = [Plan("copy", Choices(layers=1), seed=seed) for seed in range(1, runs.MOST + 2)]
    records = [lab.record(plan) for plan in plans]
    assert list(lab.records) == plans[1:] and len({record.id for record in records}) == len(plans)


def test_a_run_in_the_browser(open_page):
    page = open_page("train", **QUICK)
    figure = page.locator(".train")
    expect(figure.locator(".read")).to_contain_text("after 0 steps")
    expect(figure.locator("figure")).to_have_count(2)
    page.locator(".st-key-go button").click()
    expect(figure.locator(".when")).not_to_have_text("step 0 of 100", timeout=60_000)
    # what the reader looks at stays, while new snapshots come in
    figure.locator("input[type=range]").press("Home")
    heads = figure.locator(".thumb")
    heads.nth(1).click()
    figure.locator(".token").nth(12).click()
    figure.evaluate("node => (node.marked = true)")
    expect(page.get_by_text(content.load("en", "train")["finished"])).to_be_visible(timeout=90_000)
    settled(page)
    assert figure.evaluate("node => node.marked")
    expect(figure.locator(".when")).to_have_text("step 0 of 100")
    expect(heads.nth(1)).to_have_attribute("aria-checked", "true")
    expect(figure.locator(".looks").first).to_contain_text("layer 1, head 2, from")
    figure.locator(".go").click()
    expect(figure.locator(".when")).not_to_have_text("step 0 of 100")
    assert figure.locator(".row .right").count() >= 14

    page.get_by_text("only A").click()
    page.get_by_role("button", name="Reveal").first.click()
    expect(page.locator(".verdict")).to_contain_text("When they ended")

    said = figure.locator(".read").text_content()
    page.reload()
    expect(settled(page).get_by_text(content.load("en", "train")["finished"])).to_be_visible()
    expect(figure.locator(".read")).to_have_text(said)

    page.get_by_text(content.load("en", "train")["recipe"]).click()
    page.locator(".recipe tr[data-name=layers] select").last.select_option("2")
    expect(page.locator(".recipe .differs")).to_have_count(2)
    assert "b-layers" not in page.url and "a-layers=1" in page.url

    page.get_by_text("Which earlier words matter?").last.click()
    page.wait_for_selector(".attention")
    settled(page)
    assert "model=trained-" in page.url
    expect(page.locator(".st-key-prompt textarea")).to_have_value(Plan("copy").task.prompt())


def test_what_the_figure_says_has_no_digits_that_it_does_not_know(bare_page):
    """A weight comes as a byte. And no curve is drawn over the name of a level."""
    page = bare_page("train")
    said = page.locator(".looks").first.text_content()
    assert re.search(r" \d+\u202f% of its attention", said), said
    assert page.locator("figure svg > :last-child").evaluate_all("nodes => nodes.every((n) => n.matches('.over'))")


def test_the_letters_of_the_row_are_one_stop_of_the_keyboard(bare_page):
    page = bare_page("train")
    letters = page.locator(".row .token")
    assert letters.count() > 20 and page.locator(".row .token[tabindex='0']").count() == 1
    letters.nth(3).click()
    page.keyboard.press("ArrowRight")
    expect(letters.nth(4)).to_be_focused()
    expect(letters.nth(4)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("End")
    expect(letters.last).to_be_focused()
    assert page.locator(".row .token[tabindex='0']").count() == 1


def test_on_a_telephone_the_row_begins_where_the_first_answer_is_due(bare_page):
    page = bare_page("train", width=360)
    room, answer = page.locator(".row .scroll").evaluate(
        "(box) => [box, box.querySelector('.wrong, .right')].map((node) => node.getBoundingClientRect().toJSON())"
    )
    assert room["left"] < answer["left"] < answer["right"] < room["right"]
