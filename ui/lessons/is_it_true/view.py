"""Lesson 17: the checks of model.checks, as rows that fill up while the reader watches."""

from collections.abc import Callable, Iterable
from pathlib import Path

import streamlit as st
from markupsafe import Markup, escape

from model import checks, zoo
from model.checks import CHECKS, SABOTAGES, SORTS, Row
from model.checks.subject import Subject
from ui.frame import prompt_bar
from ui.frame.page import Page
from ui.kit import cache, language, url_state
from ui.kit.folded import folded
from ui.kit.mounting import mount
from ui.kit.numbers import THIN, number
from ui.lessons.is_it_true import report
from ui.server import jobs

MODELS = checks.MODELS
QUICK = ("parts",)  # the sorts that a page can afford at once, and one check more
QUICK_TOO = "traced"
NONE = "none"  # nothing is broken
LINK = {"break": url_state.text()}  # see `damaged`
POLL = 0.5  # seconds between two looks at a run
KEPT = 12  # runs of a session
MARKS = {"equal": "✓", "differs": "✗", "unread": "–", "now": "…", "waiting": ""}
# Why a difference is allowed, and how large it may be: the section that says so.
REASONS = {
    "residual": "bits",
    "traced": "bits",
    "rows": "shares",
    "distribution": "shares",
    "future": "masked",
    "shifted": "angles",
    "tokens": "counted",
    "weights": "read",
    "parameters": "counted",
} | dict.fromkeys(("heads", "scores", "values", "experts", "ring_attention"), "order")
SOURCE = (Subject.layers, checks.sums.heads, checks.equivalences.cache, checks.against_transformers.streams)


def sabotage() -> str | None:
    """What the link wants broken; None for nothing."""
    asked = st.query_params.get("break")
    return asked if asked in SABOTAGES else None


def damaged() -> bool:
    return st.query_params.get("break", NONE) not in (NONE, *SABOTAGES)


def _break() -> None:
    """Into the link."""
    chosen = st.session_state["break"]
    if chosen == NONE:
        st.query_params.pop("break", None)
    else:
        st.query_params["break"] = chosen


def choose(page: Page) -> str | None:
    """What is to be broken."""
    words, asked = page.words, sabotage()
    if st.session_state.get("break") != (asked or NONE):
        st.session_state["break"] = asked or NONE
    st.pills(
        words.text("break"),
        (NONE, *SABOTAGES),
        format_func=lambda name: words.text(f"break-{name}"),
        key="break",
        required=True,
        on_change=_break,
        wrap=True,
    )
    return sabotage()


# ---------------------------------------------------------------- rows


def quick(page: Page, broken: str | None) -> list[Row]:
    """What can be checked at once, on the model that is loaded."""

    def compute() -> list[Row]:
        subject = Subject(page.model, page.bundle, page.source, broken)
        return [checks.run_check(name, subject) for name in quick_names(page)]

    return cache.result(cache.Key(f"checks-{broken}", page.model, tuple(page.ids)), compute)


def quick_names(page: Page) -> list[str]:
    return [*checks.applicable_checks(page.bundle.model.config, *QUICK), QUICK_TOO]


def runs() -> dict[tuple, jobs.Job]:
    """The runs of this session, by text and sabotage."""
    return st.session_state.setdefault("checks-runs", {})


def run_of(page: Page) -> jobs.Job | None:
    return runs().get((_text(page), sabotage()))


def _text(page: Page) -> str:
    return page.source[: prompt_bar.CHARACTERS]


def start(page: Page) -> None:
    """All checks of all models, this page's first."""
    models = dict.fromkeys((page.model, *checks.MODELS))
    request = {"text": _text(page), "models": list(models), "names": list(CHECKS), "sabotage": sabotage()}
    kept = runs()
    kept.pop((_text(page), sabotage()), None)
    kept[_text(page), sabotage()] = jobs.submit("model.checks", request)
    for old in list(kept)[:-KEPT]:
        del kept[old]


def said(job: jobs.Job | None) -> dict[tuple[str, str], Row]:
    """What a run has found so far, by model and check."""
    rows = [Row(**message) for message in list(job.messages)] if job else []
    return {(row.model, row.check): row for row in rows}


def section(page: Page) -> None:
    """Looks again every half second while a run is under way, and at no other time."""
    st.html(Path(__file__).with_name("style.css"))
    job = run_of(page)
    polling = bool(job and job.alive)
    st.fragment(_section, run_every=POLL if polling else None)(page, polling)


def _section(page: Page, polling: bool) -> None:
    words = page.words
    if damaged():
        st.html(f'<div class="notice" role="status">{words("break-damaged")}</div>')
    broken, job = choose(page), run_of(page)
    for other in runs().values():
        if other is not job:
            other.stop()
    alive = bool(job and job.alive)
    if alive:
        job.beat()
    if alive != polling:
        st.rerun()
    st.html(f'<p class="broken-how">{words.inline(f"broken-{broken or NONE}")}</p>')
    with st.container(key="checks-run", horizontal=True, vertical_alignment="center", gap="medium"):
        if alive:
            st.button(words.text("stop"), key="checks-stop", on_click=job.stop)
        else:
            again = "start-again" if job else "start"
            st.button(words.text(again), key="checks-start", type="primary", on_click=start, args=(page,))
        st.html(f'<p class="note" role="status">{state(job, words)}</p>')
    found = said(job)
    st.html(others(found, words))
    rows, draw = _quick_rows(page, broken)
    rows |= {check: row for (model, check), row in found.items() if model == page.model}
    draw(f"{aloud(page, rows, broken, alive)}{grid(page, rows, _now(page, job, found))}")
    with st.container(key="checks-report", gap=None):
        text = report.markdown(
            page, broken, [*rows.values(), *(row for row in found.values() if row.model != page.model)]
        )
        mount(page, "is_it_true", "copy", {"text": text, "words": words.all("copy", "copied", "not-copied")})
        folded(words.text("report"), "report", lambda: st.code(text, language=None, wrap_lines=True))


def _quick_rows(page: Page, broken: str | None) -> tuple[dict[str, Row], Callable[[str], None]]:
    """The rows, and what draws the table. The first time they take a moment, in which the empty rows are there."""
    seen, key = st.session_state.setdefault("checked", set()), (page.model, tuple(page.ids), broken)
    draw = st.html
    if key not in seen:
        draw = st.empty().html  # not at every look: between its two messages the page would be without a table
        draw(f"{aloud(page, {}, broken, True)}{grid(page, {}, quick_names(page)[0])}")
        seen.add(key)
    return {row.check: row for row in quick(page, broken)}, draw


def _now(page: Page, job: jobs.Job | None, found: dict) -> str | None:
    """The check that a run is at, where it is one of this page's model."""
    if not (job and job.alive) or job.place:
        return None
    at = list(found)[-1][0] if found else job.request["models"][0]
    left = (name for name in names(page) if (page.model, name) not in found)
    return next(left, None) if at == page.model else None


def names(page: Page) -> list[str]:
    return checks.applicable_checks(page.bundle.model.config, *SORTS)


# ---------------------------------------------------------------- what is shown


def state(job: jobs.Job | None, words: language.Words) -> Markup:
    """What becomes of a run, beside its button."""
    if job is None:
        return words.inline("state-none")
    if job.alive:
        return words.inline("state-queue", place=job.place) if job.place else words.inline("state-running")
    return words.inline(f"state-{job.ended}")


def verdict(row: Row | None, now: bool = False) -> str:
    if now:
        return "now"
    if row is None:
        return "waiting"
    if row.difference is None:
        return "unread"
    return "equal" if row.passed else "differs"


def aloud(page: Page, rows: dict[str, Row], broken: str | None, alive: bool) -> str:
    """The rows in one sentence."""
    words, verdicts = page.words, [verdict(row) for row in rows.values()]
    equal, differs = verdicts.count("equal"), verdicts.count("differs")
    left = len(names(page)) - len(rows)
    kind = "whole" if not broken else "broken" if differs else "unnoticed"
    counts = {"equal": equal, "differs": differs, "done": equal + differs, "left": left}
    about = {name: number(count, page.lang) for name, count in counts.items()} | {"model": page.bundle.card.title}
    sentences = [words.inline(f"aloud-{kind}", **about)] if rows else []
    if left:
        sentences.append(words.inline("left-running" if alive else "left", **about))
    return f'<div class="read" role="status">{" ".join(sentences)}</div>'


def grid(page: Page, rows: dict[str, Row], now: str | None) -> str:
    """All rows, those too that are still empty."""
    words = page.words
    titles = ("verdict", "compared", "difference", "tolerance", "time")
    head = "".join(f'<th scope="col" class="{title}">{words.inline(f"col-{title}")}</th>' for title in titles)
    bodies = []
    for sort in SORTS:
        group = f'<tr class="sort"><th colspan="5" scope="rowgroup"><h3>{words.inline(f"sort-{sort}")}</h3>'
        group += f'<p class="note">{words.inline(f"sort-{sort}-note")}</p></th></tr>'
        lines = (
            line(words, name, rows.get(name), name == now)
            for name in checks.applicable_checks(page.bundle.model.config, sort)
        )
        bodies.append(f"<tbody>{group}{''.join(lines)}</tbody>")
    return f'<table class="checks"><thead><tr>{head}</tr></thead>{"".join(bodies)}</table>'


def line(words: language.Words, name: str, row: Row | None, now: bool) -> str:
    kind, tolerance = verdict(row, now), CHECKS[name].tolerance
    mark = f'<span><i aria-hidden="true">{MARKS[kind]}</i>{words.inline(f"verdict-{kind}")}</span>'
    reason = words.inline(f"why-{REASONS.get(name, 'deep')}")
    cells = (difference(row, words), number(tolerance, words.lang), duration(row, words.lang))
    return (
        f'<tr class="{kind}"><td class="verdict-cell">{mark}</td>'
        f'<th scope="row">{words.inline(f"check-{name}")} <span class="note">{reason}</span>{trouble(row, words)}</th>'
        + "".join(
            f'<td class="number" data-title="{words.text(f"col-{title}")}">{cell}</td>'
            for title, cell in zip(("difference", "tolerance", "time"), cells, strict=True)
        )
        + "</tr>"
    )


def difference(row: Row | None, words: language.Words) -> str:
    """The number, and where it was found."""
    if row is None or row.difference is None:
        return ""
    where = []
    if row.largest is not None:
        where.append(words.inline("of-largest", largest=number(row.largest, words.lang)))
    if row.layer is not None and row.difference:
        where.append(words.inline("in-layer", layer=row.layer + 1))
    note = f'<span class="note">{", ".join(where)}</span>' if where else ""
    return f"{number(row.difference, words.lang)}{note}"


def duration(row: Row | None, lang: str) -> str:
    if row is None or not row.seconds:
        return ""
    return f"{number(row.seconds, lang)}{THIN}s" if row.seconds >= 1 else f"{number(1000 * row.seconds, lang)}{THIN}ms"


def trouble(row: Row | None, words: language.Words) -> str:
    """Why there is nothing to compare, and what helps."""
    if row is None or row.difference is not None:
        return ""
    if row.error:
        return f'<span class="trouble">{words.inline("unread-error", reason=row.error)}</span>'
    if row.remedy == "package":
        return f'<span class="trouble">{words.inline("unread-package", package=row.missing)}</span>'
    card, frame = zoo.ENTRIES[row.model].card, language.words("ui")
    remedy = row.remedy if zoo.ENTRIES[row.model].package else "own"
    what = frame.inline("model-file", file=row.missing, title=card.title, source=card.source)
    return f'<span class="trouble">{what} {frame.inline(f"remedy-{remedy}")}</span>'


def others(found: dict[tuple[str, str], Row], words: language.Words) -> str:
    """How far the three models are, one line each."""
    items = []
    for model in checks.MODELS:
        rows = [row for (name, _), row in found.items() if name == model]
        items.append(f"<li><b>{escape(zoo.ENTRIES[model].card.title)}</b> {standing(rows, words)}</li>")
    return f'<ul class="models">{"".join(items)}</ul><p class="note">{words.inline("models-note")}</p>'


def standing(rows: Iterable[Row], words: language.Words) -> str:
    rows = list(rows)
    kinds = [verdict(row) for row in rows]
    if not rows:
        return words.inline("standing-none")
    if set(kinds) == {"unread"}:
        return words.inline("standing-unread") + " " + trouble(rows[0], words)
    counts = {"equal": kinds.count("equal"), "all": len(rows)}
    return words.inline("standing", **{name: number(count, words.lang) for name, count in counts.items()})
