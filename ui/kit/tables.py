"""The numbers of a figure as a table."""

from collections.abc import Iterable, Sequence
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


def twin(columns: dict[str, list], name: str) -> None:
    """The table twin of a figure, folded, with all rows as CSV. `name` is the file's, without its ending."""
    words = language.words("ui")

    def draw() -> None:
        rows = list(zip(*columns.values(), strict=True))
        more = words("table-more", shown=ROWS, rows=len(rows)) if len(rows) > ROWS else ""
        st.html(table(columns, rows[:ROWS], words) + more)
        file: dict[str, Any] = {
            "file_name": f"{name}.csv",
            "mime": "text/csv",
            "key": f"csv-{name}",
            "on_click": "ignore",
        }
        st.download_button(words.text("csv"), lambda: csv.as_csv([columns, *rows], words.lang), **file)

    folded(words.text("table"), f"table-{name}", draw)


def table(heads: Iterable[str], rows: list[tuple], words: language.Words) -> Markup:
    """Rows under their heads as HTML, numbers as the language writes them."""
    cells = [[_cell(value, words) for value in row] for row in rows]
    return _TABLE(label=words.text("table"), heads=heads, rows=cells)


def grid(heads: Sequence[object], rows: Iterable[Sequence[object]], *, first_number: int = 1) -> Markup:
    """A small table of a page as HTML, cells as they are shown; the first cell of a row is its name. Columns from
    `first_number` on hold numbers."""
    number = Markup(' class="number"')
    return _GRID(heads=heads, rows=rows, number=lambda column: number if column >= first_number else "")


def _cell(value: object, words: language.Words) -> str:
    return words.number(cast("float", value)) if isinstance(value, Number) else str(value)
