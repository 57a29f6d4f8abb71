"""An admission queue: a bounded number of pages is rendered at a time, the others wait, and clients take turns.

Thirty pages that are rendered at once all come last; one after another, each takes the time of one. A client that asks
for sixty pages waits for its own, nobody else for more than one of them (round robin). A page whose first picture is
out queues again, as if it came a little later: else others would wait for what its reader has not come to.

anyio.CapacityLimiter (which ui/server/files.py uses), threading.Semaphore and aiolimiter were looked at: they bound a
number or a rate; none takes turns by client, or says how many are ahead.
"""

import os
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import count
from time import monotonic

from ui.server import clients
from ui.server.limits import limits

OnWait = Callable[[int], None]  # is given how many are ahead
REQUEUE_DELAY_S = 2.0  # who comes within this time goes before a page whose first picture is out
POLL_S = 0.15  # between two looks at the queue, at which Streamlit may also end a wait of no use any more


@dataclass(eq=False)  # each is one of a kind
class Ticket:
    """One that asks for a slot: whose it is, and since when, in seconds."""

    client: str
    since: float
    thread: int = field(default_factory=threading.get_ident)


class AdmissionQueue:
    """At most `slots` holders at a time, and at most `slots_of_a_client` of one client."""

    def __init__(self, slots: int, slots_of_a_client: int | None = None):
        self.slots = slots
        self.slots_of_a_client = slots_of_a_client or slots
        self.inside: list[Ticket] = []
        self._waiting: list[Ticket] = []  # in the order in which they came, or would have come
        self.turns: list[Ticket] = []  # the same, in the order in which they will go in
        self._left: dict[str, float] = {}  # when a page of each client that is there was last done
        self._changed = threading.Condition()

    @property
    def waiting(self) -> int:
        """How many wait for a slot."""
        with self._changed:
            return len(self._waiting)

    @contextmanager
    def slot(self, on_wait: OnWait, client: str | None = None) -> Iterator[Callable[[OnWait], None]]:
        """Waits for a slot and holds it. While others are ahead `on_wait(ahead)` is called every POLL_S; what it raises
        ends the wait. A thread that holds a slot has it at once: work inside a page is the page's.

        Gives a function that releases the slot and queues again, as if this one came REQUEUE_DELAY_S from now.
        """
        with self._changed:
            nested = any(ticket.thread == threading.get_ident() for ticket in self.inside)
        if nested:
            yield lambda on_wait: None
            return
        ticket = Ticket(client or clients.current(), monotonic())

        def requeue(on_wait: OnWait) -> None:
            self.leave(ticket)
            ticket.since = monotonic() + REQUEUE_DELAY_S
            self.enqueue(ticket)
            self._wait(ticket, on_wait)

        self.enqueue(ticket)
        try:
            self._wait(ticket, on_wait)
            yield requeue
        finally:
            self.leave(ticket)

    def enqueue(self, ticket: Ticket) -> None:
        """Lets it in, or else it waits; `slot` does both, and `leave`."""
        with self._changed:
            later = (i for i, other in enumerate(self._waiting) if other.since > ticket.since)
            self._waiting.insert(next(later, len(self._waiting)), ticket)
            self._admit()

    def leave(self, ticket: Ticket) -> None:
        """Gives its slot, or its place among those who wait, to the next."""
        with self._changed:
            if ticket in self.inside:
                self.inside.remove(ticket)
                self._left[ticket.client] = monotonic()
            else:
                self._waiting.remove(ticket)
            self._admit()

    def _admit(self) -> None:
        """Lets in whose turn it is."""
        held = Counter(ticket.client for ticket in self.inside)
        self.turns = []
        for ticket in self._by_turn(held.copy()):
            if len(self.inside) < self.slots and held[ticket.client] < self.slots_of_a_client:
                self._waiting.remove(ticket)
                self.inside.append(ticket)
                held[ticket.client] += 1
            else:
                self.turns.append(ticket)
        there = {ticket.client for ticket in (*self._waiting, *self.inside)}
        self._left = {client: left for client, left in self._left.items() if client in there}
        self._changed.notify_all()

    def _by_turn(self, held: Counter[str]) -> Iterator[Ticket]:
        """Those who wait, in the order of their turns: always the client that has the least, and of these the one that
        waits for the longest time since it came, or since it last had its turn."""
        theirs: dict[str, deque[Ticket]] = {}
        for ticket in self._waiting:
            theirs.setdefault(ticket.client, deque()).append(ticket)
        since = {client: max(tickets[0].since, self._left.get(client, 0)) for client, tickets in theirs.items()}
        heads = [(held[client], False, since[client], client) for client in theirs]
        heapify(heads)
        for turn in count():
            if not heads:
                return
            client = heappop(heads)[-1]
            yield theirs[client].popleft()
            held[client] += 1
            if theirs[client]:
                heappush(heads, (held[client], True, turn, client))

    def _wait(self, ticket: Ticket, on_wait: OnWait) -> None:
        while ahead := self.ahead(ticket):
            on_wait(ahead)
            with self._changed:
                if ticket in self._waiting:
                    self._changed.wait(POLL_S)

    def ahead(self, ticket: Ticket) -> int:
        """How many must leave before this one can go in."""
        with self._changed:
            return self.turns.index(ticket) + 1 if ticket in self._waiting else 0


def _pages() -> AdmissionQueue:
    slots = max(2, os.cpu_count() or 2)
    return AdmissionQueue(slots, min(slots, limits().slots_of_a_client))


PAGES = _pages()  # rendered at a time, of all sessions of this server together
