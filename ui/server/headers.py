"""What every answer of the server says of itself: the Content-Security-Policy."""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.server import index


class ContentSecurityPolicy:
    """ASGI middleware that adds the policy to every HTTP response."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Content-Security-Policy"] = policy()
            await send(message)

        await self.app(scope, receive, send_with_policy if scope["type"] == "http" else send)


@cache
def policy() -> str:
    """What the browser may do: nothing from another host, and no script but Streamlit's files, the components it makes
    blobs of, and those that stand in our page, told by their hashes: markup that slipped in would not run."""
    inline = re.findall(r"<script>(.*?)</script>", index.html(), flags=re.DOTALL)
    hashes = " ".join(f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in inline)
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' blob: {hashes}",
            "style-src 'self' 'unsafe-inline'",  # Streamlit and Plotly set styles from scripts
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
        )
    )
