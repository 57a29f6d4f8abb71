"""An admission queue: a bounded number of pages is rendered at a time, the others wait, first come, first served.

Thirty pages that are rendered at once all come last; one after another, each takes the time of one. A page whose first
picture is out queues again, as if it came a little later: else others would wait for what its reader has not come to.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

OnWait = Callable[[int], None]  # is given how many are ahead
REQUEUE_DELAY_S = 2.0  # who comes within this time goes before a page whose first picture is out
POLL_S = 0.15  # between two looks at the queue, at which Streamlit may also end a wait of no use any more


@dataclass(eq=False)  # each is one of a kind
class _Ticket:
    since: float


class AdmissionQueue:
    """At most `slots` holders at a time."""

    def __init__(self, slots: int):
        self.slots = slots
        self._tickets: list[_Ticket] = []  # the first `slots` of them are inside
        self._changed = threading.Condition()

    @property
    def waiting(self) -> int:
        """How many wait for a slot."""
        with self._changed:
            return max(0, len(self._tickets) - self.slots)

    @contextmanager
    def slot(self, on_wait: OnWait) -> Iterator[Callable[[OnWait], None]]:
        """Waits for a slot and holds it. While others are ahead `on_wait(ahead)` is called every POLL_S; what it raises
        ends the wait.

        Gives a function that releases the slot and queues again, as if this one came REQUEUE_DELAY_S from now.
        """
        ticket = _Ticket(time.monotonic())

        def requeue(on_wait: OnWait) -> None:
            with self._changed:
                self._tickets.remove(ticket)
                ticket.since = time.monotonic() + REQUEUE_DELAY_S
                self._enqueue(ticket)
            self._wait(ticket, on_wait)

        with self._changed:
            self._enqueue(ticket)
        try:
            self._wait(ticket, on_wait)
            yield requeue
        finally:
            with self._changed:
                self._tickets.remove(ticket)
                self._changed.notify_all()

    def _enqueue(self, ticket: _Ticket) -> None:
        """By its time, behind all that hold a slot."""
        later = (i for i in range(self.slots, len(self._tickets)) if self._tickets[i].since > ticket.since)
        self._tickets.insert(next(later, len(self._tickets)), ticket)
        self._changed.notify_all()

    def _wait(self, ticket: _Ticket, on_wait: OnWait) -> None:
        while ahead := self._ahead(ticket):
            on_wait(ahead)
            with self._changed:
                self._changed.wait(POLL_S)

    def _ahead(self, ticket: _Ticket) -> int:
        """How many must leave before this one can go in."""
        with self._changed:
            return max(0, self._tickets.index(ticket) - self.slots + 1)


PAGES = AdmissionQueue(max(2, os.cpu_count() or 2))  # rendered at a time, of all sessions of this server together
