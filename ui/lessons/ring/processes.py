"""The lesson, on real processes: a job that is alone on this server while it runs, and what each process says."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from markupsafe import Markup

from model.runtime import ring_processes
from model.trace import Trace
from ui.frame.page import Page
from ui.kit import markup, tables, url_state
from ui.kit.language import Words
from ui.lessons.ring import readings, view
from ui.lessons.ring.readings import Choice
from ui.server import jobs

PROCESSES = (2, 3, 4)
LINK = {"processes": url_state.one_of(*PROCESSES)}
POLL = 0.5  # seconds between two looks at a run that is under way
LONGEST_S = 120.0  # of a run
COLUMNS = ("device", "process", "tokens", "held", "sent", "scores", "seconds")


@dataclass(frozen=True)
class Run:
    """A run that was started from this page."""

    prompt: tuple[str, str]  # the model and the text
    choice: Choice
    job: jobs.Job


def start(page: Page, trace: Trace, devices: int) -> None:
    """Begins a run of the layer that the figure shows."""
    choice = Choice(view.current_choice(trace).layer, devices)
    request = ring_processes.request(*readings.tensors(trace, choice.layer), devices=devices)
    job = jobs.submit("model.runtime.ring_processes", request, longest=LONGEST_S, alone=True)
    st.session_state["ring-started"] = Run((page.model, page.text), choice, job)


def current_run(page: Page) -> Run | None:
    """The last run of this prompt."""
    run = st.session_state.get("ring-started")
    return run if run and run.prompt == (page.model, page.text) else None


def show_run(page: Page, trace: Trace) -> None:
    """Looks again every half second while a run is under way, and at no other time."""
    run = current_run(page)
    polling = bool(run and run.job.alive)
    st.fragment(_show_run, run_every=POLL if polling else None)(page, trace, polling)


def _show_run(page: Page, trace: Trace, polling: bool) -> None:
    words, length = page.words, len(trace.tokens)
    with st.container(key="ring-run", horizontal=True, vertical_alignment="bottom", gap="medium"):
        counts = [n for n in PROCESSES if n <= length]
        own = url_state.bind("processes", counts, min(PROCESSES[1], length))
        devices = st.segmented_control(words.text("processes"), counts, required=True, **own)
        begin = {"on_click": start, "args": (page, trace, devices), "disabled": polling}
        st.button(words.text("begin"), key="begin", type="primary", **begin)
    run = current_run(page)
    if polling != bool(run and run.job.alive):
        st.rerun()
    if run is None:
        return
    if run.job.alive:
        run.job.beat()
        section = "queue" if run.job.place else "running"
        page.notice(words(section, place=run.job.place, devices=run.choice.devices))
    elif run.job.ended == "done":
        st.html(_report(trace, run, words))
    else:
        page.notice(words("failed" if run.job.error else "broken-off", reason=run.job.error))


def _report(trace: Trace, started: Run, words: Words) -> Markup:
    """What each process held and sent, and how far their answer is from the model's own."""
    run, z = ring_processes.answer(started.job.messages[-1]), trace.layers[started.choice.layer].z
    aloud = words.inline(
        "ran",
        devices=len(run.reports),
        layer=started.choice.layer + 1,
        difference=words.number(float(np.abs(run.output.numpy() - z).max())),
        largest=words.number(float(np.abs(z).max())),
    )
    rows = [
        (
            n,
            report.process,
            words.number(report.stop - report.start),
            words.bytes(report.held),
            words.bytes(report.sent),
            words.number(report.scores),
            words.number(report.seconds),
        )
        for n, report in enumerate(run.reports, 1)
    ]
    table = tables.grid([words.inline(f"run-{name}") for name in COLUMNS], rows, first_number=0)
    region = Markup('<div class="sideways" tabindex="0" role="region" aria-label="{}">{}</div><br>')
    note = words("run-note", where=run.reports[0].device)
    return markup.read(aloud) + region.format(words.text("run-region"), table) + note
