"""What a browser may send over its WebSocket: only what our pages send, no faster than a reader does, over few sockets.

Streamlit takes every message as it comes: any reader may clear the caches of all, and a few hundred messages in a
second keep the server from answering anybody. A message above the rate waits here, and so does its sender: while it is
not taken the server reads no further from that socket.
"""

import asyncio
import logging
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiolimiter import AsyncLimiter
from cachetools import LRUCache
from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from ui.server import clients
from ui.server.limits import Limits, limits

try:
    import resource
except ModuleNotFoundError:  # Windows has no such limit
    resource = None

SUBPROTOCOL = "streamlit"
FILES_OF_A_SESSION = 4  # its socket, and an event loop of its own, which Streamlit gives it
ENOUGH_FILES = 10_000  # macOS takes no more than 10,240
OTHER_FILES = 3 * 128 + 256  # the loops of sessions just left, which Streamlit keeps for two minutes; and the rest
PROTOCOL_ERROR, TEXT, POLICY, TOO_BIG, TRY_LATER = 1002, 1003, 1008, 1009, 1013  # RFC 6455, 7.4.1
Close = Callable[[Send, "_Fault"], Awaitable[None]]
OURS = ("rerun_script", "stop_script", "app_heartbeat")
LOG = logging.getLogger(__name__)


def open_files() -> int:
    """How many files and sockets this process may have open: from now on as many as the system lets it. It starts with
    256 (macOS) or 1,024, which a class that reloads its pages passes."""
    if resource is None:
        return sys.maxsize
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH_FILES if hard == resource.RLIM_INFINITY else min(hard, ENOUGH_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


class _Fault(Exception):
    """Ends a socket, with a code of RFC 6455 and a reason."""

    def __init__(self, code: int, reason: str):
        super().__init__(code, reason)
        self.code, self.reason = code, reason


class Sockets:
    """ASGI middleware over WebSockets: how many, how fast, how large, and which messages."""

    def __init__(self, app: ASGIApp):
        self.app = app
        self.limits = limits()
        self.most = min(self.limits.sockets, (open_files() - OTHER_FILES) // FILES_OF_A_SESSION)
        self.open: Counter[str] = Counter()  # of each client
        # A bucket stays when its client has closed all sockets: else a new socket would bring a new one.
        self._buckets: LRUCache[str, AsyncLimiter] = LRUCache(4096)
        self._lines = AsyncLimiter(20, 60)  # of the log: sockets that are closed must not fill a disk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        client = clients.of(scope)
        try:
            self._count(client)
        except _Fault as refusal:
            await receive()  # the request to open it
            await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
            await self._close(send, refusal)
            return
        try:
            bucket = self._bucket(client)
            await bucket.acquire(self.limits.opening_costs)
            checked = _Checked(receive, send, bucket, self.limits, self._close)
            await self.app(scope, checked.receive, checked.send)
        except RuntimeError as gone:  # a browser that left while it was sent to: Streamlit asks it for another message
            LOG.info("A socket ended: %s.", type(gone).__name__)
        finally:
            self.open[client] -= 1
            self.open += Counter()  # without those that have none

    def _count(self, client: str) -> None:
        most = self.limits.sockets_of_a_seat if clients.has_seat(client) else self.limits.sockets_of_an_address
        if self.open[client] >= most:
            raise _Fault(POLICY, f"more than {most} pages are open in this browser")
        if self.open.total() >= self.most:
            raise _Fault(TRY_LATER, "the server is full")
        self.open[client] += 1

    def _bucket(self, client: str) -> AsyncLimiter:
        if client not in self._buckets:
            rate, burst = self.limits.messages_of_a_client, self.limits.messages_of_a_client_at_once
            self._buckets[client] = AsyncLimiter(burst, burst / rate)
        return self._buckets[client]

    async def _close(self, send: Send, fault: _Fault) -> None:
        if self._lines.has_capacity():
            await self._lines.acquire()
            LOG.warning("A socket is closed (%d): %s.", fault.code, fault.reason)
        with suppress(OSError):  # the browser may have left
            await send({"type": "websocket.close", "code": fault.code, "reason": fault.reason})


class _Checked:
    """The two ends of one socket, as the app is given them."""

    def __init__(self, receive: Receive, send: Send, client: AsyncLimiter, most: Limits, close: Close):
        self._receive, self._send, self._client, self._most, self._close = receive, send, client, most, close
        self._own = AsyncLimiter(most.messages_at_once, most.messages_at_once / most.messages)
        self._over: float | None = None  # since when messages have had to wait
        self._closed = False

    async def receive(self) -> Message:
        """The next message that is ours, when it is time for it."""
        try:
            while True:
                message = await self._receive()
                if message["type"] != "websocket.receive":
                    return message
                read = _read(message.get("bytes"), self._most.message_bytes)
                runs_page = read.HasField("rerun_script") and not read.rerun_script.fragment_id
                await self._wait(self._most.page_costs if runs_page else 1)
                if _is_ours(read):
                    return message
        except _Fault as fault:
            self._closed = True
            await self._close(self._send, fault)
            return {"type": "websocket.disconnect", "code": fault.code, "reason": fault.reason}

    async def send(self, message: Message) -> None:
        """Nothing goes out after the end: the run that was under way does not know of it yet."""
        if not self._closed:
            await self._send(message)

    async def _wait(self, cost: int) -> None:
        now = asyncio.get_running_loop().time()
        buckets = self._own, self._client
        if all(bucket.has_capacity(bucket.max_rate / 2) for bucket in buckets):
            self._over = None
        elif not all(bucket.has_capacity(cost) for bucket in buckets):
            self._over = self._over or now
        if self._over and now - self._over > self._most.over_seconds:
            raise _Fault(POLICY, "too many messages, for too long")
        for bucket in buckets:
            await bucket.acquire(cost)


def _read(frame: bytes | None, most: int) -> BackMsg:
    """The message in a frame. Raises _Fault for what is none of Streamlit's, or too large."""
    if frame is None:
        raise _Fault(TEXT, "a frame of text")
    if len(frame) > most:
        raise _Fault(TOO_BIG, f"a message of more than {most} bytes")
    try:
        return BackMsg.FromString(frame)
    except DecodeError:
        raise _Fault(PROTOCOL_ERROR, "not a message of Streamlit's") from None


def _is_ours(message: BackMsg) -> bool:
    """Whether our pages send messages of this kind."""
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":  # a file that is made when it is asked for: st.download_button
        return message.backend_operation_request.WhichOneof("payload") == "deferred_file"
    return kind in OURS
