"""The checks that a reader can watch: they pass on whole models, and notice every broken one."""

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace

import numpy as np
import pytest

from model import checks, hf, zoo
from model.checks import CHECKS, OWN, SABOTAGES, rounding, versions
from model.checks.subject import Measure, Subject, worst
from model.runtime import process
from tests.model import families
from tests.support.pages import ROOT

IDS = [(7 * i * i + 3 * i) % 97 for i in range(11)]
FAMILIES = ("llama grouped-query", "mixtral", "gemma3", "bert")
INSIDE = ("positions", "keys", "eps", "matrix", "number")  # what remains fits together
REFERENCES = {}


@dataclass(frozen=True)
class Small(Subject):
    """A random model; transformers' is the one that it was made from."""

    @cached_property
    def reference_model(self):
        return reference(self.name)


def reference(family: str):
    return REFERENCES.setdefault(family, families.make(family))


def subject(family: str, sabotage: str | None = None) -> Small:
    tokenizer = SimpleNamespace(encode=lambda text: IDS)
    return Small(family, zoo.Bundle(hf.from_hf(reference(family)), tokenizer, None), "", sabotage)


def rows(found: Small) -> dict[str, checks.Row]:
    """Of all checks that a random model can be asked: it has no tokenizer."""
    names = checks.applicable_checks(found.bundle.model.config, *OWN, "theirs")
    return {name: checks.run_check(name, found) for name in names if name != "tokens"}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_whole_model_passes(family):
    found = rows(subject(family))
    assert {name: row for name, row in found.items() if not row.passed} == {}
    assert ("experts" in found) == (family == "mixtral") and ("cache" in found) == (family != "bert")
    assert all(row.seconds > 0 for row in found.values())


@pytest.mark.slow
def test_a_model_is_checked_by_its_path():
    folder = str(zoo.find("switchboard/base").parent)
    found = {row.check: row for row in checks.run_checks("The sea", [folder, "nowhere"], ["tokens", "weights", "rows"])}
    assert found["tokens"].missing == "nowhere", "the second has no files"
    (own,) = {row.model for row in checks.run_checks("The sea", [folder], ["tokens", "streams"]) if row.passed}
    assert own == folder and len(versions.fingerprints([folder, "nowhere"])) == 2


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("sabotage", SABOTAGES)
@pytest.mark.slow
def test_a_broken_model_is_noticed(family, sabotage):
    found = rows(subject(family, sabotage))
    assert not [row for row in found.values() if row.error]
    noticed = {CHECKS[name].sort for name, row in found.items() if not row.passed}
    assert "theirs" in noticed
    assert noticed.isdisjoint(OWN) == (sabotage in INSIDE)


def test_a_broken_model_leaves_the_whole_one_alone():
    model = hf.from_hf(reference("mixtral"))
    before = {name: x.clone() for name, x in model.state_dict().items()}
    masks = model.masks
    for breaking in SABOTAGES.values():
        breaking(model)
    assert model.masks is masks
    assert all((x == before[name]).all() for name, x in model.state_dict().items())


def test_each_check_is_said_in_words_and_of_a_known_sort():
    assert {check.sort for check in CHECKS.values()} == {*OWN, "theirs"}
    assert all(check.measure.__doc__ and check.tolerance < 1e-3 for check in CHECKS.values())


def test_a_number_that_is_none_is_the_worst_and_no_pass():
    assert np.isnan(worst([Measure(1.0), Measure(float("nan")), Measure(2.0)]).difference)
    assert not checks.Row("m", "rows", 1e-6, float("nan")).passed


def test_what_cannot_be_read_is_said_in_its_row(monkeypatch):
    def missing(name):
        raise zoo.ModelUnavailable("a.gguf", "a file", "install")

    def no_package(s):
        raise ModuleNotFoundError("No module named 'accelerate'", name="accelerate")

    def breaks(s):
        raise ValueError("one\ntwo")

    found = subject("bert")
    for find, expected in (
        (missing, ("a.gguf", "install", None)),
        (no_package, ("accelerate", "package", None)),
        (breaks, (None, None, "ValueError: one")),
    ):
        monkeypatch.setitem(CHECKS, "rows", checks.subject.Check("rows", "parts", 0, find, bool))
        row = checks.run_check("rows", found)
        assert (row.missing, row.remedy, row.error) == expected and not row.passed
    monkeypatch.setattr(zoo, "load", missing)
    (row,) = checks.run_checks("text", ["smollm2"], ["rows"])
    assert (row.model, row.missing, row.remedy) == ("smollm2", "a.gguf", "install")


@pytest.mark.slow
def test_from_the_command_line():
    asked = "--model", zoo.EXPERTS, "--prompt", "It was a cold day", "future", "traced", "experts"
    command = [sys.executable, "-m", "model.checks", *asked]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[:3] for line in lines[:3]] == [
        ["equal", "experts", x] for x in ("future", "experts", "traced")
    ]
    assert any(line.startswith("torch  2") for line in lines)


@pytest.mark.slow
def test_as_a_job():
    asked = {"text": "It was a cold day", "models": [zoo.EXPERTS], "names": ["future", "rows"], "sabotage": "mask"}
    with process.start("model.checks.job") as job:
        process.send(job, asked)
        *rows, stays = map(json.loads, job.stdout)
    assert stays is False and job.returncode == 0
    found = {row.check: row for row in (checks.Row(**row) for row in rows)}
    assert found["rows"].passed and not found["future"].passed


def test_versions_are_those_of_the_environment():
    import torch

    found = versions.versions()
    assert found["torch"] == torch.__version__ and "–" not in found["streamlit"]
    ((name, digits),) = versions.fingerprints((zoo.EXPERTS,)).items()
    assert name == "experts/model.safetensors" and len(digits) == 12


def test_the_order_of_a_sum_shows_in_its_last_digits():
    numbers = np.random.default_rng(1).normal(size=500).astype(np.float32)
    found = rounding.sums_by_order(numbers)
    exact = found.pop("exact")
    assert exact == pytest.approx(numbers.sum(dtype=float), abs=1e-12)
    assert all(value == pytest.approx(exact, abs=1e-4) for value in found.values()) and len(set(found.values())) > 1
    assert 1 < len(set(rounding.shuffled_sums(numbers, 100))) <= 100
    assert set(rounding.sums_by_order(np.float32([1, 2])).values()) == {3.0}
