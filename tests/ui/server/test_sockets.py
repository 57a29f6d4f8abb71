"""What a browser sends is held to what our pages send. No server: the middleware stands between two queues."""

import asyncio
import logging
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.support.waiting import awaited
from ui.server import sockets
from ui.server.limits import HOSTED
from ui.server.sockets import Sockets

A, B = "a" * 32, "b" * 32
PAGE = BackMsg(rerun_script={"query_string": "lang=en"}).SerializeToString()
RERUN = BackMsg(rerun_script={"query_string": "lang=en", "fragment_id": "a part"}).SerializeToString()
FILE = BackMsg()
FILE.backend_operation_request.deferred_file.file_id = "a file"
NOT_OURS = [
    BackMsg(clear_cache=True),
    BackMsg(set_run_on_save=True),
    BackMsg(load_git_info=True),
    BackMsg(debug_shutdown_runtime=True),
    BackMsg(debug_disconnect_websocket=True),
    BackMsg(file_urls_request={"request_id": "a"}),
    BackMsg(backend_operation_request={"install_skills": {}}),
    BackMsg(backend_operation_request={"dataframe_chunk": {}}),
    BackMsg(),
]


class Fake:
    """The app, which takes all that comes, and a browser that sends over some sockets at once."""

    def __init__(self, **limits):
        self.middleware = Sockets(self.app)
        self.middleware.limits = replace(HOSTED, **limits)
        self.middleware.most = self.middleware.limits.sockets
        self.taken: list[bytes] = []
        self.leave = asyncio.Event()

    async def app(self, scope, receive, send):
        assert (await receive())["type"] == "websocket.connect"
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            self.taken.append(message["bytes"])
        await send({"type": "websocket.send", "bytes": b"what a run says that does not know of the end"})

    async def socket(self, *frames: bytes | str, seat: str = A) -> list[dict]:
        """What the browser is sent, when all of its frames were taken, and it was told to leave, or closed."""
        frames = [{"text": frame} if isinstance(frame, str) else {"bytes": frame} for frame in frames]
        come = iter([{"type": "websocket.connect"}, *({"type": "websocket.receive", **frame} for frame in frames)])
        sent = []

        async def receive():
            if message := next(come, None):
                return message
            await self.leave.wait()
            return {"type": "websocket.disconnect", "code": 1001}

        async def send(message):
            sent.append(message)

        scope = {
            "type": "websocket",
            "headers": [(b"cookie", f"vetro_seat={seat}".encode())],
            "client": ("10.0.0.7", 5),
        }
        await self.middleware(scope, receive, send)
        return sent


async def alone(*frames: bytes | str, **limits) -> tuple[list[bytes], dict]:
    """What the app takes of these frames, and the last that the browser is sent."""
    fake = Fake(**limits)
    fake.leave.set()
    sent = await fake.socket(*frames)
    assert not fake.middleware.open
    return fake.taken, sent[-1]


@pytest.mark.parametrize("message", NOT_OURS, ids=lambda message: str(message.WhichOneof("type")))
def test_what_no_page_of_ours_sends_goes_no_further(message):
    ours = [RERUN, BackMsg(stop_script=True).SerializeToString(), FILE.SerializeToString()]
    taken, _ = awaited(alone(ours[0], message.SerializeToString(), *ours[1:]))
    assert taken == ours


@pytest.mark.parametrize(
    "frame, code",
    [(b"\xff\xff\xff", 1002), ("a text", 1003), (RERUN + bytes(1_000_000), 1009)],
    ids=["bad", "text", "large"],
)
def test_a_frame_that_is_no_message_ends_its_socket_with_one_line_that_does_not_hold_it(frame, code, caplog):
    with caplog.at_level(logging.DEBUG):
        taken, last = awaited(alone(RERUN, frame, RERUN))
    assert taken == [RERUN]
    assert last["type"] == "websocket.close" and last["code"] == code and last["reason"]
    lines = [record.getMessage() for record in caplog.records if record.name == sockets.__name__]
    assert len(lines) == 1 and str(code) in lines[0] and "text," not in lines[0] and A not in lines[0]
    assert not any(record.exc_info for record in caplog.records)


@given(st.binary(max_size=60))
def test_no_frame_is_a_fault_of_ours(frame):
    taken, last = awaited(alone(frame))
    assert taken in ([], [frame])
    assert last["type"] == "websocket.send" or last["code"] == 1002


def test_the_log_of_closed_sockets_is_bounded(caplog):
    async def storm():
        fake = Fake(messages_of_a_client=1e6, messages_of_a_client_at_once=1e6)
        for _ in range(200):
            await fake.socket(b"\xff")

    awaited(storm())
    assert 1 <= len(caplog.records) <= 20


def test_a_flood_is_held_back_and_then_closed_and_a_reader_is_not():
    async def flood():
        fake = Fake(messages=200, messages_at_once=10, over_seconds=0.1)
        before = asyncio.get_running_loop().time()
        sent = await fake.socket(*[RERUN] * 1000)
        took = asyncio.get_running_loop().time() - before
        assert (sent[-1]["type"], sent[-1]["code"]) == ("websocket.close", 1008) and sent[-1]["reason"]
        assert 10 < len(fake.taken) <= 10 + 200 * took + 1, "no more than the rate allows"

    awaited(flood())
    taken, last = awaited(alone(*[RERUN] * 10, messages=0.001, messages_at_once=10))
    assert len(taken) == 10 and last["type"] == "websocket.send", "a burst within its bounds waits for nothing"


def test_a_whole_page_counts_for_more():
    async def pages():
        fake = Fake(messages=0.001, messages_at_once=20, page_costs=5)
        waiting = asyncio.create_task(fake.socket(*[PAGE] * 20))
        await asyncio.sleep(0.02)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert fake.taken == [PAGE] * 4

    awaited(pages())


def test_a_client_shares_one_rate_among_its_sockets_and_with_nobody_else():
    async def class_room():
        fake = Fake(messages_of_a_client=0.001, messages_of_a_client_at_once=9, opening_costs=1)
        waiting = [asyncio.create_task(fake.socket(*[RERUN] * 4)) for _ in range(3)]
        await asyncio.sleep(0.02)
        assert len(fake.taken) == 7, "nine, less one for each socket that was opened: the third has to wait"
        other = asyncio.create_task(fake.socket(*[RERUN] * 8, seat=B))
        await asyncio.sleep(0.02)
        assert len(fake.taken) == 15
        for task in (*waiting, other):
            task.cancel()
        await asyncio.gather(*waiting, other, return_exceptions=True)
        assert not fake.middleware.open

    awaited(class_room())


def test_sockets_are_bounded_for_a_client_and_for_all():
    async def full():
        fake = Fake(sockets_of_a_seat=3, sockets_of_an_address=4, sockets=6)
        inside = [asyncio.create_task(fake.socket(seat=seat)) for seat in (A, A, A, B)]
        await asyncio.sleep(0)
        refused = await fake.socket(RERUN)
        assert [message["type"] for message in refused] == ["websocket.accept", "websocket.close"]
        assert refused[1]["code"] == 1008 and "3" in refused[1]["reason"] and A not in refused[1]["reason"]
        inside += [asyncio.create_task(fake.socket(seat=seat)) for seat in (B, "none")]
        await asyncio.sleep(0)
        assert (await fake.socket(seat="none"))[1]["code"] == 1013, "the server is full"
        fake.leave.set()
        await asyncio.gather(*inside)
        assert not fake.taken and (await fake.socket(RERUN))[-1]["type"] == "websocket.send"

    awaited(full())


def test_the_system_lets_us_open_what_our_sockets_need():
    resource = pytest.importorskip("resource")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    assert sockets.open_files() >= min(hard if hard != resource.RLIM_INFINITY else 10_000, 10_000)


def test_few_descriptors_are_few_sockets(monkeypatch):
    monkeypatch.setattr(sockets, "open_files", lambda: 1024)
    assert 0 < Sockets(None).most <= (1024 - 3 * 128) / 4
