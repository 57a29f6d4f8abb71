"""The attention after the changes, as a map on which edges are cut."""

import numpy as np
import streamlit as st

from model.what_if.changes import Change, Cut, Head, Mean, Scale, Silence
from ui import components
from ui.kit import token_names
from ui.kit.mounting import mount
from ui.lessons.what_if import lab as what_if
from ui.lessons.what_if.lab import Lab, Run

KEY = "what-if-map"
SCOPES = ("head", "layer", "all")
DEEDS = {"silence": Silence, "mean": Mean}
FACTORS = (50, 200)  # percent


def board(lab: Lab, after: Run) -> None:
    """The component keeps the head that is shown to itself; it reports what is to be changed.

    data: pattern (L, H, T, T), mask (L, T, T) and tokens (T,) of the changed pass; cuts: layer, head, query and key,
    None for all; heads: the changed ones, and what was done; touched: for each change and layer, the heads and tokens
    that it changes there, with no layer what changes before the first; start: layer and head to begin with; prompt:
    model and text; factors: in percent, and in words. Layers, heads and tokens count from 0.
    """
    first = next((c for c in lab.experiment.changes if isinstance(c, Head)), None)
    begin = first or what_if.strongest(lab.page, lab.page.trace(what_if.KEEP))[0]
    data = {
        **components.pack(pattern=after.pattern, mask=after.mask.astype(np.uint8)),
        "tokens": token_names.distinct(lab.setting.tokenizer.strings(after.ids)),
        "cuts": [
            [place and place - 1 for place in (c.layer, c.head, c.query, c.key)]
            for c in lab.experiment.changes
            if isinstance(c, Cut)
        ],
        "heads": [
            {"layer": c.layer - 1, "head": c.head - 1, "told": what_if.as_label(c, lab)}
            for c in lab.experiment.changes
            if isinstance(c, Head)
        ],
        "touched": [touch for change in lab.experiment.changes for touch in _touched(change, lab)],
        "start": [begin.layer - 1, begin.head - 1],
        "prompt": [lab.page.model, lab.page.text],
        "factors": [[percent, what_if.times(percent, lab.words)] for percent in FACTORS],
    }
    mount(lab.page, "what_if", KEY, data, on_deed_change=lambda: obey(lab, st.session_state[KEY].deed))


def _touched(change: Change, lab: Lab) -> list[dict[str, object]]:
    where = {"heads": list(change.heads(lab.setting)), "tokens": list(change.tokens(lab.setting))}
    layers = [layer for layer in change.layers(lab.setting) if layer >= 0]
    return [where | {"layer": layer} for layer in layers or [None]]


def obey(lab: Lab, deed: object) -> None:
    """What was done on the map, counted from 0."""
    experiment = lab.experiment
    match deed:
        case {"do": "cut", "scope": str(scope), "layer": int(layer), "head": int(head), "query": int(q), "key": int(k)}:
            if cuts := [c for c in experiment.changes if _covers(c, layer + 1, head + 1, q + 1, k + 1)]:
                what_if.save(experiment.without(*cuts))
            elif scope in SCOPES:
                place = {"head": (layer + 1, head + 1), "layer": (layer + 1, None), "all": (None, None)}[scope]
                what_if.add(lab, Cut(*place, q + 1, k + 1))
        case {"do": "undo", "layer": int(layer), "head": int(head)}:
            changes = [c for c in experiment.changes if isinstance(c, Head)]
            what_if.save(experiment.without(*(c for c in changes if (c.layer, c.head) == (layer + 1, head + 1))))
        case {"do": "scale", "layer": int(layer), "head": int(head), "percent": int(percent)}:
            what_if.add(lab, Scale(layer + 1, head + 1, percent))
        case {"do": str(name), "layer": int(layer), "head": int(head)} if name in DEEDS:
            what_if.add(lab, DEEDS[name](layer + 1, head + 1))


def _covers(change: Change, layer: int, head: int, query: int, key: int) -> bool:
    if not isinstance(change, Cut) or (change.query, change.key) != (query, key):
        return False
    return change.layer in (None, layer) and change.head in (None, head)
