"""What a host may want to know, for Prometheus: VETRO_METRICS=1 opens /metrics. Counts, seconds and bytes; no text, no
address. The library is imported where it is wanted, for the port need not wait for it."""

import os
from collections.abc import Callable, Mapping
from functools import cache
from types import SimpleNamespace

from streamlit import runtime
from streamlit.runtime.stats import ACTIVE_SESSIONS_FAMILY

from ui.server import admission, files, jobs

WANTED = os.environ.get("VETRO_METRICS") == "1"
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
WAITS_S = (0.1, 0.3, 1, 3, 10, 30, 100)  # upper bounds of the histogram


def page_waited(seconds: float) -> None:
    """A page has had its turn after so long."""
    if WANTED:
        _own().waits.observe(seconds)


def count_refusal() -> None:
    """A request was answered with 503."""
    if WANTED:
        _own().refusals.inc()


def exposition(caches: Mapping[str, tuple[float, float]]) -> bytes:
    """All of them, as Prometheus reads them. caches: the bytes of each and their bound (ui.kit.cache.sizes)."""
    from prometheus_client import generate_latest

    own = _own()
    for name, (held, bound) in caches.items():
        own.cache_bytes.labels(name).set(held)
        own.cache_bound.labels(name).set(bound)
    return generate_latest(own.registry)


@cache
def _own() -> SimpleNamespace:
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)  # resident memory, processor time, open descriptors

    def gauge(name: str, about: str, read: Callable[[], float]) -> None:
        Gauge(name, about, registry=registry).set_function(read)

    gauge("vetro_sessions", "Readers whose browser is connected", _sessions)
    gauge("vetro_pages_waiting", "Pages that wait for their turn", lambda: admission.PAGES.waiting)
    gauge("vetro_jobs_running", "Processes with long work", lambda: jobs.POOL.counts()[0])
    gauge("vetro_jobs_waiting", "Long work that waits for a process", lambda: jobs.POOL.counts()[1])
    gauge("vetro_notebooks_waiting", "Notebooks that wait for their turn", lambda: files.NOTEBOOKS.waiting)
    return SimpleNamespace(
        registry=registry,
        waits=Histogram(
            "vetro_page_wait_seconds", "From a page's arrival to its turn", buckets=WAITS_S, registry=registry
        ),
        refusals=Counter("vetro_refusals", "Requests that were answered with 503", registry=registry),
        cache_bytes=Gauge("vetro_cache_bytes", "What a cache holds", ["cache"], registry=registry),
        cache_bound=Gauge("vetro_cache_bytes_max", "What it may hold", ["cache"], registry=registry),
    )


def _sessions() -> float:
    if not runtime.exists():
        return 0
    (stat,) = runtime.get_instance().stats_mgr.get_stats([ACTIVE_SESSIONS_FAMILY])[ACTIVE_SESSIONS_FAMILY]
    return stat.value
