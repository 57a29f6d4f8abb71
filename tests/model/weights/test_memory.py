"""A model that does not fit is refused before anything of it is read."""

import pytest

from model import zoo
from model.errors import ModelUnavailable
from model.weights import memory


def test_what_a_model_takes_is_counted_without_reading_it(smollm2):
    file = zoo.find("switchboard/base")
    parameters = zoo.load("switchboard/base").card.parameters
    assert memory.needed(file.parent) == 4 * parameters + file.stat().st_size
    assert memory.needed(zoo.find("smollm2")) == 8 * smollm2.card.parameters


def test_one_that_does_not_fit_is_refused_with_both_numbers(monkeypatch):
    folder = zoo.find("switchboard/base").parent
    monkeypatch.setattr(memory, "available", lambda: 1_000_000)
    with pytest.raises(ModelUnavailable) as caught:
        zoo.load(folder)
    needed = memory.needed(folder)
    assert (caught.value.code, caught.value.values["needed"]) == ("memory", needed)
    assert caught.value.values["available"] == 1_000_000


def test_a_container_bounds_what_is_free(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "GROUP", tmp_path)
    (tmp_path / "memory.current").write_text("600000\n")
    (tmp_path / "memory.max").write_text("max\n")
    assert memory.available() > 10_000_000
    (tmp_path / "memory.max").write_text("1000000\n")
    assert memory.available() == 400_000


def test_files_that_cannot_be_read_are_somebody_elses_to_name(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"This is a poem.")
    (tmp_path / "a.gguf").write_bytes(b"GGUF and then nothing")
    assert memory.needed(tmp_path / "a.gguf") == 0 and memory.needed(tmp_path) == len("This is a poem.")
