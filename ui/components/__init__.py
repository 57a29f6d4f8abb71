"""Components of our own: a folder each with index.js and style.css, given to Streamlit as text.

No build step, no framework, no iframe. `base.js` and `base.css` are put in front of every component, and PARTS, a
folder each as well, in front of those that share them. One file exports `export default function name(given) { … }`;
`given` is { data, parentElement, setStateValue, setTriggerValue }. It runs again whenever data or theme change, and
`reside` of base.js keeps in `.root` what the first run made.
"""

import re
from base64 import b64encode
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import numpy as np
import streamlit as st

from ui.kit import url_state

FOLDER = Path(__file__).parent
LESSONS = FOLDER.parent / "lessons"
NO_FIGURES = {"is_it_true", "recipe"}  # a button, a form: nothing to save as a picture
OPEN = {"chart"}  # without a style sheet of its own: Plotly puts its rules into the page
EXPORT = re.compile(r"^export default function (\w+)", re.MULTILINE)
PARTS = {"attention": ("head_map", "layers"), "heads": ("layers",), "what_if": ("head_map", "layers")}
# The data stays where the page's own script finds it, for its CSV file and its table (ui/server/browser/numbers.js).
KEEP = r"""export default (given) => {
  const { data, parentElement } = given;
  parentElement.querySelector(".root").given = () => ({ ...data, arrays: data.bytes ? unpack(data) : {} });
  parentElement.dispatchEvent(new Event("given", { bubbles: true, composed: true }));
  return \1(given);
};
function \1"""


def mount(name: str, *, key: str, data: dict, **options):
    """Show the component of ui/components/<name>; returns its state and triggers.

    `data` holds small JSON values and, at its top level, raw bytes (see `pack`). `options` go to Streamlit:
    `on_<name>_change` callbacks, `default`, `width`, `height`.
    """
    # Streamlit sends bytes where they are all of the data; beside other values it sends the repr of everything
    sent = {name: b64encode(value).decode() if isinstance(value, bytes) else value for name, value in data.items()}
    reports = {name: partial(_reported, value) for name, value in options.items() if name.startswith("on_")}
    return _component(name)(key=key, data=sent, **options | reports)


def _reported(callback: Callable[[], None]) -> None:
    url_state.moved()
    callback()


def pack(**arrays: np.ndarray) -> dict:
    """Arrays for a component: {"arrays": header, "bytes": blob}, merged into `data`; base.js has `unpack(data)`.

    uint8 and int32 travel as they are, everything else as float32.
    """
    header, blob = [], bytearray()
    for name, array in arrays.items():
        kind = {"u1": "uint8", "i4": "int32"}.get(array.dtype.str[1:], "float32")
        blob.extend(b"\0" * (-len(blob) % 4))  # typed arrays in the browser must start at a multiple of their size
        header.append({"name": name, "kind": kind, "shape": list(array.shape), "start": len(blob)})
        blob.extend(np.ascontiguousarray(array, dtype=kind).tobytes())
    return {"arrays": header, "bytes": bytes(blob)}


def _folder(name: str) -> Path:
    return FOLDER / name if (FOLDER / name).is_dir() else LESSONS / name / "component"


@cache
def _component(name: str):
    def text(kind: str) -> str:
        folders = map(_folder, (*PARTS.get(name, ()), name))
        files = [FOLDER / f"base.{kind}", *(file for folder in folders for file in sorted(folder.glob(f"*.{kind}")))]
        return "\n".join(file.read_text(encoding="utf-8") for file in files)

    figure = name not in NO_FIGURES
    js = EXPORT.sub(KEEP, text("js")) if figure else text("js")
    html = f"<div class='root' {'data-figure' if figure else ''}></div>"
    style = {"isolate_styles": False} if name in OPEN else {"css": text("css")}
    return st.components.v2.component(f"vetro_{name}", html=html, js=js, **style)
