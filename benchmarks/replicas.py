"""Two replicas behind nginx, one killed at random, ten times: `python -m benchmarks.replicas [learners] [kills]`.

The learners of benchmarks/classroom.py are at work meanwhile, and connect again as a browser does. Nothing may be lost
but the session: whoever was at the replica has the same page again, from its link, and nobody is told of an error.
Besides, strangers open the site all the time: each has to be answered. The replica is started anew after a second, as
systemd and Docker do, and the next is killed when both are there.
"""

import asyncio
import random
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from websockets.exceptions import ConnectionClosed, InvalidHandshake

from benchmarks.classroom import Client, Seen
from tests.support.proxy import proxied
from tests.support.server import free_port

CALM = (15.0, 25.0)  # seconds before the next one is killed: its pages are at work again
RESTART_S = 1.0
OPENING_S = 0.2  # between two strangers


class Replica:
    def __init__(self, log: Path):
        self.port, self._log = free_port(), log
        self.start()

    def start(self) -> None:
        command = [Path(sys.executable).with_name("vetro"), "--hosted", "--port", str(self.port)]
        with self._log.open("a") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)

    async def is_well(self) -> None:
        while await asyncio.to_thread(_status, f"http://localhost:{self.port}/_stcore/health") != 200:
            await asyncio.sleep(0.1)

    async def die(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        await asyncio.sleep(RESTART_S)
        self.start()
        await self.is_well()


class Learner(Client):
    """One whose connection may end: it connects again, and its page has to be what it was."""

    def __init__(self, number: int, seen: Seen):
        super().__init__(number, seen)
        self.pictures: list[float] = []  # seconds from the loss of a connection to the first picture
        self.pages: list[float] = []  # and to the whole page

    async def learn(self, address: str, until: float) -> None:
        lost = None
        while time.monotonic() < until:
            try:
                async with self.connected(address) as self.channel:
                    link, controls, opened = dict(self.link), set(self.controls), time.monotonic()
                    picture, whole = await self.run()
                    if lost is not None:
                        self.pictures.append(opened - lost + picture)
                        self.pages.append(opened - lost + whole)
                        lost = None
                        if self.link != link or not controls <= set(self.controls):
                            missing = len(controls - set(self.controls))
                            self.seen.faults.append(f"{self.slug}: {missing} controls gone, {link} now {self.link}")
                    while time.monotonic() < until:
                        await self._change()
            except (ConnectionClosed, InvalidHandshake, OSError):
                lost = time.monotonic() if lost is None else lost
                await asyncio.sleep(0.2)


def _status(address: str) -> int:
    with suppress(OSError):
        return urllib.request.urlopen(address, timeout=10).status
    return 0


async def killing(address: str, replicas: list[Replica], learners: list[Learner], kills: int) -> list[float]:
    """Seconds of all strangers' first pages; infinity for one that was not answered as it should be."""
    until, pages = float("inf"), []

    async def open_page() -> None:
        start = time.monotonic()
        status = await asyncio.to_thread(_status, f"{address}/attention")
        pages.append(time.monotonic() - start if status == 200 else float("inf"))

    async def strangers(coming: list[asyncio.Task]) -> None:
        while True:
            coming.append(asyncio.create_task(open_page()))
            await asyncio.sleep(OPENING_S)

    for replica in replicas:
        await replica.is_well()
    coming: list[asyncio.Task] = []
    others = asyncio.create_task(strangers(coming))
    class_ = [asyncio.create_task(learner.learn(address, until)) for learner in learners]
    chance = random.Random(0)
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(*CALM))
        await chance.choice(replicas).die()
    await asyncio.sleep(CALM[1])
    others.cancel()
    for learner in class_:
        learner.cancel()
    for fault in await asyncio.gather(*class_, return_exceptions=True):
        if not isinstance(fault, asyncio.CancelledError):
            learners[0].seen.faults.append(repr(fault))
    await asyncio.gather(*coming)
    return pages


def lines(clients: int = 10, kills: int = 10) -> Iterator[str]:
    seen = Seen()
    learners = [Learner(number, seen) for number in range(clients)]
    with TemporaryDirectory() as folder, ExitStack() as stack:
        logs = [Path(folder) / f"replica-{number}.txt" for number in range(2)]
        replicas = [Replica(log) for log in logs]
        for replica in replicas:
            stack.callback(replica.stop)
        proxy = stack.enter_context(proxied(Path(folder), *(replica.port for replica in replicas)))
        pages = asyncio.run(killing(proxy.address, replicas, learners, kills))
        said = "".join(log.read_text() for log in logs)
    yield f"{clients} learners, two replicas, {kills} times one was killed"
    for what in ("pictures", "pages"):
        back = sorted(seconds for learner in learners for seconds in getattr(learner, what))
        median = statistics.median(back)
        yield f"  {what} of lost sessions: {len(back)}, back after {median:.1f} s, at most {back[-1]:.1f}"
    yield f"  controls turned: {len(seen.controls)}, new prompts: {len(seen.prompts)}, meanwhile"
    unanswered = pages.count(float("inf"))
    yield f"  strangers: {len(pages)}, not answered {unanswered} (0), at most after {max(pages):.2f} s"
    yield f"  faults: {len(seen.faults)} (0) {seen.faults[:3] or ''}"
    yield f"  tracebacks in the logs: {said.count('Traceback')} (0)"


if __name__ == "__main__":
    for line in lines(*map(int, sys.argv[1:3])):
        print(line, flush=True)
