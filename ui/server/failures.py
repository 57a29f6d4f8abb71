"""No answer is a 500: what goes wrong here is said in one line of the log, and the browser is told to come again.

After a 500 uvicorn closes the connection, which a proxy may take for a server that is down, with all its readers.
"""

import logging
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from types import TracebackType

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from ui.server import metrics

RETRY_AFTER_S = 5
FRAMES = 4  # of the program that the log names, the innermost last
INTERNAL_ERROR = 1011  # of a WebSocket: RFC 6455, 7.4.1


class Failures:
    """ASGI middleware: an exception, or an answer from 500 on, becomes a 503 with Retry-After."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            if message["type"] == "http.response.start" and message["status"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
                message["status"] = HTTPStatus.SERVICE_UNAVAILABLE.value
                MutableHeaders(scope=message).setdefault("Retry-After", str(RETRY_AFTER_S))
                metrics.count_refusal()
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            if scope["type"] not in ("http", "websocket"):  # the lifespan: a server that cannot start says so
                raise
            logging.getLogger(__name__).error("%s", described(error))
            if scope["type"] == "websocket":
                with suppress(Exception):  # it may be closed already
                    await WebSocketClose(INTERNAL_ERROR)(scope, receive, send)
            elif not begun:
                answer = PlainTextResponse("Something went wrong here. Come again in a few seconds.", 503)
                await answer(scope, receive, watched)
            # else uvicorn closes the connection, as the answer is not whole


def described(error: BaseException) -> str:
    """Its type and the places in the program. What it says, and what was asked for, may hold a reader's text."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions[0].__traceback__:
        error = error.exceptions[0]
    places, frame = [], error.__traceback__
    while isinstance(frame, TracebackType):
        places.append(f"{Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}")
        frame = frame.tb_next
    return f"{type(error).__name__} at {' > '.join(places[-FRAMES:])}"
