"""What a host's Prometheus reads: counts, seconds and bytes, and nothing of a reader."""

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ui.frame.routes import ROUTES
from ui.kit import cache
from ui.server import metrics

SECRET = "my secret diary"


@pytest.fixture
def read(monkeypatch):
    """Its samples, by name and labels."""
    monkeypatch.setattr(metrics, "WANTED", True)

    def samples() -> dict[tuple[str, str], float]:
        given = TestClient(Starlette(routes=ROUTES)).get("/metrics")
        assert given.headers["content-type"].startswith("text/plain") and SECRET not in given.text
        families = list(text_string_to_metric_families(given.text))
        return {(one.name, "".join(one.labels.values())): one.value for family in families for one in family.samples}

    return samples


def test_what_happened_is_counted(read):
    before = read()
    cache.result(cache.Key(SECRET), lambda: bytes(10_000))
    metrics.page_waited(0.5)
    metrics.count_refusal()
    after = read()
    assert after["vetro_cache_bytes", "results"] - before["vetro_cache_bytes", "results"] > 10_000
    for bound, more in {"0.3": 0, "1.0": 1, "+Inf": 1}.items():
        bucket = "vetro_page_wait_seconds_bucket", bound
        assert after[bucket] - before[bucket] == more
    assert after["vetro_refusals_total", ""] - before["vetro_refusals_total", ""] == 1


def test_what_a_host_wants_to_know_is_there(read):
    now = read()
    names = "sessions", "pages_waiting", "jobs_running", "jobs_waiting", "notebooks_waiting"
    assert {now[f"vetro_{name}", ""] for name in names} == {0}
    assert now["process_resident_memory_bytes", ""] > 1e7
    for name, (held, bound) in cache.sizes().items():
        assert (now["vetro_cache_bytes", name], now["vetro_cache_bytes_max", name]) == (held, bound)


def test_nothing_is_counted_where_nobody_asked(read, monkeypatch):
    before = read()
    with monkeypatch.context() as unasked:
        unasked.setattr(metrics, "WANTED", False)
        metrics.count_refusal()
        metrics.page_waited(1)
    after = read()
    for name in ("vetro_refusals_total", "vetro_page_wait_seconds_count"):
        assert after[name, ""] == before[name, ""]
