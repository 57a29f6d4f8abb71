"""The models that pages under AppTest have; each is read once by a process."""

import pytest

from model import zoo
from model.zoo import ModelUnavailable
from ui.kit import cache


@pytest.fixture(scope="session")
def smollm2():
    return cache.bundle("smollm2")


@pytest.fixture(scope="session")
def minilm():
    return cache.bundle("minilm")


@pytest.fixture(scope="session")
def moe():
    return cache.bundle("experts")


@pytest.fixture
def without_minilm(monkeypatch):
    """MiniLM is not there."""
    load = cache.bundle

    def lacking(name):
        if name == "minilm":
            raise ModelUnavailable("model.safetensors", "MiniLM", "install")
        return load(name)

    monkeypatch.setattr(cache, "bundle", lacking)


@pytest.fixture(scope="module")
def without_wheels():
    """The models of packages are not there: pages run on the one that comes with Vetro."""
    found = zoo.find

    def find(name: str):
        if name in zoo.ENTRIES and zoo.ENTRIES[name].package:
            raise ModelUnavailable(zoo.ENTRIES[name].file, "the file of its package", "install")
        return found(name)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(zoo, "find", find)
        cache.bundle.clear()
        yield
    cache.bundle.clear()
