"""Waiting for what another thread or process does: tests look for what happened, not at a clock."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def until(condition: Callable[[], object]) -> None:
    """Returns as soon as `condition()` holds. Raises TimeoutError after two minutes, when it never will."""
    for _ in range(6_000):
        if condition():
            return
        time.sleep(0.02)
    raise TimeoutError("what was waited for did not happen")


def awaited(coroutine: Coroutine[Any, Any, T]) -> T:
    """What it gives. It runs in a thread of its own: in this one a loop of Playwright's may run, beside which asyncio
    starts no other."""
    return apart(asyncio.run, coroutine)


def apart(function: Callable[..., T], *arguments: object) -> T:
    """What the function gives, called in a thread of its own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function, *arguments).result()
