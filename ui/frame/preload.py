"""The first model is read while the port opens, freed memory is given back while the server runs, and what it started
and wrote goes when it ends."""

import asyncio
import gc
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import streamlit as st

from ui.server import jobs, memory, scratch


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Of the app: begins to read the model, and does not wait for it. Of a signal uvicorn dies in the end, so nothing
    that is registered with atexit would be called."""
    threading.Thread(target=read_first_model, daemon=True).start()
    trimming = asyncio.create_task(memory.trim_now_and_then())
    yield
    trimming.cancel()
    jobs.POOL.close()
    scratch.remove()


def read_first_model() -> None:
    """Puts the first decoder that can be read into the cache; the page itself says which ones are missing."""
    gc.disable()  # what comes now is here to stay: to look through it again and again takes 0.3 s
    # read when torch is loaded; with other busy processes around, two threads spin: 820 ms a pass where one takes 18
    os.environ["OMP_NUM_THREADS"] = "1"
    from model.zoo import ModelUnavailable
    from ui.frame import prompt_bar
    from ui.kit import cache

    try:
        for name in prompt_bar.DECODERS:
            with suppress(ModelUnavailable):
                cache.bundle(name)
                break
    finally:
        gc.freeze()  # nor will any later collection look through it
        gc.enable()
