"""MiniLM, the encoder that lessons about decoders compare with."""

from typing import TYPE_CHECKING

import streamlit as st

from model.zoo import ModelUnavailable
from ui.kit import cache, markup
from ui.kit.language import Words

if TYPE_CHECKING:
    from model.zoo import Bundle


def load(words: Words) -> "Bundle | None":
    """MiniLM, or None and a notice (section `no-minilm`) where it cannot be read."""
    try:
        return cache.bundle("minilm")
    except ModelUnavailable as problem:
        st.html(markup.notice(words("no-minilm", file=problem.field), role="alert"))
        return None
