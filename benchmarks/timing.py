"""Two things timed in turns, so that a machine whose speed drifts slows both."""

import statistics
import time
from collections.abc import Callable


def in_turns(runs: int, **things: Callable[[], object]) -> dict[str, float]:
    """Median seconds of each thing, after one warm-up of each."""
    seconds = {name: [] for name in things}
    for turn in range(runs + 1):
        for name, thing in things.items():
            start = time.perf_counter()
            thing()
            if turn:
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}
