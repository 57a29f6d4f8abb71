"""The Content-Security-Policy, which says what the browser may do with an answer, and that its type is what it says."""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NAME = "Content-Security-Policy"


class SecurityHeaders:
    """ASGI middleware that gives them to every HTTP response; our pages bring a policy of their own, which names their
    scripts."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault(NAME, policy())
                headers.setdefault("X-Content-Type-Options", "nosniff")
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


@cache
def policy(page: str = "") -> str:
    """Nothing from another host, and no script but Streamlit's files, the components it makes blobs of, and those that
    stand in this page, told by their hashes: markup that slipped in would not run."""
    inline = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    hashes = (f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in inline)
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self' blob:", *hashes)),
            "style-src 'self' 'unsafe-inline'",  # Streamlit and Plotly set styles from scripts
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
        )
    )
