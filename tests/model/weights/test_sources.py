"""What people type for a model, and where its files lie."""

import pickle

import pytest
from huggingface_hub import constants

from model import zoo
from model.errors import ModelUnavailable
from model.weights import sources

OLD, NEW = "1" * 40, "f" * 40


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A local cache with one model, in two snapshots of which "main" names the older, and what is half there."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    whole = zoo.find("switchboard/base").parent
    for commit in (OLD, NEW):
        folder = tmp_path / "models--Some-Org--tiny.model-1" / "snapshots" / commit
        folder.mkdir(parents=True)
        for file in whole.iterdir():
            (folder / file.name).symlink_to(file)
    (folder.parents[1] / "refs").mkdir()
    (folder.parents[1] / "refs/main").write_text(OLD)
    (folder / "README.md").unlink(missing_ok=True)
    (folder / "README.md").write_text("---\nlanguage: en\nlicense: apache-2.0\n---\nlicense: none\n")
    for half in ("models--org--empty/snapshots", "models--org--settings/snapshots/0"):
        (tmp_path / half).mkdir(parents=True)
    (tmp_path / "models--org--settings/snapshots/0/config.json").write_text('{"model_type": ["x"]}')
    return tmp_path


@pytest.mark.parametrize(
    "typed, commit",
    [
        ("Some-Org/tiny.model-1", OLD),
        ("{cache}/models--Some-Org--tiny.model-1", OLD),
        ("{cache}/models--Some-Org--tiny.model-1/snapshots", OLD),
        ("{cache}/models--Some-Org--tiny.model-1/snapshots/" + NEW, NEW),
        ("{cache}/models--Some-Org--tiny.model-1/snapshots/" + NEW + "/config.json", NEW),
        ("{cache}/models--Some-Org--tiny.model-1/snapshots/" + NEW + "/model.safetensors", NEW),
    ],
)
def test_a_model_of_the_cache_is_found_by_all_its_names(typed, commit, cache):
    path = sources.locate(typed.format(cache=cache))
    assert path.name == commit and sources.title(path) == "Some-Org/tiny.model-1"


def test_a_located_model_is_loaded_and_its_card_says_what_it_is(cache):
    bundle = zoo.load(f"{cache}/models--Some-Org--tiny.model-1/snapshots/{NEW}")
    assert (bundle.card.title, bundle.card.licence) == ("Some-Org/tiny.model-1", "apache-2.0")
    assert bundle.card.parameters == zoo.load("switchboard/base").card.parameters


def test_the_cache_lists_what_is_whole(cache):
    (found,) = sources.cached()
    size = zoo.find("switchboard/base").stat().st_size
    assert (found.name, found.path.name, found.family, found.bytes) == ("Some-Org/tiny.model-1", OLD, "llama", size)


def test_a_home_is_a_home(cache, monkeypatch):
    monkeypatch.setenv("HOME", str(cache))
    assert sources.locate("~/models--Some-Org--tiny.model-1").name == OLD


class Harm:
    def __reduce__(self):
        return pytest.fail, ("it was run",)


def folder_with(folder, **files):
    for name, held in files.items():
        (folder / name.replace("__", ".")).write_bytes(held)
    return folder


@pytest.mark.parametrize(
    "files, code, named",
    [
        ({}, "foreign", "config.json"),
        ({"poem__txt": b"A poem."}, "foreign", "config.json"),
        ({"a__gguf": b"", "b__gguf": b""}, "several", None),
        ({"adapter_config__json": b"{}", "adapter_model__safetensors": b""}, "foreign", "adapter_config.json"),
        ({"config__json": b"{}", "pytorch_model__bin": pickle.dumps(Harm())}, "pickle", "pytorch_model.bin"),
        ({"config__json": b"{}", "flax_model__msgpack": b""}, "pickle", "flax_model.msgpack"),
        ({"config__json": b'{"model_type": "qwen9"}', "model__safetensors": b""}, None, None),
    ],
)
def test_what_is_no_model_is_named(files, code, named, tmp_path):
    folder_with(tmp_path, **files)
    with pytest.raises(ModelUnavailable) as caught:
        zoo.load(tmp_path)
    if code:
        assert (caught.value.code, caught.value.field) == (code, named or tmp_path.name)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 300


@pytest.mark.parametrize("typed", ["gpt-17", "no/such", "no/such/model", "../../etc", "", "\0", "x" * 5_000, "a/b\n"])
def test_what_is_not_there_is_said(typed):
    with pytest.raises(ModelUnavailable) as caught:
        zoo.load(typed)
    assert caught.value.code in ("missing", "foreign")


def test_a_loop_of_links_ends(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(ModelUnavailable):
        zoo.load(tmp_path / "a")


def test_a_pickle_that_calls_itself_safetensors_is_damaged(tmp_path):
    for file in zoo.find("switchboard/base").parent.iterdir():
        (tmp_path / file.name).symlink_to(file)
    (tmp_path / "model.safetensors").unlink()
    for held in (pickle.dumps(Harm()), b"PK\x03\x04" + bytes(100), (10**15).to_bytes(8, "little") + b"{}"):
        (tmp_path / "model.safetensors").write_bytes(held)
        with pytest.raises(ModelUnavailable) as caught:
            zoo.load(tmp_path)
        assert (caught.value.code, caught.value.field) == ("reinstall", "model.safetensors")
