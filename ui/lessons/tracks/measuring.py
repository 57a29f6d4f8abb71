"""Measurements of the lesson. One at a time on the whole server: two of them would time each other."""

import threading

import numpy as np

from model.generate import Decoder
from model.runtime import timing
from model.runtime.timing import DecodeStep
from ui.frame.page import Page

ALONE = threading.Lock()
RUNS_EACH = 3  # of one measurement


def decode(page: Page, tokens: int) -> list[DecodeStep]:
    """A run: so many tokens decoded with the cache and without."""
    with ALONE:
        return list(timing.decode_both_ways(page.bundle.model, page.ids, tokens))


def short_and_long(page: Page, lengths: tuple[int, int]) -> dict[str, tuple[float, float]]:
    """Seconds to the "first" and to a "later" token, after a short prompt and a long one: the fastest of several, for
    other work on the machine only ever adds to a time."""
    model, times = page.bundle.model, {"first": [], "later": []}
    for length in lengths:
        ids = np.resize(page.ids, length).tolist()
        decoder = Decoder(model)
        with ALONE:
            times["first"].append(
                timing.measure_times(lambda ids=ids: Decoder(model).logits(ids), model.device, RUNS_EACH)
            )
            decoder.logits(ids)
            again = timing.measure_times(lambda ids=ids, known=decoder: known.logits(ids), model.device, RUNS_EACH)
            times["later"].append(again)
    return {name: tuple(min(time.seconds) for time in pair) for name, pair in times.items()}
