"""The checks of model.checks, as rows that fill up while the reader watches; and why differences are not zero."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st
from babel.numbers import format_decimal
from markupsafe import Markup

from model import checks
from model.checks import Row, rounding
from model.checks.subject import Subject
from ui.frame.page import Page
from ui.kit import listing, markup
from ui.kit.folded import folded
from ui.kit.language import Words
from ui.kit.mounting import mount
from ui.lessons.is_it_true import grid, kept, report, runs
from ui.server import jobs

POLL_S = 0.5  # between two looks at a run
DECIMALS = 8  # in which a sum is written
CHECKS_SOURCE = (Subject.layers, checks.sums.heads, checks.equivalences.cache, checks.against_transformers.streams)
SUMS_SOURCE = (rounding.sums_by_order, rounding.sequential_sum)


def section(page: Page) -> None:
    """Looks again every half second while a run is under way, and at no other time."""
    st.html(Path(__file__).with_name("style.css"))
    job = runs.current(page)
    polling = bool(job and job.alive)
    st.fragment(_section, run_every=POLL_S if polling else None)(page, polling)
    listing.show(*CHECKS_SOURCE)


def _section(page: Page, polling: bool) -> None:
    words = page.words
    if runs.has_unknown_sabotage():
        page.notice(words("break-damaged"))
    broken, job = runs.choose_sabotage(page), runs.current(page)
    for other in runs.jobs_of_session().values():
        if other is not job:
            other.stop()
    alive = bool(job and job.alive)
    if alive:
        job.beat()
    if alive != polling:
        st.rerun()
    rows_of_run = kept.rows(page, job)
    how = words.inline(f"broken-{broken or runs.NO_SABOTAGE}")
    st.html(Markup('<p class="broken-how">{}</p>').format(how))
    with st.container(key="checks-run", horizontal=True, vertical_alignment="center", gap="medium"):
        if alive:
            st.button(words.text("stop"), key="checks-stop", on_click=job.stop)
        else:
            again = "start-again" if rows_of_run else "start"
            st.button(words.text(again), key="checks-start", type="primary", on_click=runs.start, args=(page,))
        page.note(_state(job, bool(rows_of_run), words), live=True)
    st.html(grid.standings(rows_of_run, words))
    rows, draw = _immediate_rows(page, broken)
    rows |= {check: row for (model, check), row in rows_of_run.items() if model == page.model}
    running = runs.running_check(page, job, rows_of_run)
    draw(grid.reading(page, rows, broken, alive) + grid.grid(page, rows, running))
    with st.container(key="checks-report", gap=None):
        other_models = [row for row in rows_of_run.values() if row.model != page.model]
        text = report.markdown(page, broken, [*rows.values(), *other_models])
        mount(page, "is_it_true", "copy", {"text": text, "words": words.all("copy", "copied", "not-copied")})
        folded(words.text("report"), "report", lambda: st.code(text, language=None, wrap_lines=True))


def _immediate_rows(page: Page, broken: str | None) -> tuple[dict[str, Row], Callable[[str], None]]:
    """The rows, and what draws the table. The first time they take a moment, in which the empty rows are there."""
    seen, key = st.session_state.setdefault("checked", set()), (page.model, tuple(page.ids), broken)
    draw = st.html
    if key not in seen:
        draw = st.empty().html  # not at every look: between its two messages the page would be without a table
        draw(grid.reading(page, {}, broken, True) + grid.grid(page, {}, runs.immediate_names(page)[0]))
        seen.add(key)
    return {row.check: row for row in runs.immediate_rows(page, broken)}, draw


def _state(job: jobs.Job | None, kept: bool, words: Words) -> Markup:
    """What becomes of a run, beside its button."""
    if job is None:
        return words.inline("state-kept" if kept else "state-none")
    if job.alive:
        return words.inline("state-queue", place=job.place) if job.place else words.inline("state-running")
    return words.inline(f"state-{job.ended}")


def sums(page: Page, terms: np.ndarray, what: Markup) -> None:
    """The same terms (D,), added up in several orders: digits that are not those of the exact sum are marked."""
    words = page.words
    by_order = rounding.sums_by_order(terms)
    exact = _written(by_order["exact"], page.lang)
    line, lines = Markup('{}<b class="off">{}</b> {}'), []
    for name, value in by_order.items():
        shown = _written(value, page.lang)
        same = next((i for i, (a, b) in enumerate(zip(shown, exact, strict=False)) if a != b), len(shown))
        lines.append(line.format(shown[:same], shown[same:], markup.span(words.inline(f"order-{name}"), "note")))
    intro = words("sum-intro", what=what, terms=words.number(len(terms)))
    st.html(intro + markup.arithmetic(lines))
    listing.show(*SUMS_SOURCE)


def _written(value: float, lang: str) -> str:
    return format_decimal(value, format=f"#,##0.{'0' * DECIMALS}", locale=lang).replace("-", "−")


def limits(page: Page) -> None:
    """What the checks cannot show."""
    st.html(Markup('<div class="limits">{}</div>').format(page.words("limits")))


def versions(page: Page) -> None:
    """What the numbers depend on."""
    row = Markup('<tr><th scope="row">{}</th><td class="mono">{}</td></tr>')
    rows = [row.format(report.name_of(key, page.words), value) for key, value in report.ran_on().items()]
    st.html(Markup('<table class="grid-table ran-on"><tbody>{}</tbody></table>').format(Markup().join(rows)))
