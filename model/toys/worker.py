"""Trains one model or two side by side, and reports on them: a job for model/runtime/process.py.

A run goes on where its file stands, and ends early when it has nothing more to show: see `is_solved` and `is_behind`,
which know accuracies only, so that a run in several turns ends where it ends in one go.
"""

import math
import threading
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from torch.nn import functional

from model.packing import IGNORE_INDEX, Batch
from model.runtime.process import Say
from model.tap import Recorder
from model.toys.plans import Choices, Plan
from model.train import Routing, Run, initialised
from model.transformer import Transformer

REUSABLE = True  # as a job: what it imports takes longer than many a run
SNAPSHOTS = 40  # of a run, besides the untrained model
SOLVED = 0.98  # accuracy at which a run has nothing more to show, twice in a row
LEVEL = 8  # snapshots, a fifth of a run, in which one that gained less than GAIN came no nearer to a solution
GAIN = 0.05  # of accuracy


class Ending(StrEnum):
    """Why a run ended. After BEHIND and STOPPED it can go on."""

    DONE = "done"  # all steps are taken
    SOLVED = "solved"
    BEHIND = "behind"  # the other of a pair is solved, and this one came no nearer
    STOPPED = "stopped"
    DIVERGED = "diverged"  # the loss or the gradient was no finite number


@dataclass(frozen=True)
class Snapshot:
    """What a model can do after `step` steps, on rows that it never learned from.

    loss: nats an answer; accuracy: the fraction of answers whose likeliest token is the right one. Of the first of
    these rows, of T tokens: predictions (T,) the likeliest next token after each; patterns (L, H, T, T) attention
    weights, 255 for 1. load (L, E): the fraction of assignments that each expert got, None without experts.
    """

    step: int
    loss: float
    accuracy: float
    predictions: list[int]
    patterns: np.ndarray
    load: list[list[float]] | None


@dataclass
class Work:
    """A run, as far as it has come. file: its state, where there is any. accuracies: of its snapshots, the first of the
    untrained model; ended: no longer at work. patient: it goes on to its last step though another is solved."""

    plan: Plan
    file: Path
    accuracies: list[float] = field(default_factory=list)
    ended: bool = False
    patient: bool = False


@torch.inference_mode()
def take_snapshot(model: Transformer, step: int, rows: Batch) -> Snapshot:
    """Evaluates the model, as it is after this step, on these rows."""
    config = model.config
    kept = {"pattern"} | ({"router_logits", "router_probs", "expert_index"} if config.experts else set())
    tap = Recorder(keep=kept)
    ids, targets, positions = (torch.from_numpy(array) for array in (rows.ids, rows.targets, rows.positions))
    logits = model(ids, tap=tap, positions=positions)
    answers, predicted = targets != IGNORE_INDEX, logits.argmax(-1)
    patterns = torch.stack([tap.kept[layer, "pattern"][0] for layer in range(config.layers)])
    routing = Routing.of(tap, config, torch.ones_like(answers)) if config.experts else None
    return Snapshot(
        step,
        float(functional.cross_entropy(logits[answers], targets[answers])),
        float((predicted == targets)[answers].float().mean()),
        predicted[0].tolist(),
        (255 * patterns).round().to(torch.uint8).numpy(),
        routing.load.tolist() if routing else None,
    )


def new_model(plan: Plan) -> Transformer:
    """The untrained model of a plan. Raises ValueError where the plan cannot be built."""
    return initialised(plan.config, plan.seed, plan.recipe.variance_preserving_init)


def load_trained(plan: Plan, file: Path) -> Transformer:
    """The model that a run left in `file`, to be used as any other. Without a Run, whose optimizer takes seconds to
    import, and without its moments."""
    model = new_model(plan)
    with safe_open(file, "pt") as state, torch.no_grad():
        for name, weight in model.named_parameters():
            weight.copy_(state.get_tensor(f"model.{name}"))
    return model.eval().requires_grad_(False)


def is_solved(accuracies: list[float]) -> bool:
    return len(accuracies) > 1 and min(accuracies[-2:]) >= SOLVED


def is_behind(plan: Plan, accuracies: list[float], rival: list[float]) -> bool:
    """Whether the rival is solved, and this run, which has come as far, gained next to nothing in its last snapshots.
    Its warm-up, in which nothing can be learned yet, is not held against it."""
    after = accuracies[math.ceil(plan.choices.warm_up / _interval(plan)) :]
    if not is_solved(rival) or len(accuracies) < len(rival) or len(after) <= LEVEL:
        return False
    return max(after[-LEVEL:]) < max(after[:-LEVEL]) + GAIN


def _interval(plan: Plan) -> int:
    """Steps between two snapshots."""
    return max(1, plan.steps // SNAPSHOTS)


def train_plan(work: Work, stop: threading.Event) -> Iterator[Snapshot | Ending]:
    """Trains from where its file stands, or from the beginning; yields a snapshot now and then, and at last why it
    ended. The file then holds the state of the last snapshot, or of the stop."""
    plan = work.plan
    run = Run(plan.config, plan.steps, plan.seed, plan.recipe, torch.device("cpu"))
    task, rows = plan.task, plan.task.held_out()
    if work.file.exists():
        run.load(work.file)

    def snapshot() -> Snapshot:
        seen = take_snapshot(run.model, run.step, rows)
        work.accuracies.append(seen.accuracy)
        return seen

    if run.step == 0:
        work.accuracies.clear()
        yield snapshot()
    while run.step < plan.steps and not is_solved(work.accuracies):
        if stop.is_set():
            if run.step:  # before the first step there is nothing to go on from
                run.save(work.file)
            yield Ending.STOPPED
            return
        run.train_step(task.batch(run.step))
        sound = math.isfinite(run.progress.loss) and math.isfinite(run.progress.grad_norm)
        if sound and (run.step % _interval(plan) == 0 or run.step == plan.steps):
            seen = snapshot()
            if sound := math.isfinite(seen.loss):
                run.save(work.file)
                yield seen
        if not sound:
            yield Ending.DIVERGED
            return
    yield Ending.SOLVED if is_solved(work.accuracies) else Ending.DONE


def train_together(works: list[Work], stop: threading.Event) -> Iterator[tuple[int, Snapshot | Ending]]:
    """Trains all that have not ended, side by side: whoever has come least far goes on. Yields what each says, with its
    number."""
    going = {number: train_plan(work, stop) for number, work in enumerate(works) if not work.ended}
    while going:
        number = min(going, key=lambda number: len(works[number].accuracies))
        work = works[number]
        event = next(going[number])
        yield number, event
        if not isinstance(event, Ending):
            rivals = (other.accuracies for other in works if other is not work)
            if work.patient or not any(is_behind(work.plan, work.accuracies, rival) for rival in rivals):
                continue
            yield number, Ending.BEHIND
        del going[number]


def work(request: dict, say: Say, stop: threading.Event) -> None:
    """request: {"runs": [the fields of a Work, …]}. Says every snapshot and every end: {"run": 0, …} with the fields of
    `Snapshot`, or {"run": 0, "ended": …} with an `Ending`."""
    works = [Work(**run | {"plan": plan_from_json(run["plan"]), "file": Path(run["file"])}) for run in request["runs"]]
    for number, event in train_together(works, stop):
        say({"run": number} | ({"ended": event} if isinstance(event, Ending) else snapshot_json(event)))


def plan_json(plan: Plan) -> dict:
    """A plan as `plan_from_json` reads it."""
    return asdict(plan)


def plan_from_json(plan: dict) -> Plan:
    """Raises TypeError for fields that a plan does not have."""
    values: dict[str, Any] = plan | {"choices": Choices(**plan["choices"])}
    return Plan(**values)


def snapshot_json(snapshot: Snapshot) -> dict:
    """As JSON: the patterns as base64, in the shape (L, H, T, T) that the plan gives them."""
    return asdict(snapshot) | {"patterns": b64encode(snapshot.patterns.tobytes()).decode()}
