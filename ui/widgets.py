"""What lessons share besides the prompt: figures, their table twins, the lines of PyTorch behind them."""

import csv
import inspect
import io
import textwrap
from pathlib import Path

import plotly.graph_objects as go
import streamlit as st

from ui import html, session
from ui.numbers import number
from viz import theme

ROOT = Path(__file__).parents[1]
ROWS = 200  # shown; the CSV has all


def figure(chart: go.Figure, key: str, alt: str = "") -> None:
    """A chart in the look of the page. Charts carry no controls of their own: the table twin is the way to the numbers."""
    config = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "showAxisDragHandles": False}
    st.plotly_chart(theme.dress(chart, session.mode()), key=key, theme=None, config=config, alt=alt or None)


def table_twin(columns: dict[str, list], name: str) -> None:
    """The numbers of a figure as a table, folded, with all rows as CSV. `name` is the file's name without its ending."""
    words = session.words("ui")
    rows = list(zip(*columns.values(), strict=True))
    head = "".join(f'<th scope="col">{html.escapes(column)}</th>' for column in columns)
    body = "".join("<tr>" + "".join(f"<td>{html.escapes(_shown(cell))}</td>" for cell in row) + "</tr>" for row in rows[:ROWS])
    with st.expander(words.text("table")):
        more = words("table-more", shown=ROWS, rows=len(rows)) if len(rows) > ROWS else ""
        st.html(f'<div class="twin" tabindex="0" role="region" aria-label="{html.escape(words.text("table"))}"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{more}')
        st.download_button(words.text("csv"), lambda: _csv(columns, rows), f"{name}.csv", "text/csv", key=f"csv-{name}", on_click="ignore")


def source(*objects) -> None:
    """The lines of the model that compute what is shown, taken from its source."""
    with st.expander(session.words("ui").text("pytorch")):
        for thing in objects:
            lines, first = inspect.getsourcelines(thing)
            file = Path(inspect.getsourcefile(thing)).relative_to(ROOT)
            st.html(f'<p class="note mono">{html.escape(file.as_posix())}:{first}</p>')
            st.code(textwrap.dedent("".join(lines)).rstrip(), language="python")


def _shown(cell) -> str:
    return number(cell, session.language()) if isinstance(cell, int | float) or hasattr(cell, "dtype") else str(cell)


def _csv(columns: dict[str, list], rows: list[tuple]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")
