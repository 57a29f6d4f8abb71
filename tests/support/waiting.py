"""Waiting for what another thread or process does: tests look for what happened, not at a clock."""

import time
from collections.abc import Callable


def until(condition: Callable[[], object]) -> None:
    """Returns as soon as `condition()` holds. Raises TimeoutError after two minutes, when it never will."""
    for _ in range(6_000):
        if condition():
            return
        time.sleep(0.02)
    raise TimeoutError("what was waited for did not happen")
