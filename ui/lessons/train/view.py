"""The experiment chosen, the buttons, the figure that follows the runs, and the ways on."""

import math
from urllib.parse import urlencode

import streamlit as st
from markupsafe import Markup

from model.packing import IGNORE_INDEX
from model.toys.plans import NAMES, OPTIONS, PRESETS, Plan
from model.toys.tasks import TASKS
from model.toys.worker import Ending
from model.train import Run, lr_at
from ui.frame import curriculum, footer
from ui.frame.page import Page
from ui.kit import language, listing, markup, tables
from ui.kit.language import Words
from ui.kit.mounting import mount
from ui.lessons.train import kept, readings
from ui.lessons.train import link as train_link
from ui.lessons.train.link import SIDES, Experiment
from ui.lessons.train.runs import Record, Runs, State, records, runs
from ui.server import user_models

REDRAW, WAIT = 0.5, 2.0  # seconds between two looks at the process, and at the queue
NOT_BEGUN = {State.FAILED: "broken", State.FULL: "full"}
OPEN = ("attention", "heads", "next_token", "step_by_step", "what_if")  # lessons that show most of a small model


# ---- the experiment


def show_presets(page: Page, experiment: Experiment) -> None:
    """The prepared experiments, and what the chosen one claims."""
    words, preset = page.words, experiment.preset
    st.session_state.preset = preset
    with st.container(gap="small", key="train-presets"):
        label = {"label_visibility": "collapsed", "format_func": lambda name: words.text(f"preset-{name}")}
        st.pills(words.text("presets"), list(PRESETS), key="preset", on_change=_take_preset, **label)
        if preset:
            st.html(words(f"about-{preset}"))
        else:
            a, b = (plan.choices for plan in experiment.plans)
            names = [words.text(f"choice-{name}") for name in a.differences(b)]
            st.html(words("about-own", differences=", ".join(names) or words.text("nothing")))


def _take_preset() -> None:
    train_link.write(PRESETS[st.session_state.preset or train_link.FIRST])


def show_problems(page: Page, experiment: Experiment) -> None:
    """What of the link cannot be, and what is shown instead."""
    last = "" if experiment.buildable or "train-sound" not in st.session_state else page.words("last-sound")
    for problem in experiment.problems:
        page.notice(problem + last, role="alert")


def show_recipe(page: Page, experiment: Experiment) -> None:
    """The table of choices, folded, for a prepared experiment needs no look at it (and the text to learn). data: whole,
    what both models share, and rows, one for each choice: {name, title, options: [value, text] each}, with the `value`
    of both or the `values` of each."""
    words, first = page.words, experiment.plans[0]

    def row(name: str, allowed: tuple) -> dict[str, object]:
        options = [[str(value), readings.option_name(name, value, page)] for value in allowed]
        return {"name": name, "title": words.text(f"choice-{name}"), "options": options}

    shared = zip(train_link.SHARED.items(), (first.name, first.seed, first.steps), strict=True)
    whole = [row(name, allowed) | {"value": str(value)} for (name, allowed), value in shared]
    rows = [
        row(name, OPTIONS[name]) | {"values": [str(getattr(plan.choices, name)) for plan in experiment.plans]}
        for name in NAMES
    ]
    data = {"sides": SIDES, "whole": whole, "rows": rows, "words": words.all("model-a", "model-b")}
    with st.expander(words.text("recipe")):
        mount(page, "recipe", "recipe", data, on_choice_change=lambda: _choose(experiment))
    if first.name == "text":
        _text_box(page)


def _choose(experiment: Experiment) -> None:
    if chosen := st.session_state.recipe.choice:
        train_link.change(experiment, str(chosen["key"]), str(chosen["value"]))


def _text_box(page: Page) -> None:
    words = page.words
    if st.session_state.get("own-text") != (text := train_link.own_text(page.lang)):
        st.session_state["own-text"] = text
    train_link.keep_text(page.lang)
    with st.container(gap="small"):
        # a book that is pasted would end the connection: ui/server/limits.py, message_bytes
        st.text_area(words.text("text-label"), key="own-text", height=180, max_chars=10 * train_link.LONGEST)
        lengths = train_link.text_lengths(words)
        page.note(words.inline("text-note", **lengths))
        if len(train_link.encoded(page.lang)) > train_link.LONGEST:
            page.notice(words("text-long", **lengths))


# ---- the runs


def show_laboratory(page: Page, experiment: Experiment) -> None:
    """The buttons and the figure. While a run goes on, the figure is drawn again twice a second."""
    lab, plans = runs(), experiment.runs
    if lab.running and not lab.works_on(plans):
        lab.pause()  # the reader has turned to another experiment
    lab.listen()
    lab.publish(lambda plan: readings.title(plan, page))
    st.space("xsmall")
    with st.container(gap="small", key="laboratory"):
        _buttons(page, lab, plans)
        interval = _interval(lab)
        st.fragment(_figure, run_every=interval)(page, lab, plans, interval, {"whole": True})
    kept.keep(page, lab)
    page.notice(page.words("caveat"), role="note")
    tables.twin(readings.curves(page, records(plans)), "lab", "curves")


def _buttons(page: Page, lab: Runs, plans: tuple[Plan, ...]) -> None:
    words, models = page.words, records(plans)
    done, begun = not any(record.resumable for record in models), any(record.step for record in models)
    label = "pause" if lab.running else "continue" if begun and not done else "start"
    with st.container(horizontal=True, gap="small", key="train-buttons"):
        act = lab.pause if lab.running else lambda: lab.start(plans)
        st.button(words.text(label), key="go", type="primary", on_click=act, disabled=done and not lab.running)
        clear = {"on_click": lambda: lab.clear(*plans), "disabled": not begun and not lab.running}
        st.button(words.text("clear"), key="clear", **clear)


def _interval(lab: Runs) -> float | None:
    """Seconds until the next look."""
    return (WAIT if lab.job.place else REDRAW) if lab.running else None


def _figure(page: Page, lab: Runs, plans: tuple[Plan, ...], interval: float | None, sent: dict) -> None:
    """interval: at which it is drawn. sent: {"whole": True} in a run of the whole page, when the browser may know
    nothing; empty from then on."""
    lab.listen()
    models = records(plans)
    page.note(_state(page.words, lab, models), live=True)
    reported = st.session_state.get("lab")
    whole = sent.pop("whole", False) or bool(reported and reported.again)
    mount(page, "train", "lab", readings.drawn(page, models, whole), reports=("again",))
    if interval != _interval(lab):
        st.rerun()  # the interval, the buttons and everything below are the page's


def _state(words: Words, lab: Runs, models: list[Record]) -> Markup:
    """What the runs do."""
    begun = any(record.step for record in models)
    if lab.running and (place := lab.job.place):
        wait = lab.job.pool.expected_wait_s(lab.job)
        return words.inline("queue-time" if wait else "queue", place=place, seconds=math.ceil(wait or 0))
    if lab.running:
        return words.inline("running" if begun else "starting")
    if lab.state in NOT_BEGUN:
        return words.inline(NOT_BEGUN[lab.state])
    if all(record.ended for record in models):
        return words.inline("finished")
    if begun and lab.lost:
        return words.inline("lost")
    return words.inline("paused" if begun else "ready")


# ---- what follows


def show_arithmetic(page: Page, experiment: Experiment) -> None:
    """What the loss says of one answer, with the numbers of model A and of the last one."""
    words, number, record = page.words, page.words.number, records(experiment.runs)[-1]
    plan, last = record.plan, record.last
    vocabulary = plan.config.vocab_size
    answers = int((plan.task.held_out().targets != IGNORE_INDEX).sum())
    values = {
        "vocabulary": vocabulary,
        "even": number(math.log(vocabulary)),
        "before": number(record.snapshots[0]["loss"]),
        "step": number(last["step"]),
        "loss": number(last["loss"]),
        "chance": words.percent(math.exp(-last["loss"])),
        "right": number(round(last["accuracy"] * answers)),
        "answers": number(answers),
        "accuracy": words.percent(last["accuracy"]),
        "model": SIDES[len(experiment.runs) - 1].upper(),
    }
    lines = markup.arithmetic(words.inline(f"sum-{name}", **values) for name in ("even", "loss", "accuracy"))
    page.heading("sum-title", words("sum-intro"), lines)
    listing.show(TASKS[plan.name], Run.train_step, lr_at)


def show_ways_on(page: Page, experiment: Experiment) -> None:
    """Links that open the trained models in other lessons."""
    words = page.words
    sides = list(zip(SIDES, records(experiment.runs), strict=False))
    ready = [(side, record) for side, record in sides if record.model and user_models.exists(record.model)]
    gone = any(record.ended and record.ended != Ending.DIVERGED and not record.kept for _, record in sides)
    section = "open-intro" if ready else "open-gone" if gone else "open-none"
    page.heading("open-title", words(section, again=words.text("clear")))
    if any(record.kept and not record.model for _, record in sides):
        page.notice(words("open-full"))
    with st.container(gap="small"):
        for side, record in ready:
            links = Markup(" · ").join(_way(slug, record) for slug in OPEN if curriculum.lesson_by_slug(slug).exists)
            values = {"model": side.upper(), "title": readings.title(record.plan, page), "links": links}
            st.html(Markup("<p>{}</p>").format(words.inline("open-model", **values)))
            footer.save_model(record.model, words.text("open-save", model=side.upper()), f"save-{side}")


def _way(slug: str, record: Record) -> Markup:
    link = urlencode({"model": record.model, "prompt": user_models.example(record.model)})
    return Markup('<a href="{}?{}">{}</a>').format(slug, link, language.words("path").inline(slug))
