"""The numbers of a figure as a table."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from numbers import Number
from pathlib import Path
from typing import Any, cast

import streamlit as st
from markupsafe import Markup

from ui.kit import csv, language, markup
from ui.kit.folded import folded

_TABLE = markup.template(Path(__file__).with_name("table.html"))
_GRID = markup.template(Path(__file__).with_name("grid_table.html"))
ROWS = 200  # of a table that are shown; its CSV has all

Columns = Mapping[str, Sequence]  # of a table, under their heads


def of_rows(heads: Iterable[str], rows: Iterable[tuple]) -> dict[str, list]:
    """Rows, of which there may be none, as columns under their heads."""
    heads, rows = list(heads), list(rows)
    cells = zip(*rows, strict=True) if rows else [()] * len(heads)
    return {head: list(column) for head, column in zip(heads, cells, strict=True)}


def twin(columns: Columns, key: str, name: str = "") -> None:
    """The table of the figure with this key, made and shown when the line at the figure asks for it
    (ui/server/browser/table.js); `name` is that of `file_name`."""
    folded(language.words("ui").text("table"), f"table-{key}", lambda: _show(columns, key, name or key))


def listed(columns: Columns, key: str, label: str) -> None:
    """A table that belongs to no figure, folded; the label says what is in it."""
    folded(label, f"listed-{key}", lambda: _show(columns, key, key))


def _show(columns: Columns, key: str, name: str) -> None:
    """The first rows, and all of them as CSV."""
    words, rows = language.words("ui"), list(zip(*columns.values(), strict=True))
    more = markup.note(words.inline("table-more", shown=ROWS, rows=len(rows))) if len(rows) > ROWS else ""
    st.html(table(columns, rows[:ROWS], words) + more)
    file: dict[str, Any] = {"mime": "text/csv", "key": f"csv-{key}", "on_click": "ignore"}
    made = partial(csv.as_csv, [columns, *rows], words.lang)
    st.download_button(words.text("csv"), made, f"{file_name(name)}.csv", **file)


def file_name(name: str) -> str:
    """What all files of a figure are called, without their endings: after its lesson and its own name."""
    lesson = st.session_state.get("lesson", "").replace("_", "-")
    return "-".join(filter(None, ("vetro", lesson, name.removeprefix(lesson).strip("-"))))


def table(heads: Iterable[str], rows: list[tuple], words: language.Words) -> Markup:
    """Rows under their heads as HTML, numbers as the language writes them."""
    cells = [[_cell(value, words) for value in row] for row in rows]
    return _TABLE(label=words.text("table"), heads=heads, rows=cells)


def grid(heads: Sequence[object], rows: Iterable[Sequence[object]], *, first_number: int = 1) -> Markup:
    """A small table of a page as HTML, cells as they are shown; the first cell of a row is its name. Columns from
    `first_number` on hold numbers."""
    number = Markup(' class="number"')
    return _GRID(heads=heads, rows=rows, number=lambda column: number if column >= first_number else "")


def sideways(label: str, table: Markup) -> Markup:
    """A table of a page that scrolls sideways where it is wider than the screen; `label` is its name."""
    region = Markup('<div class="sideways" tabindex="0" role="region" aria-label="{}">{}</div>')
    return region.format(label, table)


def _cell(value: object, words: language.Words) -> str:
    return words.number(cast("float", value)) if isinstance(value, Number) else str(value)
