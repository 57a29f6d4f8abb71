"""Lesson 8, on real processes: one run at a time on this server, whoever starts it, and what each process says."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock

import numpy as np
import streamlit as st
from markupsafe import escape

from model.runtime import ring_processes
from model.trace import Trace
from ui.frame.page import Page
from ui.kit import language, url_state
from ui.kit.numbers import number
from ui.lessons.ring import view
from ui.lessons.ring.costs import size

PROCESSES = (2, 3, 4)
LINK = {"processes": url_state.one_of(*PROCESSES)}
POLL = 0.5  # seconds between two looks at a run that is under way

_worker = ThreadPoolExecutor(max_workers=1)
_taken = Lock()


@dataclass(frozen=True)
class Job:
    """A run that was started from this page."""

    prompt: tuple[str, str]  # the model and the text
    chosen: view.Choice
    future: Future  # of a ProcessRun


def start(page: Page, trace: Trace, devices: int) -> None:
    """Begins a run of the layer that the figure shows, or notes that somebody else's is under way."""
    st.session_state["ring-taken"] = not _taken.acquire(blocking=False)
    if st.session_state["ring-taken"]:
        return
    chosen = view.Choice(view.choice(trace).layer, devices)
    future = _worker.submit(ring_processes.run, *view.tensors(trace, chosen.layer), devices=devices)
    future.add_done_callback(lambda _: _taken.release())
    st.session_state["ring-job"] = Job((page.model, page.text), chosen, future)


def job(page: Page) -> Job | None:
    """The last run of this prompt."""
    found = st.session_state.get("ring-job")
    return found if found and found.prompt == (page.model, page.text) else None


def section(page: Page, trace: Trace) -> None:
    """Looks again every half second while a run is under way, and at no other time."""
    found = job(page)
    polling = bool(found and not found.future.done())
    st.fragment(_section, run_every=POLL if polling else None)(page, trace, polling)


def _section(page: Page, trace: Trace, polling: bool) -> None:
    words, length = page.words, len(trace.tokens)
    with st.container(key="ring-run", horizontal=True, vertical_alignment="bottom", gap="medium"):
        numbers = [n for n in PROCESSES if n <= length]
        own = url_state.bind("processes", numbers, min(PROCESSES[1], length))
        devices = st.segmented_control(words.text("processes"), numbers, required=True, **own)
        begin = {"on_click": start, "args": (page, trace, devices), "disabled": polling}
        st.button(words.text("begin"), key="begin", type="primary", **begin)
    found = job(page)
    if polling != bool(found and not found.future.done()):
        st.rerun()
    if st.session_state.get("ring-taken"):
        st.html(f'<div class="notice" role="status">{words("taken")}</div>')
    elif polling:
        st.html(f'<div class="notice" role="status">{words("running", devices=found.chosen.devices)}</div>')
    elif found and (error := found.future.exception()):
        st.html(f'<div class="notice" role="status">{words("failed", reason=error)}</div>')
    elif found:
        st.html(report(trace, found, words))


def report(trace: Trace, done: Job, words: language.Words) -> str:
    """What each process held and sent, and how far their answer is from the model's own."""
    lang, run = words.lang, done.future.result()
    z = trace.layers[done.chosen.layer].z
    aloud = words.inline(
        "ran",
        devices=len(run.reports),
        layer=done.chosen.layer + 1,
        difference=number(float(np.abs(run.output.numpy() - z).max()), lang),
        largest=number(float(np.abs(z).max()), lang),
    )
    names = ("device", "process", "tokens", "held", "sent", "scores", "seconds")
    head = "".join(f'<th scope="col" class="number">{words.inline(f"run-{name}")}</th>' for name in names)
    rows = "".join(
        f'<tr><th scope="row" class="number">{n}</th>'
        + "".join(
            f'<td class="number">{escape(cell)}</td>'
            for cell in (
                str(x.process),
                number(x.stop - x.start, lang),
                size(x.held, lang),
                size(x.sent, lang),
                number(x.scores, lang),
                number(x.seconds, lang),
            )
        )
        + "</tr>"
        for n, x in enumerate(run.reports, 1)
    )
    table = f'<table class="grid-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    region = f'<div style="overflow-x: auto" tabindex="0" role="region" aria-label="{words.text("run-region")}">'
    return f'<div class="read">{aloud}</div>{region}{table}</div><br>{words("run-note", where=run.reports[0].device)}'
