"""Components on a page: what they are given, and what they report."""

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from ui import components
from ui.kit import tables, url_state

if TYPE_CHECKING:
    from streamlit.components.v2.bidi_component import BidiComponentResult  # its attributes are the reported values

    from ui.frame.page import Page


def mount(
    page: "Page",
    name: str,
    key: str,
    data: Mapping[str, object],
    *,
    columns: tables.Columns | None = None,
    file: str = "",
    reports: Iterable[str] = (),
    **callbacks: Callable[[], None],
) -> "BidiComponentResult":
    """Shows a component (ui.components.component) and returns what it has reported.

    data: small JSON values and, at its top level, raw bytes (`components.pack`); the language and the words of the page
    are added. columns: its numbers as a table; none where only the component knows what is chosen, and its view has
    `asTable()`. file: the name of its files, where the key would be none. reports: names of values that are only read
    from what is returned. callbacks: `on_<value>_change`.
    """
    sent = {"lang": page.lang, "words": page.words.all(), "file": tables.file_name(file or key), **data}
    # Streamlit sends bytes where they are all of the data; beside other values it sends the repr of everything
    sent = {name: b64encode(value).decode() if isinstance(value, bytes) else value for name, value in sent.items()}
    called = {f"on_{value}_change": lambda: None for value in reports} | callbacks
    called = {name: partial(_reported, callback) for name, callback in called.items()}
    reported = components.component(name)(key=key, data=sent, **called)
    if columns is not None:
        tables.twin(columns, key, file)
    return reported


def _reported(callback: Callable[[], None]) -> None:
    url_state.mark_client_side_change()
    callback()
