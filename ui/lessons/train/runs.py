"""The runs of a session: started, followed, paused, and made into models that other lessons can open."""

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from model import zoo
from model.toys import worker
from model.toys.plans import Plan
from model.toys.worker import Ending
from model.zoo import Bundle, Card
from ui.server import jobs, limits, user_models
from ui.server.jobs import Job

MOST = 8  # runs of a session that are kept
TURN = 60.0  # seconds a run may have while others wait
FINISHED = (Ending.DONE, Ending.SOLVED, Ending.DIVERGED)


@dataclass
class Record:
    """One run. seen: its snapshots as the process tells them (worker.snapshot_json), the first of the untrained model,
    computed here. ended: None while there is something left to do; model: its name in the other lessons."""

    plan: Plan
    file: Path
    seen: list[dict]
    ended: str | None = None
    model: str | None = None
    id: str = field(default_factory=lambda: secrets.token_hex(4))

    @property
    def finished(self) -> bool:
        return self.ended in FINISHED

    @property
    def last(self) -> dict:
        return self.seen[-1]

    @property
    def step(self) -> int:
        return self.last["step"]


class Runs:
    """Of one session. running: the reader wants the work to go on; broken: it failed, which is no fault of theirs."""

    def __init__(self):
        self.folder = TemporaryDirectory()  # goes with the session
        self.records: dict[Plan, Record] = {}
        self.job: Job | None = None
        self.running, self.broken = False, False
        self._at_work: list[Record] = []
        self._heard = 0

    def of(self, plan: Plan) -> Record:
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
        self._at_work = [record for record in map(self.of, plans) if not record.finished]
        self.running, self.broken = bool(self._at_work), False
        if self.running:
            times = {"turn": TURN, "longest": limits.limits().training_seconds}
            runs = [{"plan": worker.plan_json(record.plan), "file": str(record.file)} for record in self._at_work]
            self.job, self._heard = jobs.submit("model.toys.worker", {"runs": runs}, **times), 0
            for record in self._at_work:
                record.model = None  # what it was is no longer what it will be

    def pause(self) -> None:
        self.running = False
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
        """Takes what the process said since the last time. Called while the reader is at the page."""
        if not self.job:
            return
        self.job.beat()
        alive = self.job.alive  # before the messages are read: none can come after it has ended
        for message in self.job.messages[self._heard :]:
            self._heard += 1
            record = self._at_work[message.pop("run")]
            if "ended" in message:
                record.ended = None if message["ended"] == Ending.STOPPED else message["ended"]
                continue
            while record.seen and record.step >= message["step"]:  # what it takes up again after an end by force
                record.seen.pop()
            record.seen.append(message)
        if not alive and self.running:
            if self.job.failed:
                self.running, self.broken = False, True
            elif self.job.ended == "long" or all(record.finished for record in self._at_work):
                self.running = False
            else:  # the reader was away, or others had their turn: on with it
                self.start(tuple(record.plan for record in self._at_work))

    def settle(self, title) -> None:
        """Gives the models that rest a name for the other lessons. title(plan): what they are called there."""
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
