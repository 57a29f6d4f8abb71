"""What a reader made here, as their browser keeps it for the tab: a page that is loaded anew, or that another server
goes on with, begins with it.

    tab.keep("score", value)      the browser keeps this JSON value, in the place of what it had under the name
    tab.restored("score")         what it had kept when this session began: once, and whoever asks checks it

The browser's part is ui/server/browser/tab.js, which writes, and the component `tab`, which says what is there.
"""

import json
import secrets
from pathlib import Path
from typing import Any

import streamlit as st

from ui import components
from ui.kit import language, markup

BYTES = {
    "score": 100_000,
    "own-text": 100_000,
    "search": 50_000,
    "runs": 400_000,
    "checks": 50_000,
}  # that each may take, as JSON
_KEPT = markup.template(Path(__file__).with_name("tab.html"))


def listen() -> None:
    """Asks the browser of a new session what it has kept. Part of every page."""
    session = st.session_state.setdefault("tab-session", secrets.token_hex(8))
    given = {"session": session, "names": list(BYTES), "most": sum(BYTES.values())}
    components.component("tab")(key="tab", data=given, on_kept_change=take)


def take() -> None:
    """What a browser says may be anything."""
    kept = st.session_state["tab"].kept
    if isinstance(kept, dict):
        fits = {name: kept[name] for name, most in BYTES.items() if name in kept and _bytes(kept[name]) <= most}
        st.session_state["tab-restored"] = fits


def restored(name: str) -> Any:
    """The JSON value that was kept under this name before this session, to whoever asks first; else None."""
    return st.session_state.get("tab-restored", {}).pop(name, None)


def keep(name: str, value: object) -> None:
    """Has the browser keep a JSON value, or forget it (None). Where it cannot, a note says so."""
    known = st.session_state.setdefault("tab-kept", set())
    if value is None and name not in known:
        return
    known.add(name)
    text = "" if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    fits = len(text.encode(errors="replace")) <= BYTES[name]
    note = language.words("ui").inline("not-kept")
    st.html(_KEPT(name=name, value=text if fits else "", fits=fits, note=note))


def _bytes(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace"))
