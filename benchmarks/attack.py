"""One client does its worst while a class goes on: `python -m benchmarks.attack [learners] [seconds] [attack …]`.

Two hosted replicas behind nginx with the configuration of deploy/, anew for each attack, on this machine only. The
attacker has a process and a seat of its own; the learners are those of benchmarks/classroom.py. Printed are what the
learners waited for, the memory of the replicas, and what the attacker was answered.
"""

import asyncio
import http.client
import itertools
import multiprocessing
import os
import random
import secrets
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import numpy as np
import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from benchmarks.classroom import Client, Seen, classroom
from tests.support.proxy import proxied
from tests.support.server import serving
from ui.server import clients

REPLICAS = 2
SEAT = 1000  # the attacker's number: no learner has it
SETTLED_S = 25  # by when thirty learners have opened their lessons
CONTROL_S, PAGE_S = 1, 3  # that 95 % of what learners do has to stay below
RERUN = BackMsg(rerun_script=ClientState(page_name="attention", query_string="lang=en")).SerializeToString()
SIZES = itertools.cycle((1_500_000, 30_000_000, 900_000))
CLEAR = BackMsg(clear_cache=True).SerializeToString()
Work = Callable[["Attacker", ClientConnection], Awaitable[None]]


class Attacker:
    """One client, until its time is over, and what it was answered: how often each status, or end of a socket."""

    def __init__(self, address: str, seconds: float):
        self.address, self.until = address, time.monotonic() + seconds
        self.answers: Counter[str] = Counter()
        self.client = Client(SEAT, Seen())
        self.client.seat = secrets.token_hex(16)  # what an attack left open is not the next one's

    @property
    def left(self) -> float:
        """Seconds."""
        return max(0.0, self.until - time.monotonic())

    def request(self, paths: Iterator[str], method: str, body: bytes | None) -> None:
        """One request after another over a connection that is kept."""
        headers = {"Cookie": f"{clients.SEAT}={self.client.seat}"}
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=15)
        while self.left:
            try:
                connection.request(method, next(paths), body, headers)
                answer = connection.getresponse()
                answer.read()
                self.answers[str(answer.status)] += 1
            except (OSError, http.client.HTTPException) as error:
                self.answers[type(error).__name__] += 1
                connection.close()

    async def requests(
        self, connections: int, *paths: Callable[[], str] | str, method: str = "GET", body: bytes | None = None
    ) -> None:
        """So many connections, each of which asks for the paths by turns."""
        asked = (((path() if callable(path) else path) for path in itertools.cycle(paths)) for _ in range(connections))
        await asyncio.gather(*(asyncio.to_thread(self.request, one, method, body) for one in asked))

    async def sockets(self, count: int, work: Work) -> None:
        """So many WebSockets, each of which is opened again when it is closed."""
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*(self._socket(work) for _ in range(count))), self.left)

    async def _socket(self, work: Work) -> None:
        while self.left:
            try:
                async with self.client.connected(self.address, close_timeout=1) as channel:
                    await work(self, channel)
            except ConnectionClosed as end:
                self.answers[f"closed {end.rcvd.code} {end.rcvd.reason}" if end.rcvd else "closed"] += 1
            except InvalidStatus as refused:
                self.answers[f"refused {refused.response.status_code}"] += 1
            except Exception as error:  # whatever it is, it is an answer
                self.answers[type(error).__name__] += 1
            await asyncio.sleep(0.1)


# ---- what is done over one socket


async def drain(attacker: Attacker, channel: ClientConnection) -> None:
    """Takes what comes and sends nothing. Raises ConnectionClosed."""
    while True:
        await channel.recv()
        attacker.answers["messages"] += 1


async def sends(attacker: Attacker, channel: ClientConnection, frames: Iterator[bytes], pause: float) -> None:
    async with asyncio.TaskGroup() as both:
        taken = both.create_task(drain(attacker, channel))
        for frame in frames:
            await channel.send(frame)
            await asyncio.sleep(pause)
        await taken


def sending(frame: Callable[[], bytes], pause: float) -> Work:
    async def work(attacker: Attacker, channel: ClientConnection) -> None:
        try:
            await sends(attacker, channel, iter(frame, None), pause)
        except* ConnectionClosed as ends:
            raise ends.exceptions[0] from None

    return work


def words(characters: int = 600) -> str:
    """A prompt that nobody has asked for."""
    return " ".join(f"{random.getrandbits(24):x}" for _ in range(characters // 4))[:characters]


async def pages(attacker: Attacker, channel: ClientConnection) -> None:
    """New prompts of lesson `heads`, one after another."""
    reader = Client(SEAT, Seen())
    reader.slug, reader.channel = "heads", channel
    while attacker.left:
        reader.link["prompt"] = words()
        await reader.run()
        attacker.answers["pages"] += 1


class Presser(Client):
    """Presses the button that begins long work, again and again."""

    buttons: tuple[str, ...] = ()

    def _noted(self, message: ForwardMsg) -> bool:
        id = message.delta.new_element.button.id
        if id.endswith(("-go", "-begin")):
            self.buttons = (id,)
        return super()._noted(message)

    async def press(self, attacker: Attacker, channel: ClientConnection) -> None:
        self.channel = channel
        while attacker.left:
            await self.run()
            for id in self.buttons:
                self.values[id] = WidgetState(id=id, trigger_value=True)
                await self.run()
                self.values.pop(id, None)
                attacker.answers["presses"] += 1
            await asyncio.sleep(2)


async def long_work(attacker: Attacker) -> None:
    """Training in one page and a ring of processes in the other."""
    readers = [Presser(SEAT, Seen()) for _ in range(2)]
    for reader, slug in zip(readers, ("train", "ring"), strict=True):
        reader.slug, reader.link = slug, {"lang": "en"}
    await asyncio.gather(*(attacker.sockets(1, reader.press) for reader in readers))


def large() -> bytes:
    """A rerun with a text of more bytes than we take, than uvicorn takes, or of a little less, by turns."""
    state = BackMsg(rerun_script=ClientState(page_name="train", query_string="lang=en"))
    state.rerun_script.widget_states.widgets.add(id="a", string_value=words(20) + "x" * next(SIZES))
    return state.SerializeToString()


def notebook() -> str:
    return f"/notebook/{random.choice(('attention', 'positions', 'what_if'))}?prompt={random.getrandbits(1990)}"


ATTACKS: dict[str, Callable[[Attacker], Awaitable[None]]] = {
    "none": lambda a: asyncio.sleep(a.left),
    # rows of the report that this was written for: B1, B2 and M1, M2, M3, M5, M6, m6, M8, M9
    "errors": lambda a: a.requests(2, "/notebook/attention?prompt=", "/_stcore/health", f"/app/static/{'a' * 300}"),
    "notebooks": lambda a: a.requests(60, notebook),
    "clear-cache": lambda a: a.sockets(1, sending(lambda: random.choice((CLEAR, RERUN)), 0.2)),
    "reruns": lambda a: a.sockets(4, sending(lambda: RERUN, 0.001)),
    "uploads": lambda a: a.requests(4, "/_stcore/upload_file/a/b", method="PUT", body=bytes(900_000)),
    "large-states": lambda a: a.sockets(25, sending(large, 1)),
    "sockets": lambda a: a.sockets(300, drain),
    "bad-frames": lambda a: a.sockets(4, sending(lambda: b"\xff" + random.randbytes(20), 0.01)),
    "prompts": lambda a: a.sockets(60, pages),
    "long-work": long_work,
}


def attack(name: str, address: str, seconds: float) -> Counter[str]:
    """What the attacker is answered. Returns when the time is over."""

    async def run() -> Counter[str]:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(100))
        attacker = Attacker(address, seconds)
        await ATTACKS[name](attacker)
        return attacker.answers

    return asyncio.run(run())


def measured(name: str, learners: int, seconds: float) -> str:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        replicas = [stack.enter_context(serving(folder / f"{number}.log")) for number in range(REPLICAS)]
        proxy = stack.enter_context(proxied(folder, *(port for port, _ in replicas)))
        context = multiprocessing.get_context("spawn")
        worst = stack.enter_context(context.Pool(1, os.nice, (19,)))  # else it would have its cores from the replicas
        servers = [psutil.Process(process.pid) for _, process in replicas]
        seen = Seen()

        async def at_once() -> Counter[str]:
            lesson = asyncio.create_task(classroom(proxy.address, servers, learners, (SETTLED_S + seconds) / 60, seen))
            await asyncio.sleep(SETTLED_S)
            seen.controls.clear()
            seen.prompts.clear()
            answers = worst.apply_async(attack, (name, proxy.address, seconds))
            await lesson
            return answers.get(60)

        answered = asyncio.run(at_once())
    control, page = (np.percentile(times or [np.inf], 95) for times in (seen.controls, seen.prompts))
    faults = f"faults {len(seen.faults)} {seen.faults[:2] or ''}"
    return (
        f"{name}: 95 % of {len(seen.controls)} controls within {control:.2f} s ({CONTROL_S}), of {len(seen.prompts)} "
        f"prompts {page:.2f} s ({PAGE_S}); {max(seen.memory) / 1e9:.2f} GB; {faults}\n"
        f"    the attacker: {dict(answered.most_common(6))}"
    )


if __name__ == "__main__":
    os.environ["VETRO_HOSTED"] = "1"
    given = sys.argv[1:]
    for name in given[2:] or ATTACKS:
        print(measured(name, int(given[0]) if given else 30, float(given[1]) if given[1:] else 60), flush=True)
