"""Components of our own: a folder each with index.js and style.css.

No build step, no framework, no iframe. index.js is an ES module (served by ui/server/modules.py) and exports
`export default function name(given) { … }`; `given` is { data, parentElement, setStateValue, setTriggerValue }. It runs
again whenever data or theme change, and `mountView` of base/view.js keeps in `.root` what the first run made. Modules
import what they share from base/, choices/, head_map/ and layers/. Style sheets are sent as text, so that nothing is
seen without its style; a component's shadow root keeps them to itself.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import streamlit as st

from ui.server import modules

FOLDER = Path(__file__).parent
NO_FIGURES = {"is_it_true", "recipe", "tab"}  # a button, a form, nothing at all: nothing to save as a picture
NO_SHADOW_ROOT = {"chart", "tab"}  # without a style sheet of its own: Plotly puts its rules into the page
SHARED_STYLES = {
    "attention": ("head_map", "layers"),
    "blocks": ("choices",),
    "heads": ("layers",),
    "projections": ("layers",),
    "switchboard": ("choices",),
    "what_if": ("head_map", "layers"),
}


def pack(**arrays: np.ndarray) -> dict:
    """Arrays for a component: {"arrays": header, "bytes": blob}, merged into `data`; base/numbers.js unpacks them.

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
    return FOLDER / name if (FOLDER / name).is_dir() else FOLDER.parent / "lessons" / name / "component"


@cache
def component(name: str) -> Callable:
    """The component of ui/components/<name> or ui/lessons/<name>/component, as Streamlit mounts it."""
    files = sorted(_folder(name).glob("*.js"), key=lambda file: file.name != "index.js")  # all at once, index.js first
    paths = [modules.address(file.relative_to(modules.UI).as_posix()) for file in files]
    # of two lines: Streamlit takes one for the name of a file
    js = f"""const [module] = await Promise.all({paths}.map((path) => import(new URL(path, document.baseURI))));
        export default (given) => {{
            const end = module.default({{ ...given, data: given.data[0] }});
            const box = given.parentElement.host ?? given.parentElement;
            box.closest(".stBidiComponent").toggleAttribute("data-drawn", true); // style.css shows what follows
            return end;
        }};"""
    html = f"<div class='root' {'' if name in NO_FIGURES else 'data-figure'}></div>"
    if name in NO_SHADOW_ROOT:
        style = {"isolate_styles": False}
    else:
        sheets = (_folder(part) / "style.css" for part in ("base", *SHARED_STYLES.get(name, ()), name))
        style = {"css": "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)}
    declared = st.components.v2.component(f"vetro_{name}", html=html, js=js, **style)
    # in a list: of every value of a dict Streamlit asks whether it is a data frame, and loads pandas for that
    return lambda *, data, **options: declared(data=[data], **options)
