"""The attacks of benchmarks/attack.py, for a second each, against a hosted server; no assertion is a matter of time.

Nobody else's page is lost, memory stays, and the log has a line at most for each end of a socket.
"""

from collections import Counter

import psutil
import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.attack import ATTACKS, attack
from benchmarks.classroom import Client, Seen
from tests.support.server import serving
from tests.support.waiting import apart, awaited
from ui.server.limits import HOSTED

pytestmark = pytest.mark.slow

SECONDS = 1
MOST_GROWTH = 900_000_000  # bytes, by all attacks together: the models that they make it load, and the caches' bounds
GOOD = {"200", "400", "404", "503", "messages", "pages"}
WRONG = (
    {"json_value": "{"},
    {"double_value": 0.5},
    {"string_array_value": {"data": ["x", "y"]}},
    {"int_value": 2**62},
    {},
)
TOO_MANY = f"closed 1008 more than {HOSTED.sockets_of_a_seat} pages are open in this browser"
EXPECTED = {
    "uploads": ("404",),
    "notebooks": ("503",),
    "large-states": (f"closed 1009 a message of more than {HOSTED.message_bytes} bytes",),
    "sockets": (TOO_MANY,),
    "prompts": (TOO_MANY,),
    "bad-frames": ("closed 1002 not a message of Streamlit's",),
}


class Server:
    def __init__(self, address: str, process: psutil.Process):
        self.address, self.process = address, process

    def reader(self) -> Seen:
        """What a reader meets who opens a lesson and changes its controls."""
        reader = Client(1, seen := Seen())

        async def visit() -> None:
            async with reader.connected(self.address) as reader.channel:
                await reader.run()
                for _ in range(3):
                    await reader.run(reader.turned())

        awaited(visit())
        assert reader.controls
        return seen


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    log = tmp_path_factory.mktemp("attacked") / "log"
    with pytest.MonkeyPatch.context() as hosted:
        hosted.setenv("VETRO_HOSTED", "1")
        with serving(log) as (port, process):
            server = Server(f"http://localhost:{port}", psutil.Process(process.pid))
            assert not server.reader().faults
            before = server.process.memory_info().rss
            yield server
            grown = server.process.memory_info().rss - before
    assert grown < MOST_GROWTH
    lines = log.read_text().splitlines()
    assert len(lines) < 60 and not any("\x1b" in line for line in lines), lines


def test_controls_that_are_set_to_what_they_cannot_be_break_nothing(server):
    reader = Client(2, seen := Seen())

    async def visit() -> None:
        async with reader.connected(server.address) as reader.channel:
            await reader.run()
            for value in WRONG:
                reader.values = {id: WidgetState(id=id, **value) for id in reader.controls}
                await reader.run()
            reader.values = {}
            await reader.run()

    awaited(visit())
    assert reader.controls and not seen.faults


@pytest.mark.parametrize("name", [name for name in ATTACKS if name not in ("none", "long-work")])  # test_jobs.py has it
def test_an_attack_is_answered_with_patience_and_others_go_on(server, name):
    answers, expected = Counter(), set(EXPECTED.get(name, ()))
    for _ in range(10):  # seconds: a busy machine may take more than one
        answers += apart(attack, name, server.address, SECONDS)
        if answers and expected <= set(answers):
            break
    assert all(answer in GOOD or answer.startswith("closed 1") for answer in answers), answers
    assert answers and expected <= set(answers), answers
    assert not server.reader().faults
