"""The checks as a job of the page (model/runtime/process.py). It ends with its process: the models take a gigabyte."""

import threading
from dataclasses import asdict

from model.checks import run_checks
from model.runtime.process import Say


def work(request: dict, say: Say, stop: threading.Event) -> None:
    """request: the arguments of `run_checks`. Says every row."""
    for row in run_checks(**request):
        say(asdict(row))
        if stop.is_set():
            return
