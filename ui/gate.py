"""So many pages at a time and no more. The others wait in the order in which they came, and are told so.

Thirty pages that are made at once all come last; in turns, each takes the time of one. A page whose picture is out lets
those go first that have none: they would wait for what its reader has not come to yet.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

Tell = Callable[[int], None]
PATIENCE = (
    0.15  # seconds between two looks at the line, at which Streamlit may also end a wait that is of no use any more
)


class Gate:
    def __init__(self, seats: int):
        self.seats = seats
        self._line: list[_Ticket] = []  # those inside are the first of it
        self._moved = threading.Condition()

    @contextmanager
    def turn(self, tell: Tell) -> Iterator[Callable[[Tell], None]]:
        """Waits for a seat and holds it; while others are ahead calls `tell(ahead)`; what it raises ends the wait.

        Gives a function to call when there is something to look at: it waits again, behind all that have nothing yet.
        """
        ticket = _Ticket()

        def give_way(tell: Tell) -> None:
            with self._moved:
                self._line.remove(ticket)
                ticket.served = True
                self._stand(ticket)
            self._wait(ticket, tell)

        with self._moved:
            self._stand(ticket)
        try:
            self._wait(ticket, tell)
            yield give_way
        finally:
            with self._moved:
                self._line.remove(ticket)
                self._moved.notify_all()

    def _stand(self, ticket: "_Ticket") -> None:
        """Behind all of its kind; nobody loses a seat."""
        waiting = range(self.seats, len(self._line))
        behind = (i for i in waiting if self._line[i].served and not ticket.served)
        self._line.insert(next(behind, len(self._line)), ticket)
        self._moved.notify_all()

    def _wait(self, ticket: "_Ticket", tell: Tell) -> None:
        while ahead := self._ahead(ticket):
            tell(ahead)
            with self._moved:
                self._moved.wait(PATIENCE)

    def _ahead(self, ticket: "_Ticket") -> int:
        """How many must leave before this one can go in."""
        with self._moved:
            return max(0, self._line.index(ticket) - self.seats + 1)


@dataclass(eq=False)  # each is one of a kind
class _Ticket:
    served: bool = False


PAGES = Gate(max(2, os.cpu_count() or 2))  # made at the same time, by all readers of this server together
