"""What the lesson shows of the model's own q, k and v: the steps of the ring, and how unevenly they are spread."""

from dataclasses import dataclass

import numpy as np
import torch

from model import ring
from model.ring import RingRun
from model.trace import Trace
from ui import components
from ui.kit import tables, url_state
from ui.kit.language import Words

KEEP = frozenset({"q_rot", "k_rot", "v", "z", "scores"})
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


def usual_devices(tokens: int) -> int:
    return max(DEVICES[0], min(USUAL, tokens))


def fitting_choice(asked: dict[str, int | None], trace: Trace) -> Choice:
    """What is asked for as far as there is such a layer and number of devices; else a layer where one sees much."""
    layer, devices = asked.get("layer"), asked.get("devices")
    devices = devices if devices in DEVICES else usual_devices(len(trace.tokens))
    best = int(extremeness(trace, devices).min(1).argmin())
    return Choice(layer if layer in range(len(trace.layers)) else best, devices)


def shrink_factors(trace: Trace, devices: int) -> np.ndarray:
    """For the last query of every head, by how much each new block shrinks what was summed before: (N - 1, L, H)."""
    met = ring.spans(len(trace.tokens), min(devices, len(trace.tokens)))[::-1]  # its own, then one rank back a step
    scores = trace.stack("scores")[:, :, -1]
    largest = np.maximum.accumulate([scores[..., list(block)].max(-1) for block in met])
    return np.exp(largest[:-1] - largest[1:])


def extremeness(trace: Trace, devices: int) -> np.ndarray:
    """(L, H): the smaller, the better to see the online softmax at work: no shrinking near 1 or near 0."""
    return np.abs(shrink_factors(trace, devices) - 0.5).sum(0)


def tensors(trace: Trace, layer: int) -> tuple[torch.Tensor, ...]:
    """q (H, T, K), k and v (G, T, K) as the layer multiplies them, after the rotation."""
    shown = trace.layers[layer]
    return tuple(torch.tensor(x) for x in (shown.q_rot, shown.k_rot, shown.v))


def run(trace: Trace, choice: Choice) -> RingRun:
    return ring.ring_attention(*tensors(trace, choice.layer), devices=choice.devices)


def score_counts(ring_run: RingRun) -> np.ndarray:
    """Scores computed in each head, (steps, devices)."""
    return np.array([[step.scores for step in devices] for devices in ring_run.steps], dtype=np.int32)


def packed(trace: Trace, choice: Choice, ring_run: RingRun) -> dict:
    """The data of the component that are of a run.

    spans: first token and end of each device; head: to begin with; width: K.
    Arrays, after each of N steps: maximum, total (N, H, T), weighted (N, H, T, S); counts (N, N) scores in each head,
    by step and device. Of the layer itself: scores (H, T, T), v (G, T, S), z (H, T, S). difference (H, T): the largest
    over all K between the ring's output and the model's z.
    """
    layer = trace.layers[choice.layer]

    def together(name: str) -> np.ndarray:
        steps = ([getattr(step.partial, name) for step in devices] for devices in ring_run.steps)
        return np.stack([torch.cat(parts, dim=1).numpy() for parts in steps])

    return {
        **components.pack(
            maximum=together("maximum"),
            total=together("total"),
            weighted=together("weighted")[..., :SHOWN],
            counts=score_counts(ring_run),
            scores=layer.scores,
            v=layer.v[..., :SHOWN],
            z=layer.z[..., :SHOWN],
            difference=np.abs(ring_run.output.numpy() - layer.z).max(-1),
        ),
        "spans": [[span.start, span.stop] for span in ring.spans(len(trace.tokens), choice.devices)],
        "head": int(extremeness(trace, choice.devices)[choice.layer].argmin()),
        "width": layer.v.shape[-1],
    }


def table(ring_run: RingRun, words: Words) -> dict[str, list]:
    """A row for each step of each device."""
    rows = [
        (step + 1, device + 1, done.block.owner + 1, done.scores)
        for step, devices in enumerate(ring_run.steps)
        for device, done in enumerate(devices)
    ]
    names = ("col-step", "col-device", "col-block", "col-scores")
    return tables.of_rows(map(words.text, names), rows)
