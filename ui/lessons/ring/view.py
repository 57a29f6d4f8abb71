"""The lesson on the page: the ring, its proof, and how busy its devices are."""

import numpy as np
import streamlit as st
from markupsafe import Markup

from model import ring
from model.ring import RingRun
from model.trace import Trace
from ui.frame.page import Page
from ui.kit import listing, markup, url_state
from ui.kit.language import Words
from ui.kit.mounting import mount
from ui.lessons.ring import readings
from ui.lessons.ring.readings import Choice


def current_choice(trace: Trace) -> Choice:
    """What the reader chose, else what the link says. What is damaged is ignored."""
    linked = {"layer": url_state.count("layer"), "devices": url_state.count("devices", 0)}
    return readings.fitting_choice(st.session_state.get("ring", {}).get("run") or linked, trace)


def show_ring(page: Page, trace: Trace) -> None:
    """The ring, and the code of it."""
    _ring(page, trace)
    listing.show(ring.Partial.absorb, ring.device_loop)


@st.fragment
def _ring(page: Page, trace: Trace) -> None:
    """The ring, what it proves, and its steps as a table. Without a ring, one sentence, and the way to another.

    Keys: tokens (T strings), layer (from 0), layers, devices, choices (numbers of devices); problem, where there is no
    ring, or those of readings.packed.
    """
    words, choice, count = page.words, current_choice(trace), len(trace.tokens)
    data = {
        "tokens": page.names,
        "layer": choice.layer,
        "layers": len(trace.layers),
        "devices": choice.devices,
        "choices": list(readings.DEVICES),
    }
    ring_run = readings.run(trace, choice) if choice.devices <= count else None
    if ring_run:
        data |= readings.packed(trace, choice, ring_run)
    else:
        section = "too-many" if count > 1 else "too-many-one"
        data["problem"] = words.text(section, tokens=count, devices=choice.devices)
    columns = readings.table(ring_run, words) if ring_run else None
    mount(page, "ring", "ring", data, columns=columns, reports=("run",))
    if ring_run:
        page.heading("equal-title", _proof(trace, choice, ring_run, words))
        page.said("said-ring", **_wiring(trace, ring_run))
        page.heading("uneven-title", _uneven(trace, ring_run, words))


def _proof(trace: Trace, choice: Choice, ring_run: RingRun, words: Words) -> Markup:
    """Ring against the model's own answer, over all heads, tokens and numbers of the layer."""
    z = trace.layers[choice.layer].z
    difference, largest = float(np.abs(ring_run.output.numpy() - z).max()), float(np.abs(z).max())
    heads, length, width = z.shape
    values = {
        "layer": choice.layer + 1,
        "heads": heads,
        "tokens": length,
        "width": width,
        "count": words.number(z.size),
        "difference": words.number(difference),
        "largest": words.number(largest),
        "relative": words.number(difference / largest),
    }
    return markup.read(words.inline("equal-reading", **values)) + words("equal-text", **values)


def _wiring(trace: Trace, ring_run: RingRun) -> dict[str, int]:
    """What the ring connects, and how many of its squares lie wholly in the future."""
    scores = readings.score_counts(ring_run)
    return {
        "devices": len(scores),
        "tokens": len(trace.tokens),
        "skipped": int((scores == 0).sum()),
        "squares": scores.size,
    }


def _uneven(trace: Trace, ring_run: RingRun, words: Words) -> Markup:
    """Which fraction of the squares is never computed, and what it costs that the devices are unevenly busy."""
    scores = readings.score_counts(ring_run)
    devices = len(scores)
    fair, rest = divmod(int(scores.sum()), devices)
    values = {
        "scores": int(scores.sum()),
        "all": len(trace.tokens) ** 2,
        "least": int(scores.sum(0).min()),
        "most": int(scores.sum(0).max()),
        "waited": int(scores.max(1).sum()),
        "fair": fair + rest / devices if rest else fair,
    }
    shown = {name: words.number(x) for name, x in values.items()}
    return words("uneven-text", **shown | _wiring(trace, ring_run))
