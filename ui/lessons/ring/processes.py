"""Lesson 8, on real processes: one run at a time on this server, whoever starts it, and what each process says."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock

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

PROCESSES = (2, 3, 4)
LINK = {"processes": url_state.one_of(*PROCESSES)}
POLL = 0.5  # seconds between two looks at a run that is under way
COLUMNS = ("device", "process", "tokens", "held", "sent", "scores", "seconds")

BUSY = Lock()  # held by the run that is under way
_worker = ThreadPoolExecutor(max_workers=1)


@dataclass(frozen=True)
class Job:
    """A run that was started from this page."""

    prompt: tuple[str, str]  # the model and the text
    choice: Choice
    future: Future  # of a ProcessRun

    @property
    def running(self) -> bool:
        return not self.future.done()


def start(page: Page, trace: Trace, devices: int) -> None:
    """Begins a run of the layer that the figure shows, or notes that somebody else's is under way."""
    st.session_state["ring-taken"] = not BUSY.acquire(blocking=False)
    if st.session_state["ring-taken"]:
        return
    choice = Choice(view.current_choice(trace).layer, devices)
    future = _worker.submit(ring_processes.run, *readings.tensors(trace, choice.layer), devices=devices)
    future.add_done_callback(lambda _: BUSY.release())
    st.session_state["ring-job"] = Job((page.model, page.text), choice, future)


def current_job(page: Page) -> Job | None:
    """The last run of this prompt."""
    job = st.session_state.get("ring-job")
    return job if job and job.prompt == (page.model, page.text) else None


def show_run(page: Page, trace: Trace) -> None:
    """Looks again every half second while a run is under way, and at no other time."""
    job = current_job(page)
    polling = bool(job and job.running)
    st.fragment(_show_run, run_every=POLL if polling else None)(page, trace, polling)


def _show_run(page: Page, trace: Trace, polling: bool) -> None:
    words, length = page.words, len(trace.tokens)
    with st.container(key="ring-run", horizontal=True, vertical_alignment="bottom", gap="medium"):
        counts = [n for n in PROCESSES if n <= length]
        own = url_state.bind("processes", counts, min(PROCESSES[1], length))
        devices = st.segmented_control(words.text("processes"), counts, required=True, **own)
        begin = {"on_click": start, "args": (page, trace, devices), "disabled": polling}
        st.button(words.text("begin"), key="begin", type="primary", **begin)
    job = current_job(page)
    if polling != bool(job and job.running):
        st.rerun()
    if st.session_state.get("ring-taken"):
        page.notice(words("taken"))
    elif polling:
        page.notice(words("running", devices=job.choice.devices))
    elif job and (error := job.future.exception()):
        page.notice(words("failed", reason=error))
    elif job:
        st.html(_report(trace, job, words))


def _report(trace: Trace, job: Job, words: Words) -> Markup:
    """What each process held and sent, and how far their answer is from the model's own."""
    run, z = job.future.result(), trace.layers[job.choice.layer].z
    aloud = words.inline(
        "ran",
        devices=len(run.reports),
        layer=job.choice.layer + 1,
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
    region = Markup('<div style="overflow-x: auto" tabindex="0" role="region" aria-label="{}">{}</div><br>')
    note = words("run-note", where=run.reports[0].device)
    return markup.read(aloud) + region.format(words.text("run-region"), table) + note
