"""What `streamlit run` serves: the app, with the first model read while the port opens."""

import gc
import threading
from contextlib import asynccontextmanager

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

PagesManager.uses_pages_directory = False  # else the first visitor of a lesson is told that there is no such page


def preload() -> None:
    import torch

    from model.zoo import ModelUnavailable
    from ui import session

    torch.set_num_threads(1)  # with other busy processes around, two threads spin: 820 ms a pass where one takes 18
    try:
        session.bundle("smollm2")
    except ModelUnavailable:
        pass  # the page itself says what is missing
    gc.collect()
    gc.freeze()  # torch's many objects are here to stay: no later collection looks at them again


@asynccontextmanager
async def lifespan(app: st.App):
    threading.Thread(target=preload, daemon=True).start()
    yield


def on_script_error(error: Exception) -> bool:
    from ui import session

    st.html(f'<div class="notice" role="alert">{session.words("ui")("script-error")}</div>')
    return True


app = st.App("app.py", lifespan=lifespan, on_script_error=on_script_error)
