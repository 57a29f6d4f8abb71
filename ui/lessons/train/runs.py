"""The runs of a session: started, followed, paused, and made into models that other lessons can open."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from model import zoo
from model.toys import worker
from model.toys.plans import Plan
from model.toys.worker import Ending
from model.zoo import Bundle, Card
from ui.server import jobs, limits, user_models

MOST = 8  # runs of a session that are kept
TURN = 60.0  # seconds a run may have while others wait


class State(Enum):
    """Of the work of a session."""

    IDLE = auto()  # not begun, paused or finished
    RUNNING = auto()  # the reader wants it to go on: it runs, or waits for its turn
    FAILED = auto()  # which is no fault of the reader's


@dataclass
class Record:
    """One run. snapshots: as the process reports them (worker.snapshot_json), the first of the untrained model,
    computed here. ended: None while there is something left to do; model: its name in the other lessons."""

    plan: Plan
    file: Path
    snapshots: list[dict]
    ended: Ending | None = None
    model: str | None = None
    id: str = field(default_factory=lambda: secrets.token_hex(4))

    @property
    def last(self) -> dict:
        return self.snapshots[-1]

    @property
    def step(self) -> int:
        return self.last["step"]


class Runs:
    """Of one session, by plan; `job` works on some of them, or did."""

    def __init__(self):
        self.folder = TemporaryDirectory()  # goes with the session
        self.records: dict[Plan, Record] = {}
        self.state = State.IDLE
        self.job: jobs.Job | None = None
        self._at_work: list[Record] = []
        self._heard = 0  # messages of the job

    @property
    def running(self) -> bool:
        return self.state is State.RUNNING

    def record(self, plan: Plan) -> Record:
        """The run of a plan, begun if it is new; the oldest are forgotten."""
        if plan not in self.records:
            untrained = worker.snapshot_json(worker.take_snapshot(worker.new_run(plan), plan.task.held_out()))
            file = Path(self.folder.name) / secrets.token_hex(8)
            self.records[plan] = Record(plan, file, [untrained])
            for old in list(self.records)[:-MOST]:
                self.clear(old)
        return self.records[plan]

    def works_on(self, plans: tuple[Plan, ...]) -> bool:
        return all(record.plan in plans for record in self._at_work)

    def start(self, plans: tuple[Plan, ...]) -> None:
        self._at_work = [record for record in map(self.record, plans) if not record.ended]
        self.state = State.RUNNING if self._at_work else State.IDLE
        if self.running:
            times = {"turn": TURN, "longest": limits.limits().training_seconds}
            work = [{"plan": worker.plan_json(record.plan), "file": str(record.file)} for record in self._at_work]
            self.job, self._heard = jobs.submit("model.toys.worker", {"runs": work}, **times), 0
            for record in self._at_work:
                record.model = None  # what it was is no longer what it will be

    def pause(self) -> None:
        self.state = State.IDLE
        if self.job:
            self.job.stop()

    def clear(self, *plans: Plan) -> None:
        """Forgets these runs."""
        for plan in plans:
            if record := self.records.pop(plan, None):
                if record in self._at_work:
                    self.pause()
                record.file.unlink(missing_ok=True)

    def listen(self) -> None:
        """Takes what the process reported since the last time. Called while the reader is at the page."""
        if not self.job:
            return
        self.job.beat()
        alive = self.job.alive  # before the messages are read: none can come after it has ended
        for message in self.job.messages[self._heard :]:
            self._heard += 1
            self._take(message)
        if not alive and self.running:
            if self.job.failed:
                self.state = State.FAILED
            elif self.job.ended == "long" or all(record.ended for record in self._at_work):
                self.state = State.IDLE
            else:  # the reader was away, or others had their turn: on with it
                self.start(tuple(record.plan for record in self._at_work))

    def _take(self, message: dict) -> None:
        record = self._at_work[message.pop("run")]
        if "ended" in message:
            record.ended = None if message["ended"] == Ending.STOPPED else Ending(message["ended"])
            return
        while record.snapshots and record.step >= message["step"]:  # what it takes up again after an end by force
            record.snapshots.pop()
        record.snapshots.append(message)

    def publish(self, title: Callable[[Plan], str]) -> None:
        """Gives the models that nobody works on a name for the other lessons, and this title there."""
        for plan, record in self.records.items():
            at_work = self.running and record in self._at_work
            if not record.model and not at_work and record.file.exists():
                record.model = user_models.keep(_bundle(record, title(plan)), plan.task.prompt())
                st.session_state.setdefault("trained", []).append(record.model)


def _bundle(record: Record, title: str) -> Bundle:
    model = worker.load_trained(record.plan, record.file).to(zoo.device())
    count = sum(weight.numel() for weight in model.parameters())
    return Bundle(model, record.plan.task.tokenizer, Card(title, title, "CC0-1.0", "", count))


def runs() -> Runs:
    """Of this session."""
    if "train-runs" not in st.session_state:
        st.session_state["train-runs"] = Runs()
    return st.session_state["train-runs"]


def records(plans: tuple[Plan, ...]) -> list[Record]:
    """The runs of these plans in this session."""
    return [runs().record(plan) for plan in plans]
