"""What a server that anybody can reach allows (VETRO_HOSTED=1), and what one's own machine does: the one place for it.

Prompts (ui/frame/prompt_bar.py), tokens (each lesson), pasted tables (ui/lessons/table), texts to train on
(model/toys/tasks.py) and uploads (.streamlit/config.toml) have the same limits everywhere.
"""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    jobs: int  # processes with long work at a time
    training_seconds: int  # of one run of a reader's training


OWN_MACHINE = Limits(jobs=max(1, (os.cpu_count() or 2) // 2), training_seconds=3600)
HOSTED = Limits(jobs=1, training_seconds=120)


def limits() -> Limits:
    """Those of this process, by its environment."""
    return HOSTED if os.environ.get("VETRO_HOSTED") == "1" else OWN_MACHINE
