"""What was freed goes back to the system. Between the short-lived tensors of passes lie small results that are kept for
long: with a class at work the C library held half as much again as was in use."""

import asyncio
import ctypes
import sys

EVERY_S = 60


def trim() -> bool:
    """Whether the C library gave something back: glibc can; elsewhere (macOS, musl) there is nothing to do."""
    give_back = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform.startswith("linux") else None
    return bool(give_back and give_back(0))


async def trim_now_and_then() -> None:
    """Until it is cancelled."""
    while True:
        await asyncio.sleep(EVERY_S)
        await asyncio.to_thread(trim)
