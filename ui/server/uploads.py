"""Vetro takes no files: Streamlit's door for them, which is open without a widget that asks for one, is shut."""

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

DOOR = "/_stcore/upload_file"


class NoUploads:
    """ASGI middleware: 404 for every method."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        shut = scope["type"] == "http" and scope["path"].startswith(DOOR)
        await (PlainTextResponse("Not Found", 404) if shut else self.app)(scope, receive, send)
