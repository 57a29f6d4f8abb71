"""The training process: `python -m model.toys.worker` trains one model or two at once, and reports on them.

It reads one line of JSON, {"runs": [{"plan": …, "file": …}, …]}, and writes a line for every snapshot of each run and
one for its end: {"run": 0, …} with the fields of `Snapshot`, or {"run": 0, "ended": …} with an `Ending`. SIGTERM ends
it after the step it is at; a run whose file is there goes on where it stopped.
"""

import json
import math
import signal
import sys
import threading
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from model.packing import IGNORE_INDEX, Batch
from model.tap import Recorder
from model.toys.plans import Choices, Plan
from model.train import Routing, Run
from model.transformer import Transformer

SNAPSHOTS = 40  # of a run, besides the untrained model
SOLVED = 0.995  # accuracy at which a run has nothing more to show, twice in a row


class Ending(StrEnum):
    """Why a run ended. After STOPPED it can go on."""

    DONE = "done"  # all steps are taken
    SOLVED = "solved"
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


@torch.inference_mode()
def take_snapshot(run: Run, rows: Batch) -> Snapshot:
    """Evaluates the model, as it is, on these rows."""
    config = run.config
    kept = {"pattern"} | ({"router_logits", "router_probs", "expert_index"} if config.experts else set())
    tap = Recorder(keep=kept)
    ids, targets, positions = (torch.from_numpy(array) for array in (rows.ids, rows.targets, rows.positions))
    logits = run.model(ids, tap=tap, positions=positions)
    answers, predicted = targets != IGNORE_INDEX, logits.argmax(-1)
    patterns = torch.stack([tap.kept[layer, "pattern"][0] for layer in range(config.layers)])
    routing = Routing.of(tap, config, torch.ones_like(answers)) if config.experts else None
    return Snapshot(
        run.step,
        float(functional.cross_entropy(logits[answers], targets[answers])),
        float((predicted == targets)[answers].float().mean()),
        predicted[0].tolist(),
        (255 * patterns).round().to(torch.uint8).numpy(),
        routing.load.tolist() if routing else None,
    )


def new_run(plan: Plan) -> Run:
    """The untrained model of a plan. Raises ValueError where the plan cannot be built."""
    return Run(plan.config, plan.steps, plan.seed, plan.recipe, torch.device("cpu"))


def load_trained(plan: Plan, file: Path) -> Transformer:
    """The model that a run left in `file`, to be used as any other."""
    run = new_run(plan)
    run.load(file)
    return run.model.eval().requires_grad_(False)


def train_plan(plan: Plan, file: Path, stop: threading.Event) -> Iterator[Snapshot | Ending]:
    """Trains from where `file` stands, or from the beginning; yields a snapshot now and then, and at last why it ended.
    `file` then holds the state of the last snapshot, or of the stop."""
    run, task, rows = new_run(plan), plan.task, plan.task.held_out()
    if file.exists():
        run.load(file)
    every, solved = max(1, plan.steps // SNAPSHOTS), 0
    if run.step == 0:
        yield take_snapshot(run, rows)
    while run.step < plan.steps and solved < 2:
        if stop.is_set():
            run.save(file)
            yield Ending.STOPPED
            return
        run.train_step(task.batch(run.step))
        sound = math.isfinite(run.progress.loss) and math.isfinite(run.progress.grad_norm)
        if sound and (run.step % every == 0 or run.step == plan.steps):
            snapshot = take_snapshot(run, rows)
            if sound := math.isfinite(snapshot.loss):
                run.save(file)
                yield snapshot
                solved = solved + 1 if snapshot.accuracy >= SOLVED else 0
        if not sound:
            yield Ending.DIVERGED
            return
    yield Ending.SOLVED if solved == 2 else Ending.DONE


def main() -> None:
    """Reads the line of plans, trains them side by side, and writes their messages as they come."""
    runs = json.loads(sys.stdin.readline())["runs"]
    stop, printing = threading.Event(), threading.Lock()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    # PyTorch lets go of the interpreter while it computes: two runs take a core each, and one needs no more
    torch.set_num_threads(1)

    def work(number: int, plan: dict, file: str) -> None:
        for event in train_plan(plan_from_json(plan), Path(file), stop):
            message = {"ended": event} if isinstance(event, Ending) else snapshot_json(event)
            with printing:
                print(json.dumps({"run": number} | message), flush=True)

    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda pair: work(pair[0], **pair[1]), enumerate(runs)))


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


if __name__ == "__main__":
    main()
