"""What a reader waits for, in a real browser, and what a lesson keeps in memory."""

import gc
import logging
import os
import shutil
import signal
import statistics
import subprocess
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from playwright.sync_api import Page, sync_playwright

from model import transformer
from tests.support.app_test import run_page
from tests.support.browser import CHROMIUMS, MAC_CHROME
from tests.support.pages import PAGES, ROOT
from tests.support.server import free_port

LONG = (
    "When it was dark and the sea was high, the old keeper of the lighthouse climbed the stairs and lit the lamp, "
    "so that every ship could find the"
)  # 31 tokens, and one more
LAST = ("harbour", "beach", "land", "shore", "way", "port")
PICTURES = {"machine": ".machine .word", "attention": ".attention .pick"}  # the chips of the sentence
# asked at every frame: a locator asks every half second in the end
SHOWN = """([selector, text]) => [...document.querySelectorAll(".stBidiComponent *")].some(({ shadowRoot }) =>
    [...(shadowRoot?.querySelectorAll(selector) ?? [])].some((node) =>
        node.checkVisibility() && node.textContent.includes(text)))"""


def lines() -> Iterator[str]:
    chromium = next(filter(None, map(shutil.which, CHROMIUMS)), str(MAC_CHROME))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        with served() as (address, started, _):
            _arrive(page, address)
            page.wait_for_function(SHOWN, arg=['[data-key="append"]', ""], timeout=60_000)
            yield f"From `make run` to a usable front door: {time.perf_counter() - started:.2f} s (under 6)"
            for slug, chips in PICTURES.items():
                page.goto(f"{address}/{'' if slug == 'machine' else slug}?lang=en")
                page.locator(chips).first.wait_for(timeout=60_000)
                yield f"  {slug}: a new prompt of 32 tokens, until it is shown: {_new_prompt(page, chips)} (under 1)"
            yield f"  attention: {_flips(page)}"
        browser.close()
    # the front door first: under AppTest every page is reached through it, and its trace is found in the cache then
    for slug in sorted(PAGES, key=lambda slug: slug != "machine"):
        yield f"  {slug}: {_kept(slug) / 1e6:.2f} MB of trace kept for a prompt of 32 tokens (under 15)"


@contextmanager
def served(log: IO | int = subprocess.DEVNULL) -> Iterator[tuple[str, float, int]]:
    """`make run`: its address, when it was started, and its process. What it prints goes to the log."""
    port = free_port()
    settings = {"STREAMLIT_SERVER_PORT": str(port), "STREAMLIT_SERVER_HEADLESS": "true"}
    started = time.perf_counter()
    server = subprocess.Popen(["make", "run"], cwd=ROOT, env=os.environ | settings, stdout=log, start_new_session=True)
    try:
        yield f"http://localhost:{port}", started, server.pid
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


def _arrive(page: Page, address: str) -> None:
    for _ in range(200):
        try:
            page.goto(f"{address}/?lang=en")
            return
        except Exception:  # the port is not open yet: playwright has one error for everything
            time.sleep(0.05)
    raise TimeoutError(address)


def _new_prompt(page: Page, chips: str) -> str:
    """Median and slowest of five changes, in seconds, from the key to the picture with the new last token."""
    field = page.locator(".st-key-prompt textarea")
    seconds = []
    for last in LAST:
        field.fill(f"{LONG} {last}")
        start = time.perf_counter()
        field.press("Enter")
        page.wait_for_function(SHOWN, arg=[chips, last], timeout=60_000)
        seconds.append(time.perf_counter() - start)
    return f"{statistics.median(seconds[1:]):.2f} s, at most {max(seconds[1:]):.2f}"


def _flips(page: Page) -> str:
    """Flips through all heads of a layer and counts what the page sends meanwhile."""
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    page.on("websocket", lambda channel: channel.on("framesent", lambda frame: sent.append(frame)))
    page.reload()  # a listener hears only channels opened after it
    page.locator(PICTURES["attention"]).first.wait_for(timeout=60_000)
    page.wait_for_timeout(2000)
    sent.clear()
    start = time.perf_counter()
    heads = page.locator(".attention .thumb")
    for i in range(heads.count()):
        heads.nth(i).click()
    seconds = (time.perf_counter() - start) / heads.count()
    return f"changing a head: {len(sent)} requests to the server (0), {1000 * seconds:.0f} ms a click"


def _kept(slug: str) -> int:
    """Bytes of the traces that a page made for one prompt and that are still there when it has run."""
    logging.disable(logging.WARNING)  # of Streamlit, which misses its server
    traces, run = [], transformer.run

    def noted(*args, **settings):
        trace = run(*args, **settings)
        traces.append(weakref.ref(trace))
        return trace

    transformer.run = noted
    try:
        page = run_page(slug, prompt=f"{LONG} {LAST[0]}")
    finally:
        transformer.run = run
    gc.collect()
    kept = sum(trace.bytes() for found in traces if (trace := found()))
    assert page, "its session, which may hold some of them, has lived until here"
    return kept
