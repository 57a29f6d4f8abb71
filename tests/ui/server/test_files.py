"""Files that are made outside a session: one at a time, so many waiting, and nobody else held up."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest
from anyio import to_thread
from starlette.exceptions import HTTPException

from ui.server.files import FileQueue
from ui.server.limits import limits


def asks(seat: str = "", address: str = "192.0.2.1") -> dict:
    """A request, as ASGI has it."""
    headers = [(b"cookie", f"vetro_seat={seat}".encode())] if seat else []
    return {"type": "http", "headers": headers, "client": (address, 1), "method": "GET", "path": "/"}


def seat(n: int) -> str:
    return f"{n:032x}"


def outcomes(scopes: list[dict]) -> tuple[Counter, int, int]:
    """Of requests that come at once: how many were made, and refused; how many at a time; and whether a thread of the
    server's others was free the whole time."""
    queue, go_on, results = FileQueue(), threading.Event(), Counter()
    inside, most, lock = 0, 0, threading.Lock()

    def make() -> str:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        assert go_on.wait(10)
        with lock:
            inside -= 1
        return "made"

    async def ask(scope: dict) -> None:
        try:
            results[await queue.make(scope, make)] += 1
        except HTTPException as refused:
            results[refused.status_code] += int(refused.headers["Retry-After"]) > 0

    async def all_at_once() -> int:
        async with anyio.create_task_group() as group:
            for scope in scopes:
                group.start_soon(ask, scope)
            await anyio.wait_all_tasks_blocked()
            waiting = queue.waiting
            with anyio.fail_after(5):
                await to_thread.run_sync(lambda: None)
            go_on.set()
        assert queue.waiting == 0
        for _ in range(2):
            assert await queue.make(scopes[0], make) == "made", "who has been served may ask again"
        return waiting

    with ThreadPoolExecutor(1) as thread:  # in the main one a browser may have a loop
        return results, thread.submit(anyio.run, all_at_once).result(), most


def test_a_class_that_asks_at_once_is_served():
    assert outcomes([asks(seat(n)) for n in range(30)]) == ({"made": 30}, 29, 1)


@pytest.mark.parametrize("address", ["192.0.2.1", "127.0.0.1"])
def test_a_class_behind_one_address_without_seats_is_served(address):
    assert outcomes([asks(address=address)] * 30)[0] == {"made": 30}


@pytest.mark.parametrize("flood, most", [(asks(seat(7)), limits().files_of_seat), (asks(), limits().files_of_address)])
def test_one_client_leaves_room_for_others(flood, most):
    results, waiting, _ = outcomes([flood] * 100 + [asks(seat(n)) for n in range(100, 112)])
    assert results == {"made": most + 12, 503: 100 - most} and waiting == most + 11


def test_all_together_are_bounded():
    assert outcomes([asks(seat(n)) for n in range(100)])[0] == {"made": limits().files, 503: 100 - limits().files}
