"""Addresses that lead nowhere. Streamlit answers them with its own page and a 200, and looks for the page's name once
a session runs."""

import os
import stat
from collections.abc import Callable, Iterable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Mount, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose


class UnknownAddresses:
    """ASGI middleware: an address of none of the app's routes, nor of a file of Streamlit's, is answered by
    `not_found`, with an HTTPException (404)."""

    def __init__(self, app: ASGIApp, not_found: Callable[[Request, Exception], Response]):
        self.app, self.not_found = app, not_found

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and not known(scope, scope["app"].routes):
            answer = self.not_found(Request(scope), HTTPException(404))
        elif scope["type"] == "websocket" and not takes_socket(scope, scope["app"].routes):
            answer = WebSocketClose()  # before it was accepted: 403
        else:
            answer = self.app
        await answer(scope, receive, send)


def known(scope: Scope, routes: Iterable[BaseRoute]) -> bool:
    """Whether there is something at this address, perhaps for another method."""
    for route in routes:
        match, matched = route.matches(scope)
        if match is Match.NONE:
            continue
        if isinstance(route, Mount) and isinstance(route.app, StaticFiles) and not route.path:
            return _is_file(route.app, {**scope, **matched})
        return True
    return False


def takes_socket(scope: Scope, routes: Iterable[BaseRoute]) -> bool:
    """Whether a WebSocket is served at this address: mounted files would fail at one."""
    return any(isinstance(route, WebSocketRoute) and route.matches(scope)[0] is Match.FULL for route in routes)


def _is_file(files: StaticFiles, scope: Scope) -> bool:
    """Whether Streamlit, whose files are mounted over everything, has this one. Its own page is no page of ours."""
    if scope["path"].endswith("/"):
        return True  # which it takes away by a redirection
    path = files.get_path(scope)
    try:
        _, found = files.lookup_path(path)
    except (OSError, ValueError):  # no name of a file
        return False
    return found is not None and stat.S_ISREG(found.st_mode) and os.path.splitext(path)[1] != ".html"
