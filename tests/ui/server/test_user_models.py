"""Trained models: on disk, within bounds for each client and for the server; nobody takes another's place."""

import io
import os
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from model import zoo
from model.toys import worker
from model.toys.plans import Choices, Plan
from model.zoo import Bundle, Card, ModelUnavailable
from tests.support.pages import ROOT
from tests.support.waiting import until
from ui.server import clients, limits, scratch, user_models

PLAN = Plan("copy", Choices(layers=1, width=32, heads=1))
SEATS = [f"{n:032x}" for n in range(12)]


def bundle(seed: int = 1) -> Bundle:
    return Bundle(worker.new_model(replace(PLAN, seed=seed)).eval(), PLAN.task.tokenizer, Card("x", "x", "CC0-1.0", ""))


SIZE = sum(weight.nbytes for weight in bundle().model.parameters())


@pytest.fixture
def shelf(monkeypatch, tmp_path):
    """An empty place for eight of these models, three for each seat, five for an address; shelf(client): whose page it
    is."""
    bounds = {"user_bytes": 8 * SIZE, "user_bytes_of_a_seat": 3 * SIZE, "user_bytes_of_an_address": 5 * SIZE}
    monkeypatch.setattr(limits, "limits", lambda: replace(limits.OWN_MACHINE, **bounds))
    monkeypatch.setattr(scratch, "folder", lambda: tmp_path)
    for kept in ("files", "seen"):
        monkeypatch.setattr(user_models, kept, {})
    return lambda client: monkeypatch.setattr(clients, "current", lambda: client)


def test_a_model_comes_back_from_its_file_with_its_own_numbers(shelf, tmp_path):
    shelf(SEATS[0])
    models = [bundle(seed) for seed in (1, 2)]
    names = [user_models.keep(model, "abc>") for model in models]
    user_models.loaded.clear()
    for model, name in zip(models, names, strict=True):
        found = user_models.find(name)
        assert found.card.name == name and user_models.example(name) == "abc>"
        for a, b in zip(found.model.parameters(), model.model.parameters(), strict=True):
            assert torch.equal(a.cpu(), b)
        assert user_models.find(name) is found
    assert {file.name for file in tmp_path.iterdir()} == set(names)


@pytest.mark.parametrize(
    "choices", [Choices(), Choices(experts=4, window=4), Choices(norm="layer", position="learned")]
)
def test_a_model_taken_home_opens_with_its_own_numbers(choices, shelf, tmp_path, monkeypatch):
    shelf(SEATS[0])
    monkeypatch.setattr(limits, "limits", lambda: limits.OWN_MACHINE)
    model = worker.new_model(replace(PLAN, choices=choices)).eval()
    own = Bundle(model, PLAN.task.tokenizer, Card("x", "x", "CC0-1.0", ""))
    name = user_models.keep(own, "abc>")
    file = user_models.zipped(name, "# Mine")
    assert file == user_models.zipped(name, "# Mine") and name not in user_models.at_home(name)
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        archive.extractall(tmp_path / "home")
    (folder,) = (tmp_path / "home").iterdir()
    assert folder.name == user_models.at_home(name) and (folder / "README.md").read_text() == "# Mine"
    found, ids = zoo.load(folder), PLAN.task.tokenizer.encode("abcab>")
    assert found.tokenizer.encode("abcab>") == ids and len(found.tokenizer) == len(PLAN.task.tokenizer)
    assert torch.equal(found.model(torch.tensor([ids])), own.model(torch.tensor([ids])))
    assert not [path for path in tmp_path.iterdir() if path.name not in ("home", name)]  # nothing is left on the server


def test_a_run_has_one_place_and_a_name_is_one_model_for_ever(shelf):
    shelf(SEATS[0])
    names = [user_models.keep(bundle(), "x")]
    for _ in range(10):
        names.append(user_models.keep(bundle(), "x", names[-1]))
    assert len(set(names)) == 11 and [name for name in names if user_models.exists(name)] == names[-1:]
    with pytest.raises(ModelUnavailable):
        user_models.find(names[0])


def test_a_clients_own_oldest_goes_and_nobody_elses(shelf):
    shelf(SEATS[1])
    theirs = user_models.keep(bundle(), "x")
    shelf(SEATS[0])
    names = [user_models.keep(bundle(), "x") for _ in range(3)]
    user_models.find(names[0])  # now the second has not been used for the longest time
    names += [user_models.keep(bundle(), "x")]
    assert [user_models.exists(name) for name in names] == [True, False, True, True] and user_models.exists(theirs)


def test_where_the_server_is_full_nothing_new_is_kept_until_somebody_has_been_away(shelf, monkeypatch):
    kept = []
    for seat in SEATS[:8]:
        shelf(seat)
        kept.append(user_models.keep(bundle(), "x"))
    shelf(SEATS[8])
    assert user_models.keep(bundle(), "x") is None and user_models.state_file(SIZE) is None
    assert all(map(user_models.exists, kept))
    later = user_models.time.monotonic() + user_models.AWAY_S + 1
    monkeypatch.setattr(user_models.time, "monotonic", lambda: later)
    assert user_models.exists(kept[0])  # its reader is still here
    assert user_models.keep(bundle(), "x")
    assert [user_models.exists(name) for name in kept[:3]] == [True, False, True]


def test_states_count_are_not_taken_away_and_leave_room_when_they_are_released(shelf):
    shelf("10.0.0.1")  # an address, behind which may be a class
    states = [user_models.state_file(2 * SIZE) for _ in range(2)]
    first = user_models.keep(bundle(), "x")
    second = user_models.keep(bundle(), "x")
    assert second and not user_models.exists(first) and user_models.state_file(2 * SIZE) is None
    states[0].write_bytes(b"x")
    user_models.release(states[:1])
    assert not states[0].exists() and user_models.state_file(2 * SIZE)


def test_the_folder_ends_with_the_server_and_one_that_was_killed_is_deleted_by_the_next(tmp_path):
    script = "import sys; from ui.server import scratch; print(scratch.folder(), flush=True); sys.stdin.read()"

    def server() -> tuple[subprocess.Popen, Path]:
        env = os.environ | {"TMPDIR": str(tmp_path)}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env=env, **pipes)
        return process, Path(process.stdout.readline().strip())

    (killed, old), (alive, used) = server(), server()
    for folder in (old, used):
        os.utime(folder, (0, 0))
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    last, new = server()
    assert not old.exists() and used.exists() and new.exists()
    for process in (alive, last):
        process.communicate()
    until(lambda: not list(tmp_path.iterdir()))
