"""Thirty learners at once: `python -m benchmarks.classroom [clients] [minutes]`, in an empty machine.

Every client speaks the browser's protocol (a WebSocket with Streamlit's messages) and does what a browser does, but for
the drawing: it opens a lesson, and every three seconds it turns a control of that page, or opens or shuts a folded
part, or (every fifth time) types another prompt. Printed are the seconds until everything that the page sends has come,
and for a prompt until the first new picture; what the browser needs to draw comes on top (lesson `attention`: 10 ms).
"""

import asyncio
import os
import random
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from urllib.parse import parse_qsl, urlencode

import numpy as np
import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Slider_pb2 import Slider
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect

from benchmarks.app import LONG, served
from ui.server import clients

LESSONS = ("attention", "next_token", "tokens", "heads", "experts", "sparse", "positions", "machine")
WORDS = ("harbour", "house", "land", "shore", "way", "port", "sea", "light", "rocks", "town", "bay", "quay")
PAUSE, PROMPTS = 3.0, 5  # seconds between two changes; every how manieth is a prompt
PICTURE = "bidi_component"


@dataclass
class Seen:
    """What the clients met, all together. Seconds; memory in bytes, one number every ten seconds."""

    controls: list[float] = field(default_factory=list)
    pictures: list[float] = field(default_factory=list)
    prompts: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)


class Client:
    """One learner at one lesson."""

    def __init__(self, number: int, seen: Seen):
        self.slug, self.seen, self.chance = LESSONS[number % len(LESSONS)], seen, random.Random(number)
        self.seat, self.turn = f"{number:032x}", self.chance.randrange(PROMPTS)
        self.controls: dict[str, tuple[str, tuple, object]] = {}  # by id: fragment, place on the page, description
        self.values: dict[str, WidgetState] = {}
        self.link = {"lang": "en", "prompt": f"{LONG} {WORDS[number % len(WORDS)]}"}
        self.anew = self.part = False  # a run has begun, and nothing of it has come; it is that of a fragment
        self.page = ""  # what the server calls the page: by this name a fragment can have it drawn anew

    def connected(self, address: str, **more: float) -> connect:
        """A WebSocket to the server, with the seat that nginx would give. `more` is for websockets."""
        url, cookie = address.replace("http", "ws", 1) + "/_stcore/stream", f"{clients.SEAT}={self.seat}"
        options = {"origin": address, "subprotocols": ["streamlit"], "max_size": None}
        return connect(url, additional_headers={"Cookie": cookie}, **options, **more)

    async def learn(self, address: str, until: float) -> None:
        async with self.connected(address) as self.channel:
            await self.run()  # the lesson is opened: not a change
            while time.monotonic() < until:
                await self._change()

    async def _change(self) -> None:
        """What a learner does next, after a pause."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PAUSE * self.chance.uniform(0.7, 1.3)):
                while True:  # like a browser, which always reads
                    self._hear(ForwardMsg.FromString(await self.channel.recv()))
        self.turn += 1
        if self.turn % PROMPTS == 0 or not self.controls:
            self.link["prompt"] = f"{LONG} {self.chance.choice(WORDS)} {self.chance.choice(WORDS)}"
            picture, whole = await self.run()
            self.seen.pictures.append(picture)
            self.seen.prompts.append(whole)
        else:
            self.seen.controls.append((await self.run(self.turned()))[1])

    def turned(self) -> str:
        """Changes one control; returns its fragment."""
        id = self.chance.choice(list(self.controls))
        fragment, _, control = self.controls[id]
        state = WidgetState(id=id)
        kind = type(control).__name__
        if kind == "Slider" and control.options:
            state.string_array_value.data[:] = [self.chance.choice(control.options)]
        elif kind == "Slider":
            state.double_array_value.data[:] = [self._other(control)]
        elif kind == "Selectbox":
            state.string_value = self.chance.choice(control.options)
        else:  # a switch, or a part that is folded
            state.bool_value = not (id in self.values and self.values[id].bool_value)
        self.values[id] = state
        return fragment

    def _other(self, slider: Slider) -> float:
        steps = round((slider.max - slider.min) / slider.step)
        return slider.min + slider.step * self.chance.randint(0, steps)

    async def run(self, fragment: str = "") -> tuple[float, float]:
        """Asks for the page, or for one fragment of it. Seconds to the first picture and to the end."""
        state = ClientState(page_name=self.slug if self.slug != "machine" else "", fragment_id=fragment)
        state.query_string, state.page_script_hash = urlencode(self.link), self.page
        state.widget_states.widgets.extend(self.values.values())
        start, picture = time.perf_counter(), None
        await self.channel.send(BackMsg(rerun_script=state).SerializeToString())
        while True:
            message = ForwardMsg.FromString(await asyncio.wait_for(self.channel.recv(), 60))
            if self._hear(message) and picture is None:
                picture = time.perf_counter() - start
            if message.HasField("script_finished") and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                whole = time.perf_counter() - start
                return picture or whole, whole

    def _hear(self, message: ForwardMsg) -> bool:
        """Does what a browser does with a message; says whether it brings a picture."""
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.anew, self.part = True, bool(message.metadata.run.fragment_ids)
        elif kind == "navigation":
            self.page = message.navigation.page_script_hash
        elif kind == "page_info_changed":  # a control that lives in the link
            self.link = dict(parse_qsl(message.page_info_changed.query_string))
        elif kind == "delta":
            if self.anew:
                self._forget(message)
                self.anew = False
            return self._noted(message)
        elif kind == "script_finished":
            if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                self.seen.faults.append(f"{self.slug}: a page that cannot be run")
            self.values = {id: value for id, value in self.values.items() if id in self.controls}
        return False

    def _forget(self, message: ForwardMsg) -> None:
        """Forgets the controls of what is made anew: the page, or the block that a fragment begins with."""
        place = tuple(message.metadata.delta_path) if self.part else ()
        for id, (_, there, _) in list(self.controls.items()):
            if there[: len(place)] == place:
                del self.controls[id]

    def _noted(self, message: ForwardMsg) -> bool:
        """Keeps the controls that a message brings; says whether it brings a picture."""
        delta, place = message.delta, tuple(message.metadata.delta_path)
        if delta.WhichOneof("type") == "add_block":
            if delta.add_block.expandable.id:
                self.controls[delta.add_block.expandable.id] = delta.fragment_id, place, delta.add_block.expandable
            return False
        kind = delta.new_element.WhichOneof("type")
        if kind == "exception" or (kind == "html" and 'role="alert"' in delta.new_element.html.body):
            self.seen.faults.append(f"{self.slug}: {str(delta.new_element)[:200]}")
        if kind in ("slider", "checkbox", "selectbox"):
            control = getattr(delta.new_element, kind)
            if kind != "selectbox" or len(control.options) > 2:  # that of the models stays: others are not the question
                self.controls[control.id] = delta.fragment_id, place, control
        return kind == PICTURE


def ready(address: str) -> None:
    """Returns when the server is well."""
    while True:
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
            return
        except OSError:
            time.sleep(0.1)


async def classroom(address: str, servers: list[psutil.Process], learners: int, minutes: float, seen: Seen) -> None:
    """Notes what so many learners meet at this address; the memory is that of the servers and of their processes."""
    until = time.monotonic() + 60 * minutes

    async def weigh() -> None:
        while True:
            family = [process for server in servers for process in (server, *server.children(recursive=True))]
            seen.memory.append(sum(process.memory_info().rss for process in family))
            await asyncio.sleep(10)

    async def one(number: int) -> None:
        await asyncio.sleep(number * PAUSE / learners * 3)  # they do not all sit down at once
        try:
            await Client(number, seen).learn(address, until)
        except Exception as fault:  # whatever it is, it is what is being looked for
            seen.faults.append(f"client {number}: {fault!r}")

    scales = asyncio.create_task(weigh())
    await asyncio.gather(*(one(number) for number in range(learners)))
    scales.cancel()


def lines(learners: int = 30, minutes: float = 20) -> Iterator[str]:
    with TemporaryFile("w+") as log:
        with served(log) as (address, _, server):
            ready(address)
            asyncio.run(classroom(address, [psutil.Process(server)], learners, minutes, seen := Seen()))
        log.seek(0)
        said = log.read()
    yield f"{learners} learners, a change every {PAUSE:g} s for {minutes:g} minutes, {os.cpu_count()} cores"
    asked = (("a control", seen.controls, 0.5), ("a new prompt, its picture", seen.pictures, 1.5))
    for name, seconds, limit in (*asked, ("a new prompt, the whole page", seen.prompts, None)):
        median, most = np.percentile(seconds, [50, 95])
        share = f", {100 * np.mean(np.array(seconds) <= limit):.1f} % within {limit} s (95)" if limit else ""
        yield f"  {name}: {len(seconds)} times, median {median:.2f} s, 95 % within {most:.2f} s{share}"
    third = max(1, len(seen.memory) // 3)
    middle, last = np.median(seen.memory[third : 2 * third]), np.median(seen.memory[2 * third :])
    yield f"  memory: at most {max(seen.memory) / 1e9:.2f} GB (3); last third / middle third {last / middle:.3f}"
    yield f"  faults: {len(seen.faults)} (0) {seen.faults[:3] or ''}"
    if seen.faults:
        yield said[-20_000:]


if __name__ == "__main__":
    given = [float(text) for text in sys.argv[1:3]]
    for line in lines(*([int(given[0])] if given else []), *given[1:]):
        print(line, flush=True)
