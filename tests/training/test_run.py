"""A whole small run: stopped, resumed, finished, written; what is shipped is what was trained."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from model import hf, zoo
from model.train import Recipe, Run
from model.weights import checkpoint
from training import card, corpus, data, evaluate, run
from training.recipes import BASE, PLANS, SWITCHES, Plan

WORDS = ["the", "old", "man", "saw", "a", "dog", "and", "the", "dog", "saw", "the", "sea"]


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    """A corpus of a few hundred sentences, where training/corpus.py would have put it."""
    folder = tmp_path_factory.mktemp("text")
    generator = np.random.default_rng(0)
    texts = {" ".join(generator.choice(WORDS, 30)) + f" {n}.": 1 + n % 2 for n in range(200)}
    tokenizer = corpus.train_tokenizer(list(texts), size=300)
    tokenizer.save(str(folder / "tokenizer.json"))
    corpus.save(folder / "train.npz", tokenizer, texts)
    corpus.save(folder / "held_out.npz", tokenizer, dict.fromkeys(list(texts)[:20], 1))
    return folder


@pytest.fixture
def workshop(text, tmp_path, monkeypatch):
    for module in (run, card):
        monkeypatch.setattr(module, "TEXT", text)
    monkeypatch.setattr(run, "RUNS", tmp_path / "runs")
    monkeypatch.setattr(zoo, "CHECKPOINTS", tmp_path / "checkpoints")
    monkeypatch.setattr(card, "LENGTH", 5)
    return tmp_path


SMALL = replace(BASE, vocab_size=300, width=16, layers=2, head_width=4, mlp_width=24, context=48, experts=4)
PLAN = Plan(SMALL, Recipe(lr=1e-2, warm_up=5), steps=40, rows=4, context=32)


@pytest.mark.slow
def test_a_run_leaves_weights_log_and_card(workshop):
    run.train_plan("toy", PLAN, "cpu", True)
    folder = workshop / "checkpoints/toy"
    model = hf.from_folder(folder)
    assert model.config == SMALL
    report = checkpoint.report(folder)
    assert report.tokens == 40 * 4 * 32 and len(report.samples) == len(card.OPENINGS)
    assert report.step.tolist() == [20, 40] and report.loss[1] < report.loss[0] - 0.5
    assert report.busiest.shape == (2, 2) and (report.busiest >= 0.25).all()
    said = (folder / "README.md").read_text()
    assert f"{report.bits_per_byte:.3f} bits per byte" in said and report.samples[0].splitlines()[0] in said


@pytest.mark.slow
def test_a_stopped_run_goes_on_and_ends_with_the_same_bits(workshop, monkeypatch):
    run.train_plan("whole", PLAN, "cpu", True)
    monkeypatch.setattr(run, "CHECKPOINT_INTERVAL_S", 0)
    take, taken = Run.train_step, []

    def stopping(self, batch):
        taken.append(self.step)
        if taken.count(25) == 1 and self.step == 25:
            raise KeyboardInterrupt
        take(self, batch)

    monkeypatch.setattr(Run, "train_step", stopping)
    with pytest.raises(KeyboardInterrupt):
        run.train_plan("stopped", PLAN, "cpu", True)
    run.train_plan("stopped", PLAN, "cpu", True)
    assert taken == [*range(26), *range(25, 40)]  # nothing but the step that was interrupted is done again
    for kind in ("runs/{}.csv", "checkpoints/{}/model.safetensors"):
        whole, stopped = ((workshop / kind.format(name)).read_bytes() for name in ("whole", "stopped"))
        assert whole == stopped
    run.train_plan("stopped", PLAN, "cpu", True)
    assert len(taken) == 41  # what is finished is left alone


@pytest.mark.slow
def test_the_log_forgets_what_came_after_the_checkpoint(workshop):
    run.train_plan("toy", PLAN, "cpu", True)
    with (workshop / "runs/toy.csv").open(newline="") as file:
        steps = [int(row["step"]) for row in csv.DictReader(file)]
    assert steps == list(range(40))


def test_every_round_reads_each_document_as_often_as_it_should(text):
    read = data.Text(text / "train.npz", rows=4, context=32, seed=0)
    ids = [read.batch(step).ids for step in range(read.steps)]
    assert [x.tolist() for x in ids] == [read.batch(step).ids.tolist() for step in range(read.steps)]
    wanted = np.bincount(np.concatenate([np.tile(d, n) for d, n in zip(read.documents, read.times, strict=True)]))
    found = np.bincount(np.concatenate(ids).ravel(), minlength=len(wanted))
    left = wanted.sum() - found.sum()
    assert 0 <= left < 4 * 32 + 32 and (found <= wanted + 32).all()  # a row that is left over waits for none
    assert not np.array_equal(ids[0], read.batch(read.steps).ids)  # another round, another order


def test_bits_per_byte_are_those_of_a_model_that_knows_nothing(text):
    """Every score 0: each of V tokens is as likely, and the loss is log2 V a token."""
    from model import tokens

    tokenizer = tokens.from_file(text / "tokenizer.json")
    model = hf.with_weights(
        replace(SMALL, experts=None),
        {
            name: torch.zeros_like(x, device="cpu")
            for name, x in Run(replace(SMALL, experts=None), 1, 0, Recipe(), torch.device("cpu"))
            .model.state_dict()
            .items()
        },
    )
    guessed = size = 0
    for batch in evaluate.held_out(text / "held_out.npz", 32):
        for target in batch.targets.ravel().tolist():
            if target >= 0 and target not in tokenizer.special:
                guessed, size = guessed + 1, size + len(tokenizer.bytes(target))
    found = evaluate.bits_per_byte(model, tokenizer, text / "held_out.npz", 32)
    assert found == pytest.approx(np.log2(300) * guessed / size, rel=1e-4)


def test_every_plan_can_be_built_and_named():
    from model import zoo

    assert {f"switchboard/{name}" for name in SWITCHES} == set(zoo.SWITCHBOARD)
    assert set(PLANS) == {zoo.EXPERTS, *zoo.SWITCHBOARD}
    assert json.dumps([plan.tokens for plan in PLANS.values()])
