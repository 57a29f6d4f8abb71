"""Parts of a page that are made when they are opened."""

from collections.abc import Callable

import streamlit as st


@st.fragment
def folded(label: str, key: str, draw: Callable[[], None]) -> None:
    """A part of the page that is made and sent when it is opened: tables and code are half of a page's weight, and most
    readers leave them shut. `key` also opens it from a test."""
    with st.expander(label, key=key, on_change="rerun") as part:
        if part.open:
            draw()
