"""Trains models of ours, one after another, and writes what they became to checkpoints/.

    python -m training.run [NAME …]         all of training/recipes.py without a name
    torchrun --nproc-per-node 4 -m training.run experts

A run can be stopped at any moment; started again, it goes on from its last checkpoint, at most a minute old.
"""

import csv
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import torch.distributed as dist
from tqdm import tqdm

from model import tokens, zoo
from model.train import Run, train
from model.weights import checkpoint
from training import card
from training.corpus import TEXT
from training.data import Text
from training.recipes import PLANS, Plan

RUNS = Path(__file__).parent / "runs"
CHECKPOINT_INTERVAL_S = 60
STEPS_PER_LINE = 20  # of the log that is shipped, which holds means
Finish = Callable[[str, Plan, Run], None]


class Log:
    """The loss of every step, as CSV. What a stopped run wrote after its last checkpoint is taken back."""

    def __init__(self, file: Path, run: Run):
        columns = ["step", "loss", "lr", "grad_norm", *(f"busiest_{i}" for i in range(len(run.progress.load or ())))]
        kept = [row for row in _rows(file) if int(row["step"]) < run.progress.step] if file.exists() else []
        self.file = file.open("w", newline="")
        self.writer = csv.DictWriter(self.file, columns)
        self.writer.writeheader()
        self.writer.writerows(kept)

    def write(self, run: Run) -> None:
        row = asdict(run.progress)
        busiest = {f"busiest_{i}": round(max(layer), 4) for i, layer in enumerate(row.pop("load") or ())}
        self.writer.writerow({name: round(value, 6) for name, value in row.items()} | busiest)


def _rows(file: Path) -> list[dict]:
    with file.open(newline="") as opened:
        return list(csv.DictReader(opened))


def thin_log(file: Path) -> str:
    """The log as means over some steps each."""
    rows = _rows(file)
    names = [name for name in rows[0] if name not in ("step", "lr", "grad_norm")]
    lines = [",".join(["step", *names])]
    for i in range(0, len(rows) - STEPS_PER_LINE + 1, STEPS_PER_LINE):
        part = rows[i : i + STEPS_PER_LINE]
        means = [sum(float(row[name]) for row in part) / STEPS_PER_LINE for name in names]
        lines.append(",".join([str(i + STEPS_PER_LINE), *(f"{mean:.4f}" for mean in means)]))
    return "\n".join(lines) + "\n"


def train_plan(name: str, plan: Plan, device: str, first: bool, finish: Finish | None = None) -> None:
    """Trains one model from where it stands to its end; the first of several processes writes. finish: what becomes of
    the trained model; unless told otherwise, it is shipped."""
    finish = finish or ship
    saved = RUNS / f"{name}.safetensors"
    saved.parent.mkdir(parents=True, exist_ok=True)
    text = Text(TEXT / "train.npz", plan.rows, plan.context, plan.seed)
    bar = tqdm(total=plan.steps, desc=name, disable=not first, mininterval=5)
    log, since = None, time.monotonic()
    for run in train(
        plan.config, text, steps=plan.steps, seed=plan.seed, recipe=plan.recipe, checkpoint=saved, device=device
    ):
        if not first:
            continue
        log = log or Log(saved.with_suffix(".csv"), run)
        log.write(run)
        bar.update(run.step - bar.n)
        bar.set_postfix(loss=f"{run.progress.loss:.3f}", refresh=False)
        if run.step == plan.steps:  # before its last checkpoint: a run that is complete there has been written
            log.file.flush()
            finish(name, plan, run)
        if run.step == plan.steps or time.monotonic() - since > CHECKPOINT_INTERVAL_S:
            log.file.flush()
            run.save(saved)
            since = time.monotonic()


def ship(name: str, plan: Plan, run: Run) -> None:
    """What is shipped: configuration and weights, the log, and the card, measured on what was written."""
    folder = zoo.CHECKPOINTS / name
    checkpoint.save(run.model, tokens.from_file(TEXT / "tokenizer.json"), folder)
    (folder / checkpoint.CURVE).write_text(thin_log(RUNS / f"{name}.csv"))
    card.write(name, plan, folder)


def main(names: list[str]) -> None:
    device, first = zoo.device(), True
    if "RANK" in os.environ:
        dist.init_process_group("nccl" if device == "cuda" else "gloo")
        first = dist.get_rank() == 0
    for name in names or PLANS:
        train_plan(name, PLANS[name], device, first)


if __name__ == "__main__":
    main(sys.argv[1:])
