"""So many pages at a time and no more. The others wait in the order in which they came, and are told so.

Thirty pages that are made at once all come last; in turns, each takes the time of one. A page whose picture is out
waits again, as if it came a little later: else others would wait for what its reader has not come to yet.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

Tell = Callable[[int], None]
REQUEUE_DELAY_S = 2.0  # seconds: who comes within them goes before a page whose picture is out
POLL_S = 0.15  # seconds between two looks at the line, at which Streamlit may also end a wait of no use any more


@dataclass(eq=False)  # each is one of a kind
class _Ticket:
    since: float


class AdmissionQueue:
    def __init__(self, seats: int):
        self.seats = seats
        self._line: list[_Ticket] = []  # those inside are the first of it
        self._moved = threading.Condition()

    @property
    def waiting(self) -> int:
        """How many wait for a seat."""
        with self._moved:
            return max(0, len(self._line) - self.seats)

    @contextmanager
    def slot(self, tell: Tell) -> Iterator[Callable[[Tell], None]]:
        """Waits for a seat and holds it; while others are ahead calls `tell(ahead)`; what it raises ends the wait.

        Gives a function that leaves the seat and waits again, as if it came REQUEUE_DELAY_S.
        """
        ticket = _Ticket(time.monotonic())

        def again(tell: Tell) -> None:
            with self._moved:
                self._line.remove(ticket)
                ticket.since = time.monotonic() + REQUEUE_DELAY_S
                self._stand(ticket)
            self._wait(ticket, tell)

        with self._moved:
            self._stand(ticket)
        try:
            self._wait(ticket, tell)
            yield again
        finally:
            with self._moved:
                self._line.remove(ticket)
                self._moved.notify_all()

    def _stand(self, ticket: _Ticket) -> None:
        """In the line, behind all that hold a seat."""
        behind = (i for i in range(self.seats, len(self._line)) if self._line[i].since > ticket.since)
        self._line.insert(next(behind, len(self._line)), ticket)
        self._moved.notify_all()

    def _wait(self, ticket: _Ticket, tell: Tell) -> None:
        while ahead := self._ahead(ticket):
            tell(ahead)
            with self._moved:
                self._moved.wait(POLL_S)

    def _ahead(self, ticket: _Ticket) -> int:
        """How many must leave before this one can go in."""
        with self._moved:
            return max(0, self._line.index(ticket) - self.seats + 1)


PAGES = AdmissionQueue(max(2, os.cpu_count() or 2))  # made at the same time, by all readers of this server together
