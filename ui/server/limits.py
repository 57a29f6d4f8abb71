"""What a server that anybody can reach allows (VETRO_HOSTED=1), and what one's own machine does: the one place for it.

Prompts (ui/frame/prompt_bar.py), tokens (each lesson), pasted tables (ui/lessons/table), texts to train on
(model/toys/tasks.py) and uploads (.streamlit/config.toml) have the same limits everywhere.
"""

import os
from dataclasses import dataclass

from model import zoo
from model.zoo import ModelUnavailable


@dataclass(frozen=True)
class Limits:
    folders: bool  # whether a model may be read from a path or fetched by name; else only ours, by the names of the zoo
    jobs: int  # processes with long work at a time
    training_seconds: int  # of one run of a reader's training


OWN = Limits(folders=True, jobs=max(1, (os.cpu_count() or 2) // 2), training_seconds=3600)
HOSTED = Limits(folders=False, jobs=1, training_seconds=120)


def limits() -> Limits:
    return HOSTED if os.environ.get("VETRO_HOSTED") == "1" else OWN


def check(name: str) -> None:
    """Raises ModelUnavailable for a model that may not be read here."""
    if name not in zoo.ENTRIES and not limits().folders:
        raise ModelUnavailable("", f"one of {', '.join(zoo.ENTRIES)}", "foreign")
