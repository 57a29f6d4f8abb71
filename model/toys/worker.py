"""The training process: `python -m model.toys.worker` trains one model or two at once, and tells what it sees.

It reads one line of JSON, {"runs": [{"plan": …, "file": …}, …]}, and writes a line for every snapshot of each run: see
`Snapshot`. SIGTERM ends it after the step it is at; a run whose file is there goes on where it stopped.
"""

import json
import math
import signal
import sys
import threading
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

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


@dataclass(frozen=True)
class Snapshot:
    """What a model can do after `step` steps, on rows that it never learned from.

    loss: nats an answer; accuracy: the share of answers whose likeliest token is the right one. Of the first of these
    rows, of T tokens: predictions (T,) the likeliest next token after each; patterns (L, H, T, T) attention, 255 for 1.
    load (L, E): the share of visits each expert got, None without experts.
    """

    step: int
    loss: float
    accuracy: float
    predictions: list[int]
    patterns: np.ndarray
    load: list[list[float]] | None


@torch.inference_mode()
def take_snapshot(run: Run, rows: Batch) -> Snapshot:
    config = run.config
    kept = {"pattern"} | ({"router_logits", "router_probs", "expert_index"} if config.experts else set())
    tap = Recorder(keep=kept)
    ids, targets, positions = (torch.from_numpy(array) for array in (rows.ids, rows.targets, rows.positions))
    logits = run.model(ids, tap=tap, positions=positions)
    wanted, guessed = targets != IGNORE_INDEX, logits.argmax(-1)
    patterns = torch.stack([tap.kept[layer, "pattern"][0] for layer in range(config.layers)])
    routing = Routing.of(tap, config, torch.ones_like(wanted)) if config.experts else None
    return Snapshot(
        run.step,
        float(functional.cross_entropy(logits[wanted], targets[wanted])),
        float((guessed == targets)[wanted].float().mean()),
        guessed[0].tolist(),
        (255 * patterns).round().to(torch.uint8).numpy(),
        routing.load.tolist() if routing else None,
    )


def new_run(plan: Plan) -> Run:
    """Raises ValueError where the plan cannot be built."""
    return Run(plan.config, plan.steps, plan.seed, plan.recipe, torch.device("cpu"))


def load_trained(plan: Plan, file: Path) -> Transformer:
    """The model that a run left in `file`, to be used as any other."""
    run = new_run(plan)
    run.load(file)
    return run.model.eval().requires_grad_(False)


def train_plan(plan: Plan, file: Path, stop: threading.Event):
    """Trains from where `file` stands, or from the beginning; yields a snapshot now and then, and at last why it ended:
    "done", "solved", "stopped", or "diverged" where the loss was no number any more: `file` then holds the last state
    that was sound."""
    run, task, rows = new_run(plan), plan.task, plan.task.held_out()
    if file.exists():
        run.load(file)
    every, solved = max(1, plan.steps // SNAPSHOTS), 0
    if run.step == 0:
        yield take_snapshot(run, rows)
    while run.step < plan.steps:
        if stop.is_set():
            run.save(file)
            yield "stopped"
            return
        run.train_step(task.batch(run.step))
        if not math.isfinite(run.progress.loss) or not math.isfinite(run.progress.grad_norm):
            yield "diverged"
            return
        if run.step % every == 0 or run.step == plan.steps:
            seen = take_snapshot(run, rows)
            if not math.isfinite(seen.loss):
                yield "diverged"
                return
            run.save(file)
            yield seen
            solved = solved + 1 if seen.accuracy >= SOLVED else 0
            if solved == 2:
                yield "solved"
                return
    yield "done"


def main() -> None:
    asked = json.loads(sys.stdin.readline())
    stop, speaking = threading.Event(), threading.Lock()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    # PyTorch lets go of the interpreter while it computes: two runs take a core each, and one needs no more
    torch.set_num_threads(1)

    def work(number: int, plan: dict, file: str) -> None:
        for seen in train_plan(plan_from_json(plan), Path(file), stop):
            told = {"ended": seen} if isinstance(seen, str) else snapshot_json(seen)
            with speaking:
                print(json.dumps({"run": number} | told), flush=True)

    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda pair: work(pair[0], **pair[1]), enumerate(asked["runs"])))


def plan_json(plan: Plan) -> dict:
    return asdict(plan)


def plan_from_json(plan: dict) -> Plan:
    return Plan(**plan | {"choices": Choices(**plan["choices"])})


def snapshot_json(seen: Snapshot) -> dict:
    """As JSON: the patterns as base64, in the shape (L, H, T, T) that the plan gives them."""
    return asdict(seen) | {"patterns": b64encode(seen.patterns.tobytes()).decode()}


if __name__ == "__main__":
    main()
