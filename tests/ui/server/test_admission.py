"""Turns are fair and bounded, and nobody keeps a seat who has gone."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from types import SimpleNamespace

import pytest
from markupsafe import Markup

from ui.frame import footer
from ui.frame.notebook_export import notebook
from ui.frame.question import Question
from ui.kit import language
from ui.server.admission import PAGES, AdmissionQueue


def visit(gate: AdmissionQueue, name: int, inside: list, order: list, most: list) -> None:
    with gate.slot(lambda ahead: None):
        order.append(name)
        inside.append(name)
        most.append(len(inside))
        time.sleep(0.02)
        inside.remove(name)


def test_no_more_than_the_seats_and_first_come_first_served():
    gate, inside, order, most = AdmissionQueue(2), [], [], []
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


@pytest.mark.parametrize("later, second", [(60.0, "late"), (0.0, "the page")])
def test_who_gives_way_comes_after_those_who_wait_and_before_those_who_come_much_later(later, second, monkeypatch):
    monkeypatch.setattr("ui.server.admission.REQUEUE_DELAY_S", later)
    gate, order, leave = AdmissionQueue(1), [], threading.Event()

    def visitor(name: str) -> None:
        with gate.slot(lambda ahead: None):
            order.append(name)
            leave.wait(10)

    early, late = (threading.Thread(target=visitor, args=(name,)) for name in ("early", "late"))

    def tell(ahead: int) -> None:
        if not late.ident:  # the early one has the seat now
            late.start()
            wait_for(lambda: len(gate._line) == 3)
            leave.set()

    with gate.slot(tell) as again:
        early.start()
        wait_for(lambda: len(gate._line) == 2)
        again(tell)
        order.append("the page")
    for thread in (early, late):
        thread.join(10)
    assert order[0] == "early" and order[1] == second


def test_who_gives_way_to_nobody_goes_on():
    gate = AdmissionQueue(2)
    with gate.slot(lambda ahead: pytest.fail("there are seats")) as again, gate.slot(lambda ahead: None):
        again(lambda ahead: pytest.fail("nobody waits"))


def wait_for(reached) -> None:
    until = time.monotonic() + 10
    while not reached():
        assert time.monotonic() < until
        time.sleep(0.001)


def test_who_waits_is_told_how_many_are_ahead_and_may_give_up():
    gate, told = AdmissionQueue(1), []

    def give_up(ahead: int) -> None:
        told.append(ahead)
        raise KeyboardInterrupt

    with gate.slot(told.append), pytest.raises(KeyboardInterrupt), gate.slot(give_up):
        pass
    assert told == [1]
    with gate.slot(told.append):
        pass
    assert told == [1], "whoever gave up is not waited for"


def test_a_fault_inside_frees_the_seat():
    gate = AdmissionQueue(1)
    with pytest.raises(ValueError, match="inside"), gate.slot(lambda ahead: None):
        raise ValueError("inside")
    with gate.slot(lambda ahead: pytest.fail("the seat is taken")):
        pass


# ---- files that are made outside of a page


def worksheet() -> bytes:
    page = SimpleNamespace(words=language.Words("en", "machine"), bundle=None)
    asked = {"?": Question(Markup("?"), ["a", "b"], False, lambda: 1, lambda *_: "")}
    return footer.worksheet(page, "machine", asked, language.Words("en", "take"))


def full_house() -> ExitStack:
    """Every seat is taken until it is closed."""
    seats = ExitStack()
    for _ in range(PAGES.seats):
        seats.enter_context(PAGES.slot(lambda ahead: None))
    return seats


@pytest.mark.parametrize("make", [partial(notebook, "attention", {}), partial(notebook, "what_if", {}), worksheet])
def test_a_file_that_takes_the_model_waits_for_its_turn(make):
    known = make()  # from now on it is made in no time
    with ThreadPoolExecutor(1) as worker, full_house() as seats:
        made = worker.submit(make)
        with pytest.raises(TimeoutError):
            made.result(1)
        seats.close()
        assert made.result(60) == known


def test_a_file_that_takes_none_does_not_wait():
    with full_house():
        assert notebook("tokens", {})
