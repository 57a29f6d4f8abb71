"""What lies unpacked beside a GGUF file is that file, and is passed over where it is not."""

import shutil
from pathlib import Path

import pytest
import torch

from model import zoo
from model.weights import dequantised, gguf_file, packages
from model.zoo import Bundle

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def beside(tmp_path_factory):
    """The GGUF file with what is written beside it, in a folder of their own; and what was read from it."""
    file = packages.find(*packages.SMOLLM2)
    path = Path(shutil.copy2(file, tmp_path_factory.mktemp("gguf")))
    model, tokenizer = gguf_file.read(path)
    dequantised.write(path, model, tokenizer)
    return path, Bundle(model, tokenizer, zoo.ENTRIES["smollm2"].card)


def test_it_is_the_same_model_bit_by_bit_and_lies_in_memory_in_the_same_way(beside):
    path, packed = beside
    model, tokenizer = dequantised.read(path)
    assert model.config == packed.model.config
    theirs = packed.model.state_dict()
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, theirs[name]) and tensor.stride() == theirs[name].stride(), name
    assert model.lm_head.weight is model.embed_tokens.weight
    for text in ("It rained in 1987.", "<|im_start|>user", "caffè\n 🤷🏽‍♀️"):
        assert tokenizer.encode(text) == packed.tokenizer.encode(text)
    assert tokenizer.special == packed.tokenizer.special


@pytest.mark.parametrize("change", ["missing", "cut off", "of another file"])
def test_what_does_not_fit_is_passed_over(beside, change, tmp_path, monkeypatch):
    path = tmp_path / beside[0].name
    path.symlink_to(beside[0])
    other = path.with_suffix(".safetensors")
    if change == "of another file":
        other.symlink_to(beside[0].with_suffix(".safetensors"))
        monkeypatch.setattr(dequantised, "FORMAT", dequantised.FORMAT + 1)
    elif change == "cut off":
        with beside[0].with_suffix(".safetensors").open("rb") as whole:
            other.write_bytes(whole.read(10_000_000))
    assert dequantised.read(path) is None


def test_it_is_written_once_and_readable_for_everybody(beside, monkeypatch):
    path, _ = beside
    monkeypatch.setattr(dequantised, "write", lambda *_: pytest.fail("it is there already"))
    dequantised.ensure(path)
    mode = path.with_suffix(".safetensors").stat().st_mode
    assert mode & 0o777 == path.stat().st_mode & 0o777


def test_where_nothing_can_be_written_the_file_stays_as_it_is(beside, monkeypatch, capsys):
    def refused(*_):
        raise PermissionError("read only")

    path, read = beside
    monkeypatch.setattr(gguf_file, "read", lambda path: (read.model, read.tokenizer))
    monkeypatch.setattr(dequantised, "FORMAT", dequantised.FORMAT + 1)
    monkeypatch.setattr(dequantised, "write", refused)
    dequantised.ensure(path)
    assert "stays as it is" in capsys.readouterr().out
