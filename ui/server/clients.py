"""Who asks: a client is one browser, known by the cookie that nginx gives it, or else the machine that it runs on.

Limits are shared out by client. A name is a key of theirs and nothing else: it is neither logged nor shown.
"""

import re
from collections.abc import MutableMapping
from typing import Any

import streamlit as st
from starlette.requests import HTTPConnection
from streamlit import runtime

SEAT = "vetro_seat"  # the cookie's name; deploy/nginx.conf gives it, from $request_id
_A_SEAT = re.compile("[0-9a-f]{32}")
LOCAL = "local"  # this machine, and code that no browser asked for: a test, a benchmark


def of(scope: MutableMapping[str, Any]) -> str:
    """The client of an ASGI scope, `http` or `websocket`.

    A machine's address is what uvicorn says it is: it believes X-Forwarded-For of those in FORWARDED_ALLOW_IPS only.
    """
    asks = HTTPConnection(scope)
    return _name(asks.cookies.get(SEAT), asks.client.host if asks.client else None)


def current() -> str:
    """The client whose script runs in this thread."""
    if not runtime.exists():
        return LOCAL
    return _name(st.context.cookies.get(SEAT), st.context.ip_address)


def has_seat(client: str) -> bool:
    """Whether the name is a browser's own; else whoever shares the address shares the name."""
    return bool(_A_SEAT.fullmatch(client))


def _name(seat: object, address: object) -> str:
    if isinstance(seat, str) and has_seat(seat):
        return seat
    return address if isinstance(address, str) and address not in ("127.0.0.1", "::1", "") else LOCAL
