"""What the browser keeps of the checks for its tab: the rows of the last run, for when the page is loaded anew."""

import math
from dataclasses import fields
from typing import Any

import streamlit as st

from model import checks
from model.checks import CHECKS, Row
from ui.frame.page import Page
from ui.kit import tab
from ui.lessons.is_it_true import runs
from ui.server import jobs

Rows = dict[tuple[str, str], Row]
KINDS = {"layer": int, "difference": float, "largest": float, "missing": str, "remedy": str, "error": str}
MOST_CHARACTERS = 500


def rows(page: Page, job: jobs.Job | None) -> Rows:
    """What the run of this text with this sabotage has given, by model and check: the session's run, else one that the
    browser had kept."""
    if (said := tab.restored("checks")) is not None:
        st.session_state["checks-kept"] = said
    if job is None:
        return _read(st.session_state.get("checks-kept"), page)
    found = runs.rows_of(job)
    if not job.alive:
        tab.keep("checks", _as_json(page, found) if found else None)
    return found


def _as_json(page: Page, found: Rows) -> dict[str, Any]:
    said = [{name: value for name, value in vars(row).items() if value is not None} for row in found.values()]
    return {"text": runs.text(page), "break": runs.sabotage(), "rows": list(filter(_is_row, said))}


def _read(kept: Any, page: Page) -> Rows:
    """The rows that were kept for this text and sabotage, as far as they are rows of checks that there are."""
    if not isinstance(kept, dict) or (kept.get("text"), kept.get("break")) != (runs.text(page), runs.sabotage()):
        return {}
    said = kept.get("rows")
    found = [Row(**row) for row in (said if isinstance(said, list) else ()) if _is_row(row)]
    return {(row.model, row.check): row for row in found}


def _is_row(row: Any) -> bool:
    if not isinstance(row, dict) or not {"model", "check", "tolerance", "seconds"} <= set(row):
        return False
    check = CHECKS.get(row["check"]) if isinstance(row["check"], str) else None
    if check is None or row["tolerance"] != check.tolerance or row["model"] not in checks.MODELS:
        return False
    if not set(row) <= {field.name for field in fields(Row)} or not _is_finite(row["seconds"]):
        return False
    return all(_is(value, KINDS[name]) for name, value in row.items() if name in KINDS)


def _is(value: Any, kind: type) -> bool:
    if kind is float:
        return _is_finite(value)
    return type(value) is kind and (kind is not str or len(value) <= MOST_CHARACTERS)


def _is_finite(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)
