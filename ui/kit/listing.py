"""The lines of PyTorch behind a figure."""

import inspect
import textwrap
import threading
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from markupsafe import Markup

from ui.kit import language
from ui.kit.folded import folded

ROOT = Path(__file__).parents[2]

# Python 3.11 now and then fails where two threads parse at once (its issue 106905), and to find a class is to parse.
_PARSER = threading.Lock()


def lines_of(thing: Any) -> tuple[str, str]:
    """The code of a function or class, and where it stands."""
    with _PARSER:
        return read_lines(thing)


@cache
def read_lines(thing: Any) -> tuple[str, str]:
    lines, first = inspect.getsourcelines(thing)
    file = Path(inspect.getfile(thing)).relative_to(ROOT)
    return textwrap.dedent("".join(lines)).rstrip(), f"{file.as_posix()}:{first}"


def show(*objects: Any) -> None:
    """The lines of the model that compute what is shown, taken from its source, folded."""

    def draw() -> None:
        for thing in map(inspect.unwrap, objects):  # torch.no_grad() wraps functions in one of its own
            code, place = lines_of(thing)
            st.html(Markup('<p class="note mono">{}</p>').format(place))
            st.code(code, language="python")

    key = "-".join(["source", *(thing.__qualname__ for thing in objects)])
    folded(language.words("ui").text("pytorch"), key, draw)
