"""Lesson 16: the experiment chosen, the buttons, the figure that follows the runs, and the ways on."""

import math
from urllib.parse import urlencode

import streamlit as st
from markupsafe import Markup, escape

from model.packing import IGNORE_INDEX
from model.toys.plans import NAMES, OPTIONS, PRESETS, Choices, Plan
from model.toys.tasks import TASKS
from model.train import Run, lr_at
from ui.frame import curriculum
from ui.frame.page import Page
from ui.kit import language, listing, tables
from ui.kit.mounting import mount
from ui.kit.numbers import number, percent
from ui.lessons.train import link as train_link
from ui.lessons.train.link import SIDES, Experiment
from ui.lessons.train.runs import Record, Runs, runs
from ui.server import user_models

EVERY = 0.5  # seconds between two looks at the process
OVERLAP = 6  # snapshots sent again, for a browser that missed some
FIGURE = """
    curve-accuracy curve-loss curve-busiest chance even time newest at-step right-of right-one after look-from row-title
    row-reads row-right row-says row-note head heads looks load-title load-layer ended-done ended-solved ended-diverged
"""
OPEN = ("attention", "heads", "next_token", "step_by_step", "what_if")  # lessons that show most of a small model


def presets(page: Page, experiment: Experiment) -> None:
    """The prepared experiments, and what the chosen one claims."""
    words = page.words
    names = list(PRESETS)
    st.session_state.preset = experiment.preset
    about = experiment.preset
    with st.container(gap="small", key="train-presets"):
        label = {"label_visibility": "collapsed", "format_func": lambda name: words.text(f"preset-{name}")}
        st.pills(words.text("presets"), names, key="preset", on_change=_take_preset, **label)
        st.html(words(f"about-{about}") if about else words("about-own", **_described(experiment, words)))


def _take_preset() -> None:
    train_link.write(PRESETS[st.session_state.preset or train_link.FIRST])


def _described(experiment: Experiment, words) -> dict:
    a, b = (plan.choices for plan in experiment.plans)
    names = [words.text(f"choice-{name}") for name in a.differences(b)]
    return {"differences": ", ".join(names) or words.text("nothing")}


def problems(page: Page, experiment: Experiment) -> None:
    last = "" if experiment.buildable or "train-sound" not in st.session_state else page.words("last-sound")
    for problem in experiment.problems:
        st.html(f'<div class="notice" role="alert">{problem}{last}</div>')


def recipe(page: Page, experiment: Experiment) -> None:
    """The table of choices, folded, for a prepared experiment needs no look at it (and the text to learn)."""
    words = page.words
    first = experiment.plans[0]

    def options(name: str, values: tuple) -> list:
        return [[str(value), _option(name, value, page)] for value in values]

    whole = [
        {"name": name, "title": words.text(f"choice-{name}"), "value": str(value), "options": options(name, allowed)}
        for (name, allowed), value in zip(train_link.WHOLE.items(), (first.name, first.seed, first.steps), strict=True)
    ]
    rows = [
        {
            "name": name,
            "title": words.text(f"choice-{name}"),
            "options": options(name, OPTIONS[name]),
            "values": [str(getattr(plan.choices, name)) for plan in experiment.plans],
        }
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


def _option(name: str, value, page: Page) -> str:
    """What a value is called: in words where there are any, else the number."""
    if name in ("task", "position", "norm", "place", "balance") or value == 0:
        return page.words.text(f"is-{name}-{value}")
    return number(value, page.lang)


def _text_box(page: Page) -> None:
    words = page.words
    st.session_state.setdefault("own-text", train_link.own_text(page.lang))
    with st.container(gap="small"):
        st.text_area(words.text("text-label"), key="own-text", height=180)
        measured = train_link.measured(words)
        st.html(f'<p class="note">{words.inline("text-note", **measured)}</p>')
        if len(train_link.encoded(page.lang)) > train_link.LONGEST:
            st.html(f'<div class="notice" role="status">{words("text-long", **measured)}</div>')


def laboratory(page: Page, experiment: Experiment) -> None:
    """The buttons and the figure. While a run goes on, the figure is drawn again twice a second."""
    lab, plans = runs(), experiment.runs
    if lab.running and not lab.works_on(plans):
        lab.pause()  # the reader has turned to another experiment
    lab.listen()
    lab.settle(lambda plan: title(plan, page))
    every = EVERY if lab.running else None
    with st.container(gap="small", key="laboratory"):
        buttons(page, lab, plans)
        st.fragment(_figure, run_every=every)(page, lab, plans, {"whole": True})


def buttons(page: Page, lab: Runs, plans: tuple[Plan, ...]) -> None:
    words = page.words
    records = [lab.of(plan) for plan in plans]
    done = all(record.finished for record in records)
    begun = any(record.step for record in records)
    label = "pause" if lab.running else "continue" if begun and not done else "start"
    with st.container(horizontal=True, gap="small", key="train-buttons"):
        act = lab.pause if lab.running else lambda: lab.start(plans)
        st.button(words.text(label), key="go", type="primary", on_click=act, disabled=done and not lab.running)
        clear = {"on_click": lambda: lab.clear(*plans), "disabled": not begun and not lab.running}
        st.button(words.text("clear"), key="clear", **clear)


def _figure(page: Page, lab: Runs, plans: tuple[Plan, ...], sent: dict) -> None:
    """sent: {"whole": True} in a run of the whole page, when the browser may know nothing; empty from then on."""
    running = lab.running
    lab.listen()
    records = [lab.of(plan) for plan in plans]
    st.html(f'<p class="note" role="status">{_state(page, lab, records)}</p>')
    again = st.session_state.get("lab")
    whole = sent.pop("whole", False) or bool(again and again.again)
    mount(page, "train", "lab", drawn(page, records, whole), reports=("again",))
    if running and not lab.running:
        st.rerun()  # the buttons and everything below are the page's


def _state(page: Page, lab: Runs, records: list[Record]) -> Markup:
    words = page.words
    if lab.broken:
        return words.inline("broken")
    if lab.running:
        if lab.job.place:
            return words.inline("queue", place=lab.job.place)
        return words.inline("running" if any(record.step for record in records) else "starting")
    if all(record.finished for record in records):
        return words.inline("finished")
    return words.inline("paused" if any(record.step for record in records) else "ready")


def drawn(page: Page, records: list[Record], whole: bool) -> dict:
    """The component's data: all snapshots, or the last few."""
    plan = records[0].plan
    rows = plan.task.held_out()
    strings = plan.task.tokenizer.strings
    targets = rows.targets[0].tolist()
    config = plan.config
    experts = next((record.plan.choices.experts for record in records if record.plan.choices.experts), 0)

    def model(record: Record) -> dict:
        start = 0 if whole else max(0, len(record.seen) - OVERLAP)
        chosen = record.plan.choices
        seen = [snapshot | {"predictions": strings(snapshot["predictions"])} for snapshot in record.seen[start:]]
        return {
            "id": record.id,
            "title": title(record.plan, page, [other.plan for other in records]),
            "layers": chosen.layers,
            "heads": chosen.heads,
            "experts": chosen.experts,
            "from": start,
            "seen": seen,
            "ended": record.ended,
        }

    return {
        "lang": page.lang,
        "words": page.words.all(*FIGURE.split()),
        "steps": plan.steps,
        "tokens": strings(rows.ids[0].tolist()),
        "answers": [None if target == IGNORE_INDEX else strings([target])[0] for target in targets],
        "first": next(i for i, target in enumerate(targets) if target != IGNORE_INDEX),
        "chance": {
            "loss": math.log(config.vocab_size),
            "accuracy": 1 / config.vocab_size,
            "busiest": 1 / experts if experts else None,
        },
        "models": [model(record) for record in records],
    }


def title(plan: Plan, page: Page, beside: list[Plan] | None = None) -> str:
    """What tells a model from those beside it; without any, its task, its layers and what is not usual about it."""
    names = [name for other in beside or () for name in plan.choices.differences(other.choices)]
    names = names or ["layers", *plan.choices.differences(Choices())]
    values = {name: _option(name, getattr(plan.choices, name), page) for name in names}
    said = ", ".join(f"{page.words.text(f'choice-{name}')}: {value}" for name, value in values.items())
    return said if beside else f"{_option('task', plan.name, page)} · {said}"


def table(page: Page, experiment: Experiment) -> None:
    """The curves as numbers."""
    records = [runs().of(plan) for plan in experiment.runs]
    steps = sorted({snapshot["step"] for record in records for snapshot in record.seen})
    columns = {page.words.text("col-step"): steps}
    for side, record in zip(SIDES, records, strict=False):
        by_step = {snapshot["step"]: snapshot for snapshot in record.seen}
        for name in ("accuracy", "loss"):
            values = [by_step[step][name] if step in by_step else "" for step in steps]
            columns[page.words.text(f"col-{name}", model=side.upper())] = values
    tables.twin(columns, "training")


def arithmetic(page: Page, experiment: Experiment) -> None:
    """What the loss says of one answer, with the numbers of model A and of the last one."""
    words = page.words
    record = runs().of(experiment.runs[-1])
    plan, first, last = record.plan, record.seen[0], record.last
    vocabulary = plan.config.vocab_size
    answers = int((plan.task.held_out().targets != IGNORE_INDEX).sum())
    about = {
        "vocabulary": vocabulary,
        "even": number(math.log(vocabulary), page.lang),
        "before": number(first["loss"], page.lang),
        "step": number(last["step"], page.lang),
        "loss": number(last["loss"], page.lang),
        "chance": percent(math.exp(-last["loss"]), page.lang),
        "right": number(round(last["accuracy"] * answers), page.lang),
        "answers": number(answers, page.lang),
        "accuracy": percent(last["accuracy"], page.lang),
        "model": SIDES[len(experiment.runs) - 1].upper(),
    }
    lines = "".join(f"<p>{words.inline(section, **about)}</p>" for section in ("sum-even", "sum-loss", "sum-accuracy"))
    st.html(f'<h2>{words.inline("sum-title")}</h2>{words("sum-intro")}<div class="arith">{lines}</div>')
    listing.show(TASKS[plan.name], Run.train_step, lr_at)


def ways_on(page: Page, experiment: Experiment) -> None:
    """Links that open the trained models in other lessons."""
    words = page.words
    records = [runs().of(plan) for plan in experiment.runs]
    ready = [(side, record) for side, record in zip(SIDES, records, strict=False) if record.model]
    st.html(f"<h2>{words.inline('open-title')}</h2>{words('open-intro' if ready else 'open-none')}")
    for side, record in ready:
        links = Markup(" · ".join(_way(slug, record) for slug in OPEN if curriculum.lesson_by_slug(slug).exists))
        about = {"model": side.upper(), "title": title(record.plan, page)}
        st.html(f"<p>{words.inline('open-model', **about, links=links)}</p>")


def _way(slug: str, record: Record) -> str:
    link = urlencode({"model": record.model, "prompt": user_models.example(record.model)})
    return f'<a href="{slug}?{escape(link)}">{language.words("path").inline(slug)}</a>'
