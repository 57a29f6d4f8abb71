"""The one entry: `streamlit run app.py`, `make run` and `vetro` serve this app. ui/frame/shell.py draws its pages."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from ui.frame.preload import lifespan
from ui.frame.routes import ROUTES, error_page
from ui.server import logs, streamlit_patches
from ui.server.addresses import UnknownAddresses
from ui.server.failures import Failures
from ui.server.headers import SecurityHeaders
from ui.server.sockets import Sockets
from ui.server.uploads import NoUploads

logs.install()
streamlit_patches.apply()


def on_script_error(error: Exception) -> bool:
    """One sentence in the reader's language; True, so that Streamlit shows no traceback."""
    from ui.kit import language, markup  # they read Markdown: the port need not wait for them

    st.html(markup.notice(language.words("ui")("script-error"), role="alert"))
    return True


# Streamlit finds the app by this name. The script stands apart from pages/: beside that folder it would be taken for an
# app whose pages are found by their files, and the first visitor of a lesson would be told that there is no such page.
app = st.App(
    Path(__file__).parent / "ui/frame/shell.py",
    lifespan=lifespan,
    routes=ROUTES,
    middleware=[
        Middleware(SecurityHeaders),
        Middleware(Failures),
        Middleware(UnknownAddresses, not_found=error_page),
        Middleware(NoUploads),
        Middleware(Sockets),
    ],
    exception_handlers={404: error_page, 503: error_page},
    on_script_error=on_script_error,
)
