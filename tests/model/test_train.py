"""A few steps of a toy lower the loss, and a run that was stopped ends with the same bits."""

import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from model import packing
from model.config import LLAMA, MIXTRAL
from model.train import Recipe, lr_at, train

TINY = replace(LLAMA, vocab_size=24, width=32, layers=2, heads=4, kv_heads=2, head_width=8, mlp_width=48)
MOE = replace(
    MIXTRAL, **{name: getattr(TINY, name) for name in ("vocab_size", "width", "layers", "heads", "head_width")}
)
RECIPE = Recipe(lr=1e-2, warm_up=5)


@dataclass(frozen=True)
class Counting:
    """Texts that count up, from anywhere: easy to learn."""

    context: int = 16

    def batch(self, step: int) -> packing.Batch:
        generator = np.random.default_rng(step)
        lengths = generator.integers(3, 12, 12)
        texts = [(generator.integers(24) + np.arange(length)) % 24 for length in lengths]
        return packing.lay_out(packing.pack(lengths, self.context, "best_fit")[:6], texts, self.context)


def weights(run):
    return torch.cat([weight.detach().flatten() for weight in run.model.parameters()])


@pytest.mark.parametrize("config", [TINY, MOE], ids=["dense", "experts"])
@pytest.mark.slow
def test_the_loss_falls(config):
    losses = [run.progress.loss for run in train(config, Counting(), steps=60, seed=0, recipe=RECIPE)]
    assert losses[0] == pytest.approx(np.log(24), rel=0.05)
    assert losses[-1] < 0.4 * losses[0]


@pytest.mark.parametrize("config", [TINY, MOE], ids=["dense", "experts"])
@pytest.mark.slow
def test_a_run_that_was_stopped_ends_with_the_same_bits(config, tmp_path):
    whole = list(train(config, Counting(), steps=12, seed=3, recipe=RECIPE))[-1]
    stopped = next(run for run in train(config, Counting(), steps=12, seed=3, recipe=RECIPE) if run.step == 5)
    stopped.save(tmp_path / "half")
    file = {"checkpoint": tmp_path / "half"}
    resumed = list(train(config, Counting(), steps=12, seed=3, recipe=RECIPE, **file))
    assert [run.step for run in resumed] and resumed[-1].progress == whole.progress
    assert torch.equal(weights(resumed[-1]), weights(whole))
    with pytest.raises(ValueError, match="its seed is 3"):
        next(train(config, Counting(), steps=12, seed=4, recipe=RECIPE, **file))


def test_another_seed_gives_other_weights():
    a, b = (next(train(TINY, Counting(), steps=2, seed=seed, recipe=RECIPE)) for seed in (0, 1))
    assert not torch.equal(weights(a), weights(b))


def test_the_rate_rises_and_falls():
    rates = [lr_at(step, 100, Recipe(lr=1.0, warm_up=10)) for step in range(100)]
    assert rates[0] == pytest.approx(0.1) and max(rates) == 1.0 and rates.index(1.0) in (9, 10)
    assert rates[10:] == sorted(rates[10:], reverse=True) and rates[-1] == pytest.approx(0.1, abs=1e-3)


def test_balance_is_1_when_even_and_the_load_adds_up():
    for run in train(MOE, Counting(), steps=3, seed=0, recipe=replace(RECIPE, balance=1.0)):
        for layer in run.progress.load:
            assert sum(layer) == pytest.approx(1)
            assert max(layer) < 0.6


@dataclass(frozen=True)
class Even(Counting):
    """Rows that are all full, so that every share of a batch weighs the same."""

    def batch(self, step: int) -> packing.Batch:
        texts = [(np.random.default_rng([step, row]).integers(24) + np.arange(self.context)) % 24 for row in range(4)]
        return packing.lay_out(packing.pack([self.context] * 4, self.context, "padded"), texts, self.context)


def _one_of_two(rank: int, store: str, found: str) -> None:
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{store}", rank=rank, world_size=2, timeout=timedelta(seconds=120)
    )
    try:
        run = list(train(TINY, Even(), steps=3, seed=0, recipe=RECIPE))[-1]
        if rank == 0:
            save_file({"weights": weights(run)}, found)
    finally:
        torch.distributed.destroy_process_group()


@pytest.mark.slow
def test_two_processes_learn_what_one_learns(tmp_path):
    """Each reads half of every batch; averaged, the gradients are those of the whole (but for the order of sums)."""
    where = str(tmp_path / "store"), str(tmp_path / "weights")
    call = "from tests.model.test_train import _one_of_two; _one_of_two(*{})"  # spawn would run pytest's own beginning
    with subprocess.Popen([sys.executable, "-c", call.format((1, *where))]) as other:
        _one_of_two(0, *where)
    assert other.returncode == 0
    alone = weights(list(train(TINY, Even(), steps=3, seed=0, recipe=RECIPE))[-1])
    assert torch.allclose(load_file(where[1])["weights"], alone, atol=1e-5)
