"""What a reader takes home from a lesson: its foot line, and the words of the line at every figure."""

import streamlit as st

from ui import session


def foot() -> None:
    words = session.words("take")
    st.html(
        f'<p class="take eyebrow" data-as="{words.text("save-as")}" data-figure="{words.text("save-figure")}">'
        f"{words.inline('label')}</p>"
    )
