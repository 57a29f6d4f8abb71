"""Turns are fair and bounded, and nobody keeps a seat who has gone."""

import threading
import time

import pytest

from ui.gate import Gate


def visit(gate: Gate, name: int, inside: list, order: list, most: list) -> None:
    with gate.turn(lambda ahead: None):
        order.append(name)
        inside.append(name)
        most.append(len(inside))
        time.sleep(0.02)
        inside.remove(name)


def test_no_more_than_the_seats_and_first_come_first_served():
    gate, inside, order, most = Gate(2), [], [], []
    threads = []
    for name in range(8):
        threads.append(threading.Thread(target=visit, args=(gate, name, inside, order, most)))
        threads[-1].start()
        time.sleep(0.002)
    for thread in threads:
        thread.join(10)
    assert max(most) == 2
    # two leave at nearly the same time, and the two next may wake in either order
    assert all(abs(place - name) <= 1 for place, name in enumerate(order))


def test_who_waits_is_told_how_many_are_ahead_and_may_give_up():
    gate, told = Gate(1), []

    def give_up(ahead: int) -> None:
        told.append(ahead)
        raise KeyboardInterrupt

    with gate.turn(told.append), pytest.raises(KeyboardInterrupt), gate.turn(give_up):
        pass
    assert told == [1]
    with gate.turn(told.append):
        pass
    assert told == [1], "whoever gave up is not waited for"


def test_a_fault_inside_frees_the_seat():
    gate = Gate(1)
    with pytest.raises(ValueError, match="inside"), gate.turn(lambda ahead: None):
        raise ValueError("inside")
    with gate.turn(lambda ahead: pytest.fail("the seat is taken")):
        pass
