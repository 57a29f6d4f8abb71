"""Clients take turns, whatever one of them asks for. The queue alone: pages are tickets, and time is a counter."""

from collections import Counter
from itertools import count
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.server import admission, limits
from ui.server.admission import AdmissionQueue, Ticket

CLIENTS = "abcd"
SLOTS = st.integers(1, 4)
# of each step: who comes, or which of those inside leaves, for good or to queue again
STEPS = st.lists(
    st.one_of(st.sampled_from(CLIENTS), st.tuples(st.sampled_from(["leave", "requeue"]), st.integers(0, 3))),
    max_size=60,
)


@pytest.fixture(autouse=True, scope="module")
def clock():
    ticks = count(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(admission, "monotonic", lambda: float(next(ticks)))
        yield SimpleNamespace(now=lambda: float(next(ticks)))


class House:
    """A queue, and who was let in when."""

    def __init__(self, slots: int, of_a_client: int | None = None):
        self.queue = AdmissionQueue(slots, of_a_client)
        self.let_in: list[Ticket] = []

    def come(self, client: str) -> Ticket:
        ticket = Ticket(client, admission.monotonic())
        self.queue.enqueue(ticket)
        return self.noted(ticket)

    def leave(self, ticket: Ticket, again: bool = False) -> None:
        self.queue.leave(ticket)
        self.noted(ticket)
        if again:
            ticket.since = admission.monotonic() + admission.REQUEUE_DELAY_S
            self.queue.enqueue(ticket)
            self.noted(ticket)

    def take(self, step) -> None:
        if isinstance(step, str):
            self.come(step)
        elif step[1] < len(self.queue.inside):
            self.leave(self.queue.inside[step[1]], again=step[0] == "requeue")

    def noted(self, ticket: Ticket) -> Ticket:
        self.let_in += [other for other in self.queue.inside if other not in self.let_in]
        return ticket


@given(SLOTS, SLOTS, STEPS)
def test_seats_are_bounded_for_all_and_for_each_and_none_is_empty_while_somebody_may_have_it(slots, of_a_client, steps):
    house = House(slots, of_a_client)
    queue = house.queue
    for step in steps:
        house.take(step)
        held = Counter(ticket.client for ticket in queue.inside)
        assert len(queue.inside) <= slots and max(held.values(), default=0) <= of_a_client
        assert len(queue.inside) == slots or all(held[ticket.client] == of_a_client for ticket in queue.turns)
        assert not {id(t) for t in queue.turns} & {id(t) for t in queue.inside}
    while queue.inside:
        house.leave(queue.inside[0])
    assert not queue.turns, "everybody had their turn"


@given(SLOTS, SLOTS, st.lists(st.sampled_from(CLIENTS), max_size=60), st.data())
def test_who_asks_for_one_page_waits_for_one_of_each_other_at_most(slots, of_a_client, others, data):
    house = House(slots, of_a_client)
    for client in others:
        house.come(client)
    mine = house.come("me")
    before = len(house.let_in)
    while mine not in house.queue.inside:
        house.come(data.draw(st.sampled_from(CLIENTS)))
        house.leave(data.draw(st.sampled_from(house.queue.inside)))
    passed = Counter(ticket.client for ticket in house.let_in[before:])
    assert all(passed[client] <= 1 for client in CLIENTS)


@given(st.lists(st.sampled_from(CLIENTS), min_size=1, max_size=40), st.data())
def test_what_is_told_is_true(come, data):
    """With one seat, and as long as nobody else comes: each that is ahead goes in first, and nobody else does."""
    house = House(1)
    tickets = [house.come(client) for client in come]
    for _ in range(data.draw(st.integers(0, len(come) - 1))):
        house.leave(house.queue.inside[0])
    waiting = [ticket for ticket in tickets if ticket in house.queue.turns]
    told = {id(ticket): house.queue.ahead(ticket) for ticket in waiting}
    for gone in count(1):
        if not house.queue.turns:
            break
        house.leave(house.queue.inside[0])
        assert told[id(house.queue.inside[0])] == gone


def test_one_client_with_sixty_pages_and_thirty_others():
    house = House(2, limits.HOSTED.slots_of_a_client)
    for _ in range(60):
        house.come("glutton")
    assert [ticket.client for ticket in house.queue.inside] == ["glutton"], "a seat is left for others"
    others = [house.come(f"reader {number}") for number in range(30)]
    assert others[0] in house.queue.inside
    while not {id(other) for other in others} <= {id(ticket) for ticket in house.let_in}:
        house.leave(house.queue.inside[0])
    assert sum(ticket.client == "glutton" for ticket in house.let_in) <= 2


def test_a_reader_with_one_page_after_another_is_first_come_first_served():
    house = House(1)
    first = house.come("a")
    other = house.come("b")
    house.leave(first)
    second = house.come("a")
    third = house.come("c")
    for expected in (other, second, third):
        assert house.queue.inside == [expected]
        house.leave(expected)
