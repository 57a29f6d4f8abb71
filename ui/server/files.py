"""Files that are made when a browser asks for them (a notebook, a QR code), outside any session.

They are made one after another in a thread, so that none of the threads that pages and other files come from is held,
and only so many wait: who comes then is told to come again.
"""

from collections import Counter
from collections.abc import Callable, MutableMapping
from http import HTTPStatus
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread
from starlette.exceptions import HTTPException

from ui.server import clients
from ui.server.limits import limits

T = TypeVar("T")
RETRY_AFTER_S = 5  # in which a few of those that wait are made


class FileQueue:
    """Makes one file at a time, first come, first served."""

    def __init__(self) -> None:
        self._limiter = CapacityLimiter(1)
        self._asked: Counter[str] = Counter()  # files that are made or waited for, by client

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return self._limiter.statistics().tasks_waiting

    async def make(self, scope: MutableMapping[str, Any], make: Callable[[], T]) -> T:
        """What `make()` gives, for the client of an ASGI scope. Raises HTTPException (503) where too many wait already,
        of this client or of all together."""
        client, allowed = clients.of(scope), limits()
        of_client = allowed.files_of_seat if clients.has_seat(client) else allowed.files_of_address
        if self._asked[client] >= of_client or self._asked.total() >= allowed.files:
            raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": str(RETRY_AFTER_S)})
        self._asked[client] += 1
        try:
            return await to_thread.run_sync(make, limiter=self._limiter)
        finally:
            self._asked -= Counter((client,))  # and forgets who has none


NOTEBOOKS = FileQueue()
QR_CODES = FileQueue()
COUNTS = FileQueue()  # how many tokens a prompt has while it is typed
