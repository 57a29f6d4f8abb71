"""Trains the models of the switchboard again and again, with other seeds and other learning rates: a queue of trials.

    OMP_NUM_THREADS=1 nice -n 15 python -m training.switchboard

Each trial that ends adds a line to checkpoints/switchboard/trials.csv, and is never run again. The queue can be stopped
at any moment; started again, it goes on from the last checkpoint of the trial that was under way. Whatever has been
done is a whole story: first one seed of every model, then the learning rates of the pair that they are about, then the
next seed of every model.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from model import hf, tokens, zoo
from model.errors import ModelUnavailable
from model.train import Run
from model.weights import checkpoint, trials
from model.weights.trials import Trial
from training import card, run
from training.corpus import TEXT
from training.evaluate import bits_per_byte
from training.recipes import PLANS, Plan

SEEDS = 5
# of the models: the base and what surprises first, so that a queue that is stopped early has those
ORDER = (
    *("base", "no-positions", "learned", "post-norm", "sinusoidal", "2017", "mqa", "ungated"),
    *("experts", "collapsed", "layer-norm", "mha", "sliding", "alternating"),
)
RATES = (3, 10)  # times the common rate
PAIR = ("post-norm", "base")  # which differ in where the norm is: the matter of the learning rate
OTHER = ("2017",)  # norms after the sum too
Key = tuple[str, int, int]  # model, rate, seed


def queue() -> Iterator[Key]:
    """All trials, in their order."""
    first, *others = range(SEEDS)
    yield from ((model, 1, first) for model in ORDER)
    yield from ((model, rate, first) for rate in RATES for model in PAIR)
    for seed in others:
        yield from ((model, 1, seed) for model in ORDER)
        yield from ((model, rate, seed - 1) for rate in RATES for model in OTHER)
        yield from ((model, rate, seed) for rate in RATES for model in PAIR)


def plan_of(key: Key) -> Plan:
    """The plan of the model that is shipped, at another rate, with another seed."""
    model, rate, seed = key
    plan = PLANS[f"switchboard/{model}"]
    return replace(plan, seed=seed, recipe=replace(plan.recipe, lr=rate * plan.recipe.lr))


def main(file: Path, device: str) -> None:
    """Runs what is not in the file yet."""
    for key in queue():
        done = trials.read(file)
        if key not in {trial.key for trial in done}:
            run_trial(key, file, device)


def run_trial(key: Key, file: Path, device: str) -> None:
    """Trains one model, measures it and writes the line. What was trained with the shipped seed and rate is shipped."""
    model, rate, seed = key
    shipped = f"switchboard/{model}"
    if plan_of(key) == PLANS[shipped]:
        if not is_trained(shipped):
            run.train_plan(shipped, PLANS[shipped], device, True)
        record(file, Trial(*key, checkpoint.report(zoo.CHECKPOINTS / shipped).bits_per_byte))
        return
    name = f"trials/{model}-{rate}-{seed}"
    run.train_plan(name, plan_of(key), device, True, partial(_measure, key, file))
    (run.RUNS / f"{name}.safetensors").unlink()


def is_trained(name: str) -> bool:
    """Whether what is shipped by this name is what its plan says today."""
    try:
        report, config = checkpoint.report(zoo.CHECKPOINTS / name), zoo.load(name).model.config
    except (OSError, ModelUnavailable):
        return False
    return config == PLANS[name].config and card.recipe(PLANS[name]) == report.recipe


def _measure(key: Key, file: Path, name: str, plan: Plan, done: Run) -> None:
    """As the card of a shipped model is measured: on the weights rounded to 16 bits."""
    folder, tokenizer = run.RUNS / name, tokens.from_file(TEXT / "tokenizer.json")
    checkpoint.save(done.model, tokenizer, folder)
    record(file, Trial(*key, bits_per_byte(hf.from_folder(folder), tokenizer, TEXT / "held_out.npz", plan.context)))


def record(file: Path, trial: Trial) -> None:
    """Adds a line, or puts it in the place of the older one."""
    others = [other for other in trials.read(file) if other.key != trial.key]
    trials.write(file, [*others, trial])


if __name__ == "__main__":
    torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    main(zoo.CHECKPOINTS / trials.RECORD, zoo.device())
