"""Turns are fair and bounded, and nobody keeps a seat who has gone."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace

import pytest
from markupsafe import Markup

from tests.support.waiting import until
from ui.frame import footer
from ui.frame.notebook_export import notebook
from ui.frame.question import Question
from ui.kit import cache, language
from ui.kit.cache import Key
from ui.server.admission import PAGES, AdmissionQueue


class Visitor(threading.Thread):
    """Waits for a seat and holds it until it is told to leave. `seen` is set when it is in, or was told to wait."""

    def __init__(self, gate: AdmissionQueue, name: str, order: list[str], client: str = ""):
        super().__init__(name=name, daemon=True)
        self.gate, self.order, self.client = gate, order, client or name
        self.seen, self.leave = threading.Event(), threading.Event()

    def run(self) -> None:
        with self.gate.slot(lambda ahead: self.seen.set(), self.client):
            self.order.append(self.name)
            self.seen.set()
            self.leave.wait(60)

    def arrive(self) -> None:
        self.start()
        assert self.seen.wait(60)


def test_no_more_than_the_seats_and_first_come_first_served():
    order = []
    gate = AdmissionQueue(2)
    visitors = [Visitor(gate, name, order) for name in "abcdefgh"]
    for visitor in visitors:
        visitor.arrive()
    for inside, visitor in enumerate(visitors, 3):
        assert order == list("abcdefgh"[: inside - 1])
        visitor.leave.set()
        visitor.join(60)
        until(lambda: len(order) == min(inside, 8))  # noqa: B023 (it is called at once)
    assert order == list("abcdefgh")


@pytest.mark.parametrize("later, second", [(60.0, "late"), (0.0, "the page")])
def test_who_gives_way_comes_after_those_who_wait_and_before_those_who_come_much_later(later, second, monkeypatch):
    monkeypatch.setattr("ui.server.admission.REQUEUE_DELAY_S", later)
    gate, order = AdmissionQueue(1), []
    early, late = (Visitor(gate, name, order) for name in ("early", "late"))

    def tell(ahead: int) -> None:
        if not late.ident:  # the early one has the seat now
            late.arrive()
            early.leave.set()
            late.leave.set()

    with gate.slot(tell) as again:
        early.arrive()
        again(tell)
        order.append("the page")
    for thread in (early, late):
        thread.join(60)
    assert order[0] == "early" and order[1] == second


@contextmanager
def taken(gate: AdmissionQueue, count: int = 1):
    """So many seats are taken, until the function that it gives is called."""
    visitors = [Visitor(gate, f"visitor {i}", []) for i in range(count)]
    for visitor in visitors:
        visitor.arrive()

    def leave() -> None:
        for visitor in visitors:
            visitor.leave.set()
            visitor.join(60)

    try:
        yield leave
    finally:
        leave()


def test_who_gives_way_to_nobody_goes_on():
    gate = AdmissionQueue(2)
    with taken(gate), gate.slot(lambda ahead: pytest.fail("there are seats")) as again:
        again(lambda ahead: pytest.fail("nobody waits"))


def test_who_waits_is_told_how_many_are_ahead_and_may_give_up():
    gate, told = AdmissionQueue(1), []

    def give_up(ahead: int) -> None:
        told.append(ahead)
        raise KeyboardInterrupt

    with taken(gate), pytest.raises(KeyboardInterrupt), gate.slot(give_up):
        pass
    assert told == [1]
    with gate.slot(told.append):
        pass
    assert told == [1], "whoever gave up is not waited for"


def test_work_inside_a_page_is_the_page_s():
    gate, order = AdmissionQueue(1), []
    late = Visitor(gate, "late", order)
    with gate.slot(pytest.fail):
        with gate.slot(pytest.fail) as again:
            again(pytest.fail)
        late.arrive()
        assert not order, "the page's seat is still the page's"
    late.leave.set()
    late.join(60)
    assert order == ["late"]


def test_a_fault_inside_frees_the_seat():
    gate = AdmissionQueue(1)
    with pytest.raises(ValueError, match="inside"), gate.slot(lambda ahead: None):
        raise ValueError("inside")
    with gate.slot(lambda ahead: pytest.fail("the seat is taken")):
        pass


# ---- files that are made outside of a page


def worksheet() -> bytes:
    page = SimpleNamespace(words=language.Words("en", "machine"), bundle=None)
    asked = {"?": Question(Markup("?"), ["a", "b"], lambda: 1, lambda *_: "")}
    return footer.worksheet(page, "machine", asked, language.Words("en", "take"))


@pytest.mark.parametrize("make", [partial(notebook, "attention", {}), partial(notebook, "what_if", {}), worksheet])
def test_a_file_that_takes_the_model_waits_for_its_turn(make):
    known = make()  # from now on it is made in no time
    with ThreadPoolExecutor(1) as worker, taken(PAGES, PAGES.slots) as leave:
        made = worker.submit(make)
        until(lambda: PAGES.waiting)
        assert not made.done()
        leave()
        assert made.result(60) == known


def test_a_file_that_takes_none_does_not_wait():
    with taken(PAGES, PAGES.slots):
        assert notebook("tokens", {})


# ---- fragments, which run without their page


def test_a_fragment_that_needs_the_model_waits_for_its_turn_and_one_that_finds_all_done_does_not(moe):
    cache.result.clear()
    known, new = Key("known"), Key("new")
    cache.result(known, lambda: 1)
    with ThreadPoolExecutor(3) as worker, taken(PAGES, PAGES.slots) as leave:
        assert cache.result(known, lambda: pytest.fail("it is known")) == 1
        made = [
            worker.submit(cache.result, new, lambda: 2),
            worker.submit(cache.trace, moe, [1], {"final"}, kept=False),
            worker.submit(list, cache.stream(Key("stream"), lambda: iter((3,)))),
        ]
        until(lambda: PAGES.waiting == len(made))
        assert not any(one.done() for one in made)
        leave()
        assert made[0].result(60) == 2 and made[1].result(60) and made[2].result(60)[-1] == [3]
