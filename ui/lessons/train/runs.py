"""The runs of a session: started, followed, paused, and made into models that other lessons can open."""

import secrets
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path

import streamlit as st

from model import zoo
from model.toys import worker
from model.toys.plans import Plan
from model.toys.worker import Ending
from model.zoo import Bundle, Card
from ui.server import jobs, limits, user_models

MOST = 8  # runs of a session that are kept
STATE = 3  # times the bytes of the model: the optimizer has two more numbers for each weight
HEADER_BYTES = 65_536  # of a file of weights, at most


class State(Enum):
    """Of the work of a session."""

    IDLE = auto()  # not begun, paused or finished
    RUNNING = auto()  # the reader wants it to go on: it runs, or waits for its turn
    FAILED = auto()  # which is no fault of the reader's
    FULL = auto()  # the server has no room for the state of a run


@dataclass
class Record:
    """One run. bytes: of its weights; snapshots: as the process reports them (worker.snapshot_json), the first of the
    untrained model, computed here. file: its state, while it is begun and not ended; ended: None while there is
    something left to do; patient: see worker.Work; model: its name in the other lessons, as it was at step `kept`."""

    plan: Plan
    bytes: int
    snapshots: list[dict]
    file: Path | None = None
    ended: Ending | None = None
    patient: bool = False
    model: str | None = None
    kept: int = 0
    id: str = field(default_factory=lambda: secrets.token_hex(4))

    @property
    def last(self) -> dict:
        return self.snapshots[-1]

    @property
    def step(self) -> int:
        return self.last["step"]

    @property
    def resumable(self) -> bool:
        return self.ended in (None, Ending.BEHIND)

    def work(self) -> dict:
        """The fields of a worker.Work."""
        return {
            "plan": worker.plan_json(self.plan),
            "file": str(self.file),
            "accuracies": [snapshot["accuracy"] for snapshot in self.snapshots],
            "ended": self.ended is not None,
            "patient": self.patient,
        }


class Runs:
    """Of one session, by plan; `job` works on some of them, or did."""

    def __init__(self):
        self.records: dict[Plan, Record] = {}
        self.id, self.owner = secrets.token_urlsafe(9), ""  # see kept.py
        self.lost = False  # whether one of them was under way and cannot go on
        self.state = State.IDLE
        self.job: jobs.Job | None = None
        self._at_work: list[Record] = []
        self._heard = 0  # messages of the job
        self._seconds_left = 0.0
        self._files: list[Path] = []
        weakref.finalize(self, user_models.release, self._files)  # they go with the session

    @property
    def running(self) -> bool:
        return self.state is State.RUNNING

    def record(self, plan: Plan) -> Record:
        """The run of a plan, begun if it is new; the oldest are forgotten."""
        if plan not in self.records:
            model = worker.new_model(plan)
            untrained = worker.snapshot_json(worker.take_snapshot(model, 0, plan.task.held_out()))
            size = sum(weight.nbytes for weight in model.parameters())
            self.records[plan] = Record(plan, size, [untrained])
            for old in list(self.records)[:-MOST]:
                self.clear(old)
        return self.records[plan]

    def has_at_work(self, record: Record) -> bool:
        return self.running and record in self._at_work

    def works_on(self, plans: tuple[Plan, ...]) -> bool:
        return all(record.plan in plans for record in self._at_work)

    def start(self, plans: tuple[Plan, ...]) -> None:
        """As the reader asks. Where all have ended, those that were behind go on, to their last step."""
        chosen, self.lost = [self.record(plan) for plan in plans], False
        if all(record.ended for record in chosen):
            for record in chosen:
                if record.ended is Ending.BEHIND:
                    record.ended, record.patient = None, True
        self._at_work, self._seconds_left = chosen, limits.limits().training_seconds
        self._submit()

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
                self._release(record)

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
            self._seconds_left -= self.job.seconds
            if self.job.failed:
                self.state = State.FAILED
            elif self.job.ended == "long":
                self.state = State.IDLE
            else:  # the reader was away, or others had their turn: on with it
                self._submit()

    def _submit(self) -> None:
        unfinished = [record for record in self._at_work if not record.ended]
        if not unfinished or self._seconds_left <= 0:
            self.state = State.IDLE
        elif not all(map(self._has_file, unfinished)):
            self.state = State.FULL
        else:
            self.state = State.RUNNING
            times = {"turn": limits.limits().training_turn_seconds, "longest": self._seconds_left}
            work = {"runs": [record.work() for record in self._at_work]}
            self.job, self._heard = jobs.submit("model.toys.worker", work, **times), 0

    def _has_file(self, record: Record) -> bool:
        """Finds room for its state, if need be in place of older runs of this session."""
        while not record.file:
            if file := user_models.state_file(STATE * record.bytes + HEADER_BYTES):
                record.file = file
                self._files.append(file)
            elif older := [each for each in self.records.values() if each.file and each not in self._at_work]:
                self.clear(older[0].plan)
            else:
                return False
        return True

    def _release(self, record: Record) -> None:
        if record.file:
            self._files.remove(record.file)
            user_models.release([record.file])
            record.file = None

    def _take(self, message: dict) -> None:
        record = self._at_work[message.pop("run")]
        if "ended" in message:
            record.ended = None if message["ended"] == Ending.STOPPED else Ending(message["ended"])
            return
        while record.snapshots and record.step >= message["step"]:  # what it takes up again after an end by force
            record.snapshots.pop()
        record.snapshots.append(message)

    def publish(self, title: Callable[[Plan], str]) -> None:
        """Gives the models that nobody works on a name for the other lessons, and this title there. One that has
        learned more since takes the place of what it was."""
        for plan, record in self.records.items():
            if (self.has_at_work(record) and not record.ended) or not record.file or not record.file.exists():
                continue
            if record.kept != record.step:
                bundle = _bundle(record, record.file, title(plan))
                if not record.resumable:
                    self._release(record)  # which makes room for the model
                record.model = user_models.keep(bundle, plan.task.prompt(), record.model)
                record.kept = record.step
                names = st.session_state.setdefault("trained", [])
                names[:] = [name for name in (*names, record.model) if name and user_models.exists(name)]


def _bundle(record: Record, file: Path, title: str) -> Bundle:
    model = worker.load_trained(record.plan, file).to(zoo.device())
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
