"""So many pages at a time and no more. The others wait in the order in which they came, and are told so.

Thirty pages that are made at once all come last; in turns, each takes the time of one. A page whose picture is out
queues again: others would else wait for what its reader has not come to yet.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Tell = Callable[[int], None]
PATIENCE = (
    0.15  # seconds between two looks at the line, at which Streamlit may also end a wait that is of no use any more
)


class Gate:
    def __init__(self, seats: int):
        self.seats = seats
        self._line: list[object] = []  # those inside are the first of it
        self._moved = threading.Condition()

    @contextmanager
    def turn(self, tell: Tell) -> Iterator[Callable[[Tell], None]]:
        """Waits for a seat and holds it; while others are ahead calls `tell(ahead)`; what it raises ends the wait.

        Gives a function that gets up and waits again, behind all that are waiting then.
        """
        ticket = object()

        def again(tell: Tell) -> None:
            with self._moved:
                self._line.remove(ticket)
                self._line.append(ticket)
                self._moved.notify_all()
            self._wait(ticket, tell)

        with self._moved:
            self._line.append(ticket)
        try:
            self._wait(ticket, tell)
            yield again
        finally:
            with self._moved:
                self._line.remove(ticket)
                self._moved.notify_all()

    def _wait(self, ticket: object, tell: Tell) -> None:
        while ahead := self._ahead(ticket):
            tell(ahead)
            with self._moved:
                self._moved.wait(PATIENCE)

    def _ahead(self, ticket: object) -> int:
        """How many must leave before this one can go in."""
        with self._moved:
            return max(0, self._line.index(ticket) - self.seats + 1)


PAGES = Gate(max(2, os.cpu_count() or 2))  # made at the same time, by all readers of this server together
