"""Lesson 8: what the ring draws of the model's own q, k and v, its proof, and the questions."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
import torch

import content
from model import ring
from model.ring import RingRun
from model.trace import Trace
from ui import components
from ui.frame import quiz
from ui.frame.page import Page
from ui.frame.question import Question
from ui.kit import language, tables, url_state
from ui.kit.mounting import mount
from ui.kit.numbers import number

KEEP = frozenset({"q_rot", "k_rot", "v", "z", "scores"})
SOURCE = (ring.Partial.absorb, ring.device_loop)
DEVICES = range(2, 9)
USUAL = 4  # devices, where the text is long enough
SHOWN = 16  # numbers of each vector that are drawn; differences are measured over all K
LINK = {
    "layer": url_state.LAYER,
    "head": url_state.HEAD,
    "token": url_state.TOKEN,
    "devices": url_state.one_of(*DEVICES),
    "step": url_state.integer_between(DEVICES[-1]),
}


@dataclass(frozen=True)
class Choice:
    """What is chosen in the figure and computed here. layer from 0."""

    layer: int
    devices: int


def usual(trace: Trace) -> int:
    return max(DEVICES[0], min(USUAL, len(trace.tokens)))


def shrinks(trace: Trace, devices: int) -> np.ndarray:
    """For the last query of every head, by how much each new block shrinks what was summed before: (N - 1, L, H)."""
    met = ring.spans(len(trace.tokens), min(devices, len(trace.tokens)))[::-1]  # its own, then one seat back a step
    scores = np.stack([layer.scores[:, -1] for layer in trace.layers])
    largest = np.maximum.accumulate([scores[..., list(block)].max(-1) for block in met])
    return np.exp(largest[:-1] - largest[1:])


def telling(trace: Trace, devices: int) -> np.ndarray:
    """(L, H): the smaller, the better to see the online softmax at work: no shrinking near 1 or near 0."""
    return np.abs(shrinks(trace, devices) - 0.5).sum(0)


def choice(trace: Trace) -> Choice:
    """What the reader chose, else what the link says, else a layer where one sees much. What is damaged is ignored."""
    asked = st.session_state.get("ring", {}).get("run") or {
        "layer": url_state.count("layer"),
        "devices": url_state.count("devices", 0),
    }
    devices = asked.get("devices") if asked.get("devices") in DEVICES else usual(trace)
    best = int(telling(trace, devices).min(1).argmin())
    return Choice(asked.get("layer") if asked.get("layer") in range(len(trace.layers)) else best, devices)


def tensors(trace: Trace, layer: int) -> tuple[torch.Tensor, ...]:
    """q (H, T, K), k and v (G, T, K) as the layer multiplies them, after the rotation."""
    found = trace.layers[layer]
    return tuple(torch.tensor(x) for x in (found.q_rot, found.k_rot, found.v))


def run(trace: Trace, chosen: Choice) -> RingRun:
    return ring.ring_attention(*tensors(trace, chosen.layer), devices=chosen.devices)


def packed(trace: Trace, chosen: Choice, found: RingRun) -> dict:
    """All that the component draws but the words.

    Arrays, after each of N steps: maximum, total (N, H, T), weighted (N, H, T, S); counts (N, N) scores in each head,
    by step and device. Of the layer itself: scores (H, T, T), v (G, T, S), z (H, T, S). difference (H, T): the largest
    over all K between the ring's output and the model's z.
    """
    layer = trace.layers[chosen.layer]
    partials = [[step.partial for step in devices] for devices in found.steps]

    def together(name: str) -> np.ndarray:
        return np.stack([torch.cat([getattr(p, name) for p in step], dim=1).numpy() for step in partials])

    return {
        **components.pack(
            maximum=together("maximum"),
            total=together("total"),
            weighted=together("weighted")[..., :SHOWN],
            counts=np.array([[step.scores for step in devices] for devices in found.steps], dtype=np.int32),
            scores=layer.scores,
            v=layer.v[..., :SHOWN],
            z=layer.z[..., :SHOWN],
            difference=np.abs(found.output.numpy() - layer.z).max(-1),
        ),
        "spans": [[span.start, span.stop] for span in ring.spans(len(trace.tokens), chosen.devices)],
        "head": int(telling(trace, chosen.devices)[chosen.layer].argmin()),
        "width": layer.v.shape[-1],
    }


@st.fragment
def figure(page: Page, trace: Trace) -> None:
    """The ring, what it proves, and its steps as a table. Without a ring, one sentence, and the way to another."""
    words, chosen = page.words, choice(trace)
    data = {
        "tokens": list(trace.tokens),
        "layer": chosen.layer,
        "layers": len(trace.layers),
        "devices": chosen.devices,
        "choices": list(DEVICES),
        "lang": page.lang,
        "words": content.load(page.lang, "ring"),
    }
    if chosen.devices > len(trace.tokens):
        section = "too-many" if len(trace.tokens) > 1 else "too-many-one"
        data["problem"] = words.text(section, tokens=len(trace.tokens), devices=chosen.devices)
        found = None
    else:
        found = run(trace, chosen)
        data |= packed(trace, chosen, found)
    mount(page, "ring", "ring", data, reports=("run",))
    if found:
        st.html(f"<h2>{words.inline('equal-title')}</h2>{proof(trace, chosen, found, words)}")
        st.html(f"<h2>{words.inline('uneven-title')}</h2>{uneven(trace, found, words)}")
        tables.twin(table(found, words), "ring")


def proof(trace: Trace, chosen: Choice, found: RingRun, words: language.Words) -> str:
    """Ring against the model's own answer, over all heads, tokens and numbers of the layer."""
    z, lang = trace.layers[chosen.layer].z, words.lang
    difference, largest = float(np.abs(found.output.numpy() - z).max()), float(np.abs(z).max())
    heads, length, width = z.shape
    values = {
        "layer": chosen.layer + 1,
        "heads": heads,
        "tokens": length,
        "width": width,
        "count": number(z.size, lang),
        "difference": number(difference, lang),
        "largest": number(largest, lang),
        "relative": number(difference / largest, lang),
    }
    aloud = f'<div class="read">{words.inline("equal-reading", **values)}</div>'
    return aloud + words("equal-text", **values)


def counts(found: RingRun) -> np.ndarray:
    """Scores in each head, (steps, devices)."""
    return np.array([[step.scores for step in devices] for devices in found.steps])


def uneven(trace: Trace, found: RingRun, words: language.Words) -> str:
    """Which share of the squares is never computed, and what it costs that the devices are unevenly busy."""
    scores, length, lang = counts(found), len(trace.tokens), words.lang
    devices = len(scores)
    fair, rest = divmod(int(scores.sum()), devices)
    return words(
        "uneven-text",
        squares=devices**2,
        skipped=int((scores == 0).sum()),
        devices=devices,
        scores=number(int(scores.sum()), lang),
        all=number(length**2, lang),
        least=number(int(scores.sum(0).min()), lang),
        most=number(int(scores.sum(0).max()), lang),
        waited=number(int(scores.max(1).sum()), lang),
        fair=number(fair + rest / devices if rest else fair, lang),
    )


def table(found: RingRun, words: language.Words) -> dict[str, list]:
    rows = [(s + 1, d + 1, x.block.owner + 1, x.scores) for s, row in enumerate(found.steps) for d, x in enumerate(row)]
    names = ("col-step", "col-device", "col-block", "col-scores")
    return dict(zip(map(words.text, names), map(list, zip(*rows, strict=True)), strict=True))


# ---- the questions


def ask_busiest(page: Page, trace: Trace) -> None:
    """Which device computes the most scores? With uneven spans it need not be the last."""
    words, devices = page.words, usual(trace)
    options = [words.text("device", n=n) for n in range(1, devices + 1)] + [words.text("several")]

    def sums() -> list[int]:
        return counts(run(trace, Choice(0, devices))).sum(0).tolist()

    def answer() -> int:
        found = sums()
        return found.index(max(found)) if found.count(max(found)) == 1 else devices

    def explain(chosen: int, right: int) -> str:
        section = {devices: "explain-several", devices - 1: "explain-last"}.get(right, "explain-busiest")
        listed = ", ".join(f"{words.text('device', n=n)}: {number(x, page.lang)}" for n, x in enumerate(sums(), 1))
        return words(section, device=right + 1, last=devices, listed=listed)

    question = words.inline("question-busiest", tokens=len(trace.tokens), devices=devices)
    quiz.predict(f"busiest-{page.model}-{page.text}", Question(question, options, answer, explain))


def ask_first(page: Page, trace: Trace) -> None:
    """In how many steps has device 1 anything to compute? Under a causal mask, in one."""
    words, devices = page.words, usual(trace)

    def busy() -> np.ndarray:
        return (counts(run(trace, Choice(0, devices))) > 0).sum(0)

    def explain(chosen: int, right: int) -> str:
        return words("explain-first", busy=right + 1, devices=devices, last=int(busy()[-1]))

    question = words.inline("question-first", devices=devices)
    options = [str(n) for n in range(1, devices + 1)]
    quiz.predict(f"first-{page.model}-{page.text}", Question(question, options, lambda: int(busy()[0]) - 1, explain))
