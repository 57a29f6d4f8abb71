"""The runs of the checks in this session, and what is broken in them."""

import streamlit as st

from model import checks
from model.checks import CHECKS, SABOTAGES, SORTS, Row
from model.checks.subject import Subject
from ui.frame import prompt_bar
from ui.frame.page import Page
from ui.kit import cache, url_state
from ui.server import jobs

MODELS = checks.MODELS

IMMEDIATE_SORTS = ("parts",)  # the sorts of checks that a page can afford at once, and one check more
IMMEDIATE_CHECK = "traced"
NO_SABOTAGE = "none"
LINK = {"break": url_state.text()}  # see `has_unknown_sabotage`
MAX_RUNS = 12  # kept in a session


def sabotage() -> str | None:
    """What the link wants broken; None for nothing."""
    asked = st.query_params.get("break")
    return asked if asked in SABOTAGES else None


def has_unknown_sabotage() -> bool:
    return st.query_params.get("break", NO_SABOTAGE) not in (NO_SABOTAGE, *SABOTAGES)


def choose_sabotage(page: Page) -> str | None:
    """The control, which writes the link; returns what is to be broken."""
    words, choices = page.words, (NO_SABOTAGE, *SABOTAGES)
    st.pills(
        words.text("break"),
        choices,
        format_func=lambda name: words.text(f"break-{name}"),
        required=True,
        wrap=True,
        **url_state.bind("break", choices, NO_SABOTAGE),
    )
    return sabotage()


def names(page: Page) -> list[str]:
    """All checks that can be made of the page's model."""
    return checks.applicable_checks(page.bundle.model.config, *SORTS)


def immediate_names(page: Page) -> list[str]:
    """Those that are made with the page."""
    return [*checks.applicable_checks(page.bundle.model.config, *IMMEDIATE_SORTS), IMMEDIATE_CHECK]


def immediate_rows(page: Page, broken: str | None) -> list[Row]:
    """What can be checked at once, on the model that is loaded."""

    def compute() -> list[Row]:
        subject = Subject(page.model, page.bundle, page.source, broken)
        return [checks.run_check(name, subject) for name in immediate_names(page)]

    return cache.result(page.key("checks", broken, page.source), compute)


def jobs_of_session() -> dict[tuple[str, str | None], jobs.Job]:
    """By text and sabotage."""
    return st.session_state.setdefault("checks-runs", {})


def current(page: Page) -> jobs.Job | None:
    """The run of this text with this sabotage."""
    return jobs_of_session().get((text(page), sabotage()))


def text(page: Page) -> str:
    return page.source[: prompt_bar.CHARACTERS]


def start(page: Page) -> None:
    """All checks of all models, this page's first."""
    models = dict.fromkeys((page.model, *checks.MODELS))
    request = {"text": text(page), "models": list(models), "names": list(CHECKS), "sabotage": sabotage()}
    kept = jobs_of_session()
    kept.pop((text(page), sabotage()), None)
    kept[text(page), sabotage()] = jobs.submit("model.checks.job", request)
    for old in list(kept)[:-MAX_RUNS]:
        del kept[old]


def rows_of(job: jobs.Job | None) -> dict[tuple[str, str], Row]:
    """What a run has given so far, by model and check."""
    rows = [Row(**message) for message in list(job.messages)] if job else []
    return {(row.model, row.check): row for row in rows}


def running_check(page: Page, job: jobs.Job | None, rows: dict[tuple[str, str], Row]) -> str | None:
    """The check that a run is at, where it is one of this page's model."""
    if not (job and job.alive) or job.place:
        return None
    model = list(rows)[-1][0] if rows else job.request["models"][0]
    left = (name for name in names(page) if (page.model, name) not in rows)
    return next(left, None) if model == page.model else None
