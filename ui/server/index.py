"""The page that a browser loads first: Streamlit's, with a head of ours."""

import json
import re
from functools import cache
from pathlib import Path

import streamlit as st

import content
from ui.server import modules

HERE = Path(__file__).parent
STREAMLIT_PAGE = Path(st.__file__).parent / "static/index.html"


@cache
def html() -> str:
    """Streamlit's index.html with our title and icon, and head.html and browser/index.js before its own scripts.

    Raises LookupError where Streamlit's page is no longer written as this expects it.
    """
    page = STREAMLIT_PAGE.read_text(encoding="utf-8")
    page = re.sub(r'<link\s+rel="preload".*?/>', "", page, flags=re.DOTALL)  # its own font, which we do not use
    for theirs, ours in {
        "./favicon.png": "app/static/favicon.svg",
        "<title>Streamlit<": "<title>Vetro<",
        "<head>": f"<head>\n{_head()}",
    }.items():
        if theirs not in page:
            raise LookupError(f"{STREAMLIT_PAGE} has no {theirs}")
        page = page.replace(theirs, ours, 1)
    return page


def _head() -> str:
    shared = (path for path in modules.FILES if path.startswith("components/base/"))  # here before any component is
    links = "".join(f'<link rel="modulepreload" href="./{modules.address(path)}">\n' for path in shared)
    script = f'<script type="module" src="./{modules.address("server/browser/index.js")}"></script>\n'
    head = (HERE / "head.html").read_text(encoding="utf-8").replace("LANGUAGES", json.dumps(content.LANGUAGES))
    return head + links + script
