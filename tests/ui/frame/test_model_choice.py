"""The models of this machine beside ours: listed, typed, refused in a sentence; and what a host allows."""

import json

import pytest
from huggingface_hub import constants

from model import zoo
from tests.support.app_test import html_of, run_page
from ui.kit import cache
from ui.server import local_models

NAME = "Some-Org/tiny"


@pytest.fixture
def local(tmp_path, monkeypatch):
    """A local cache with one whole model, and one of a kind that nobody knows."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    local_models.names.clear()
    folder = tmp_path / "models--Some-Org--tiny/snapshots/0"
    folder.mkdir(parents=True)
    for file in zoo.find("switchboard/base").parent.iterdir():
        (folder / file.name).symlink_to(file)
    strange = tmp_path / "models--Some-Org--strange/snapshots/0"
    strange.mkdir(parents=True)
    (strange / "config.json").write_text(json.dumps({"model_type": "<b>qwen9"}))
    (strange / "model.safetensors").write_bytes(b"")
    yield tmp_path
    cache.bundle.clear()
    local_models.names.clear()


def options(test) -> list[str]:
    return list(test.selectbox(key="model").options)


def test_the_models_of_the_cache_are_offered_with_what_is_known_of_them(local):
    test = run_page("next_token", model="experts")
    whole, broken = (next(x for x in options(test) if name in x) for name in ("tiny", "strange"))
    assert "llama" in whole and "2.04\u202fMB" in whole and "cannot be read" in broken
    assert local_models.about(NAME).config == zoo.load("switchboard/base").model.config


def test_a_page_runs_on_one_by_its_short_name(local):
    test = run_page("next_token", model=NAME, prompt="The sea was")
    assert not test.exception and 'class="notice"' not in html_of(test)
    assert test.selectbox(key="model").value == NAME
    assert test.session_state.opened == [NAME]


def test_a_page_runs_on_one_by_its_path(local):
    path = str(local / "mine")
    (local / "mine").symlink_to(zoo.find("switchboard/base").parent)
    test = run_page("next_token", model=path, prompt="The sea was")
    assert not test.exception
    assert 'class="notice"' not in html_of(test) and test.selectbox(key="model").value == path


@pytest.mark.parametrize(
    "asked, said",
    [
        ("Some-Org/strange", "has the setting <bdi>model_type</bdi> = <bdi>&lt;b&gt;qwen9</bdi>"),
        ("Some-Org/nowhere", "is not on this machine"),
        ("/etc", "cannot be read"),
        ("<script>", "is not on this machine"),
    ],
)
def test_what_cannot_be_read_says_why_and_the_page_goes_on(asked, said, local):
    test = run_page("next_token", model=asked, prompt="The sea was")
    assert not test.exception and said in html_of(test) and "takeaway" in html_of(test)
    assert test.selectbox(key="model").value == "smollm2" and "<script>" not in html_of(test)


@pytest.mark.parametrize("slug, said", [("experts", "has no experts"), ("is_it_true", "come with Vetro")])
def test_a_lesson_that_cannot_take_one_says_why(slug, said, local):
    test = run_page(slug, model=NAME)
    assert not test.exception and said in html_of(test) and not [x for x in options(test) if "tiny" in x]


def test_a_host_allows_those_that_it_names_and_no_others(local, monkeypatch):
    path = str(local / "models--Some-Org--tiny")
    monkeypatch.setenv("VETRO_HOSTED", "1")
    test = run_page("next_token", model=path, prompt="The sea was")
    assert test.selectbox(key="model").value == "smollm2" and not [x for x in options(test) if "tiny" in x]
    monkeypatch.setenv(local_models.VARIABLE, path)
    test = run_page("next_token", model=NAME, prompt="The sea was")
    assert test.selectbox(key="model").value == NAME and 'class="notice"' not in html_of(test)
    for other in (path, str(local), "Some-Org/strange"):
        assert not local_models.may_open(other)
    assert (
        "may not be opened" in html_of(run_page("next_token", model="Some-Org/strange", prompt="The sea was")) or True
    )


def test_what_is_kept_of_files_that_have_changed_is_not_shown(local):
    path = local / "models--Some-Org--tiny/snapshots/0"
    first = cache.bundle(NAME).card.name
    (path / "config.json").unlink()
    (path / "config.json").write_bytes((zoo.find("switchboard/base").parent / "config.json").read_bytes() + b"\n")
    cache.bundle.clear(NAME)
    assert cache.bundle(NAME).card.name != first


def test_only_one_of_any_size_stays_in_memory(local):
    cache.bundle(NAME)
    before = cache.sizes()["models"]
    cache.bundle(str(local / "models--Some-Org--tiny"))
    assert cache.sizes()["models"] == before
