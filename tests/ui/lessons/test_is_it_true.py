"""The rows are those of model.checks, a broken model shows, and all of it can be taken along."""

import re

import pytest
from playwright.sync_api import expect

import content
from model import checks, transformer, zoo
from model.checks import CHECKS, rounding
from model.checks.subject import Subject
from tests.support.app_test import html_of, reveal, run_page
from tests.support.browser import settled
from tests.support.payload import component_payload
from tests.support.waiting import until
from ui.kit.numbers import number
from ui.lessons.is_it_true import questions, runs
from ui.server import jobs

PROMPT = "The dog chased the squirrel because it"
WORDS = {lang: content.load(lang, "is_it_true") for lang in content.LANGUAGES}
MODEL = {"model": zoo.EXPERTS}


def rows_of(test) -> dict[str, tuple[str, str]]:
    """What the table says: the verdict and the text of its numbers, by check."""
    lines = re.findall(r'<tr class="(\w+)"><td class="verdict-cell">(.*?)</tr>', html_of(test), re.DOTALL)
    found = {}
    for kind, cells in lines:
        name = next(name for name in CHECKS if WORDS["en"][f"check-{name}"][:40].split("`")[0] in cells)
        found[name] = kind, re.sub(r"<[^>]+>", " ", cells)
    return found


def copied(test) -> str:
    """The report."""
    return component_payload(test, "is_it_true")[0]["text"]


def test_the_rows_are_the_checks(moe):
    test = run_page("is_it_true", **MODEL)
    shown, subject = rows_of(test), Subject(zoo.EXPERTS, moe, PROMPT)
    assert set(shown) == set(checks.applicable_checks(moe.model.config, *checks.OWN, "theirs"))
    for name in ("heads", "scores", "rows", "values", "experts"):
        row = checks.run_check(name, subject)
        kind, numbers = shown[name]
        assert kind == "equal" and number(row.difference, "en") in numbers and number(row.tolerance, "en") in numbers
        assert f"layer {row.layer + 1}" in numbers
    assert {shown[name][0] for name in ("cache", "weights", "outputs")} == {"waiting"}
    assert "9 of 9 checks of Vetro MoE find both sides equal" in html_of(test)
    assert number(checks.run_check("heads", subject).difference, "en") in copied(test)
    assert "torch: 2." in copied(test) and f"`{PROMPT}`" in copied(test)


def test_a_broken_model_shows_and_is_in_the_link():
    test = run_page("is_it_true", **MODEL, **{"break": "mask"})
    assert rows_of(test)["future"][0] == "differs" and rows_of(test)["rows"][0] == "equal"
    assert "1 of 9 checks notices it" in html_of(test) and "✗" in html_of(test)
    test.button_group(key="break").set_value("instrument").run()
    assert {name for name, row in rows_of(test).items() if row[0] == "differs"} == {"residual", "traced"}
    assert test.query_params["break"] in ("instrument", ["instrument"])
    test.button_group(key="break").set_value("none").run()
    assert "break" not in test.query_params and "differs" not in {kind for kind, _ in rows_of(test).values()}
    damaged = run_page("is_it_true", **MODEL, **{"break": "<b>"})
    assert WORDS["en"]["break-damaged"] in html_of(damaged) and rows_of(damaged)["future"][0] == "equal"


def ended(job: jobs.Job) -> None:
    until(lambda: job.beat() or not job.alive)  # AppTest does not look by itself


@pytest.mark.slow
def test_a_run_fills_the_rows_from_a_process_of_its_own(monkeypatch):
    names, submit = ["cache", "packed", "rows", "traced"], jobs.submit
    short = {"names": names, "models": [zoo.EXPERTS]}
    monkeypatch.setattr(runs.jobs, "submit", lambda module, request: submit(module, request | short))
    test = run_page("is_it_true", **MODEL)
    test.button(key="checks-start").click().run()
    (job,) = test.session_state["checks-runs"].values()
    assert job.request["text"] == PROMPT and job.request["sabotage"] is None
    assert job.alive and test.button(key="checks-stop")
    ended(job)
    assert job.ended == "done" and [message["check"] for message in job.messages] == [
        "rows",
        "traced",
        "cache",
        "packed",
    ]
    test.run()
    shown = rows_of(test)
    for message in job.messages:
        kind, numbers = shown[message["check"]]
        assert kind == "equal" and number(message["difference"], "en") in numbers
    assert shown["outputs"][0] == "waiting" and "4 of 4 equal" in html_of(test)
    assert WORDS["en"]["state-done"] in html_of(test)

    # what cannot be read is said in its row, and beside its model
    missing = {"tolerance": 0, "missing": "a<b>.gguf", "remedy": "install"}
    job.messages.append({"model": "smollm2", "check": "weights"} | missing)
    job.messages.append({"model": zoo.EXPERTS, "check": "weights", "tolerance": 0, "missing": "x", "remedy": "package"})
    job.messages.append({"model": zoo.EXPERTS, "check": "outputs", "tolerance": 0, "error": "ValueError: <i>"})
    shown = html_of(test.run())
    assert "a&lt;b&gt;.gguf" in shown and "make run" in shown
    assert "pip install x" in shown and "ValueError: &lt;i&gt;" in shown
    assert rows_of(test)["weights"][0] == "unread"

    # another sentence has rows of its own
    test.text_area(key="prompt").set_value("Another sentence").run()
    assert rows_of(test)["cache"][0] == "waiting"


def test_one_sum_in_several_orders_and_the_questions(moe):
    ids = moe.tokenizer.encode(PROMPT)
    final = transformer.run(moe.model, ids, ids, keep={"final"}).final[-1]
    head = moe.model.lm_head.weight.numpy()
    terms = final * head[(head @ final).argmax()]
    test = run_page("is_it_true", **MODEL)
    text = re.sub("<[^>]+>", "", html_of(test))
    for value in rounding.sums_by_order(terms).values():
        assert f"{value:.8f}".replace("-", "−") in text
    different = len(set(rounding.shuffled_sums(terms, questions.TIMES)))
    option = sum(different >= b for b in questions.BOUNDS)
    shown = html_of(reveal(test, f"shuffled-experts-{PROMPT}", option))
    assert 'class="verdict right"' in shown and f"<p>{different}. In 1,000 shuffles" in shown
    shown = html_of(reveal(test, f"noticed-experts-{PROMPT}", 0))
    assert shown.count('class="verdict right"') == 2 and "None of the 9" in shown


def test_an_encoder_has_rows_too():
    test = run_page("is_it_true", model="minilm", prompt="A cat")
    assert "cache" not in rows_of(test) and rows_of(test)["heads"][0] == "equal"
    assert WORDS["en"]["sum-vectors"] in html_of(test)


def test_broken_started_stopped_and_copied(open_page):
    page = open_page("is_it_true", **MODEL)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_text(WORDS["en"]["break-mask"], exact=True).click()
    expect(page.locator(".checks tr.differs")).to_have_count(1)
    expect(page.locator(".checks tr.differs .verdict-cell")).to_contain_text("differs")
    assert "break=mask" in page.url
    page.locator(".st-key-checks-start button").click()
    expect(page.locator(".checks tr.now")).to_have_count(1)
    rewound = page.locator(".checks tr").filter(has_text=WORDS["en"]["check-cache_rewind"])
    expect(rewound).to_have_class("differs", timeout=60_000)  # the process has torch to import
    page.locator(".st-key-checks-stop button").click()
    expect(page.get_by_text(WORDS["en"]["state-stopped"])).to_be_visible()
    expect(page.locator(".st-key-checks-start button")).to_contain_text(WORDS["en"]["start-again"])
    expect(page.locator(".checks tr.differs").nth(1)).to_be_visible()  # what was found stays
    button = page.get_by_role("button", name=WORDS["en"]["copy"], exact=True)
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(WORDS["en"]["copied"], exact=True)).to_be_visible()
    report = page.evaluate("navigator.clipboard.readText()")
    assert WORDS["en"]["break-mask"] in report and "| Vetro MoE | " in report and "\n- torch: " in report
    page.reload()
    settled(page)
    expect(page.locator(".checks tr.differs")).not_to_have_count(0)
