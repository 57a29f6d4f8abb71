"""What hosting promises: models by their names alone, no telemetry, no tracebacks, small messages, pinned packages."""

import re

import pytest
from streamlit import config

from model import zoo
from model.zoo import ModelUnavailable
from tests.support.app_test import html_of, run_page
from tests.support.pages import ROOT
from ui.kit import cache
from ui.server import limits

PATHS = ("../../etc", "/etc/passwd", "checkpoints/base", "HuggingFaceTB/SmolLM2-135M", "", "smollm2/", "\0", "..\\x")
SETTINGS = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.enableAgentApi": False,
    "server.maxUploadSize": 1,
    "server.maxMessageSize": 20,
    "server.maxWidgetStateSize": 1,
    "runner.magicEnabled": False,
}


@pytest.fixture
def _hosted(monkeypatch):
    monkeypatch.setenv("VETRO_HOSTED", "1")
    cache.bundle.clear()
    yield
    cache.bundle.clear()


@pytest.mark.parametrize("name, value", SETTINGS.items())
def test_the_server_is_set_up_for_strangers(name, value):
    assert config.get_option(name) == value


@pytest.mark.usefixtures("_hosted")
@pytest.mark.parametrize("path", PATHS)
def test_a_path_or_a_name_of_the_hub_is_never_read(path, monkeypatch):
    monkeypatch.setattr(zoo, "load", lambda name: pytest.fail(f"{name} was read"))
    with pytest.raises(ModelUnavailable):
        cache.bundle(path)


@pytest.mark.usefixtures("_hosted")
@pytest.mark.slow
def test_our_models_are_read_and_another_in_the_link_is_not():
    test = run_page("attention", model="../checkpoints/experts")
    assert not test.exception and 'role="alert"' not in html_of(test)
    assert test.selectbox(key="model").value == "smollm2"
    assert limits.limits() == limits.HOSTED


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt", "requirements-models.txt"])
def test_packages_are_pinned(file):
    lines = [line.partition("#")[0].strip() for line in (ROOT / file).read_text().splitlines()]
    pattern = r"[\w-]+==[\d.]+" + (r" --hash=sha256:[0-9a-f]{64}" if "models" in file else "")
    assert all(re.fullmatch(pattern, line) for line in lines if line)
