"""A class that presses Train at once: `python -m benchmarks.class_training [learners] [preset]`, in an empty machine.

Two hosted servers stand for the replicas of deploy/, and every second learner is at one of them, with the cookie that
nginx would give. Printed are the seconds from the press until a learner's curve begins, and until both runs have ended.
"""

import asyncio
import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack

import numpy as np
import psutil
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect

import content
from benchmarks.app import served
from benchmarks.classroom import Client, Seen, ready
from model.toys.plans import PRESETS
from ui.lessons.train import link as train_link
from ui.lessons.train.view import REDRAW, WAIT
from ui.server import clients

WORDS = content.load("en", "train")
STATE = '<p class="note" role="status">'
TRAINER = "model.toys.worker"
REPLICAS = 2
LIMIT_S = 300  # for a class of thirty on two cores


class Learner(Client):
    """One browser at lesson `train`."""

    def __init__(self, number: int, seen: Seen, preset: str):
        super().__init__(number, seen)
        self.slug, self.link = "train", {"lang": "en", **train_link.as_link(PRESETS[preset])}
        self.button = self.fragment = self.state = ""

    async def train(self, address: str, start: asyncio.Barrier) -> tuple[float, float]:
        """Seconds until the curve begins, and until the runs have ended. Raises RuntimeError where they break off."""
        url, headers = address.replace("http", "ws"), {"Cookie": f"{clients.SEAT}={secrets.token_hex(16)}"}
        options = {"origin": address, "subprotocols": ["streamlit"], "max_size": None, "additional_headers": headers}
        async with connect(f"{url}/_stcore/stream", **options) as self.channel:
            await self.run()
            await start.wait()
            pressed, begun = time.monotonic(), 0.0
            self.values[self.button] = WidgetState(id=self.button, trigger_value=True)
            await self.run()
            self.values.pop(self.button, None)
            while self.state != WORDS["finished"]:
                if self.state in (WORDS["broken"], WORDS["full"]):
                    raise RuntimeError(self.state)
                if not begun and self.state == WORDS["running"]:
                    begun = time.monotonic() - pressed
                await asyncio.sleep(REDRAW if self.state == WORDS["running"] else WAIT)
                await self.run(self.fragment)
            return begun, time.monotonic() - pressed

    def _noted(self, message: ForwardMsg) -> bool:
        element = message.delta.new_element
        if element.button.id.endswith("-go"):
            self.button = element.button.id
        if element.html.body.startswith(STATE):
            self.state = element.html.body.removeprefix(STATE).removesuffix("</p>")
            self.fragment = message.delta.fragment_id or self.fragment
        return super()._noted(message)


async def trained(addresses: list[str], learners: int, preset: str, seen: Seen) -> list[tuple[float, float]]:
    """What Learner.train says of each."""
    start = asyncio.Barrier(learners)
    seats = (Learner(number, seen, preset) for number in range(learners))
    return await asyncio.gather(*(seat.train(addresses[n % len(addresses)], start) for n, seat in enumerate(seats)))


def lines(learners: int = 30, preset: str = train_link.FIRST) -> Iterator[str]:
    os.environ["VETRO_HOSTED"] = "1"
    with ExitStack() as servers:
        started = [servers.enter_context(served()) for _ in range(REPLICAS)]
        for address, *_ in started:
            ready(address)
        seen = Seen()
        times = asyncio.run(trained([address for address, *_ in started], learners, preset, seen))
        family = [process for *_, server in started for process in psutil.Process(server).children(recursive=True)]
        memory = sum(process.memory_info().rss for process in family)
        work = sum(process.cpu_times().user for process in family if TRAINER in process.cmdline())
    begun, ended = map(np.array, zip(*times, strict=True))
    yield f"{learners} learners press Train at once ({preset}), {REPLICAS} replicas, {os.cpu_count()} cores"
    yield f"  the curve begins: median {np.median(begun):.0f} s, last {begun.max():.0f} s"
    yield f"  the runs have ended: median {np.median(ended):.0f} s, last {ended.max():.0f} s (under {LIMIT_S})"
    yield f"  seconds of a core that the runs took: {work:.0f}, of each learner {work / learners:.1f}"
    yield f"  memory of the servers and their processes: {memory / 1e9:.2f} GB; faults: {len(seen.faults)} (0)"


if __name__ == "__main__":
    for line in lines(*map(int, sys.argv[1:2]), *sys.argv[2:3]):
        print(line, flush=True)
