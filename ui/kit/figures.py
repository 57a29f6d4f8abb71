"""What lessons share besides the prompt: figures, their table twins, the lines of PyTorch behind them."""

import inspect
import textwrap
import threading
from collections.abc import Callable
from functools import cache
from numbers import Number
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from ui import components
from ui.kit import cache as session
from ui.kit import csv, markup
from ui.kit.numbers import number

if TYPE_CHECKING:
    import plotly.graph_objects as go

ROOT = Path(__file__).parents[2]
ROWS = 200  # of a table that are shown; its CSV has all


def figure(chart: "go.Figure", key: str, alt: str) -> None:
    """A chart in the look of the page, without controls of its own: the table twin is the way to the numbers. `alt` is
    what a screen reader says of it."""
    from viz import label_space, theme  # and Plotly and pandas: the front door has no chart, and need not wait for them

    chart = label_space.given(theme.dress(chart, session.mode()))
    chart.layout.separators = ",." if session.language() == "it" else ".,"
    data = {"figure": chart.to_json(validate=False), "height": chart.layout.height, "alt": alt}
    components.mount("chart", key=key, data=data)


@st.fragment
def folded(label: str, key: str, draw: Callable[[], None]) -> None:
    """A part of the page that is made and sent when it is opened: tables and code are half of a page's weight, and most
    readers leave them shut. `key` also opens it from a test."""
    with st.expander(label, key=key, on_change="rerun") as part:
        if part.open:
            draw()


def table_twin(columns: dict[str, list], name: str) -> None:
    """The numbers of a figure as a table, folded, with all rows as CSV. `name` is the file's, without its ending."""
    words = session.words("ui")

    def draw() -> None:
        rows = list(zip(*columns.values(), strict=True))
        head = "".join(f'<th scope="col">{markup.escapes(column)}</th>' for column in columns)
        body = "".join(f"<tr>{''.join(_cell(value, words.lang) for value in row)}</tr>" for row in rows[:ROWS])
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        more = words("table-more", shown=ROWS, rows=len(rows)) if len(rows) > ROWS else ""
        st.html(f'<div class="twin" tabindex="0" role="region" aria-label="{words.text("table")}">{table}</div>{more}')
        file = {"file_name": f"{name}.csv", "mime": "text/csv", "key": f"csv-{name}", "on_click": "ignore"}
        st.download_button(words.text("csv"), lambda: csv.as_csv([columns, *rows]), **file)

    folded(words.text("table"), f"table-{name}", draw)


# Python 3.11 now and then fails where two threads parse at once (its issue 106905), and to find a class is to parse.
_PARSER = threading.Lock()


def listing(thing) -> tuple[str, str]:
    """The code of a function or class, and where it stands."""
    with _PARSER:
        return _listing(thing)


@cache
def _listing(thing) -> tuple[str, str]:
    lines, first = inspect.getsourcelines(thing)
    file = Path(inspect.getsourcefile(thing)).relative_to(ROOT)
    return textwrap.dedent("".join(lines)).rstrip(), f"{file.as_posix()}:{first}"


def source(*objects) -> None:
    """The lines of the model that compute what is shown, taken from its source, folded."""

    def draw() -> None:
        for thing in map(inspect.unwrap, objects):  # torch.no_grad() wraps functions in one of its own
            code, place = listing(thing)
            st.html(f'<p class="note mono">{markup.escapes(place)}</p>')
            st.code(code, language="python")

    key = "-".join(["source", *(thing.__qualname__ for thing in objects)])
    folded(session.words("ui").text("pytorch"), key, draw)


def _cell(value, lang: str) -> str:
    return f"<td>{markup.escapes(number(value, lang) if isinstance(value, Number) else value)}</td>"
