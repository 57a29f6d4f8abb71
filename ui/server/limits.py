"""What a server that anybody can reach allows (VETRO_HOSTED=1), and what one's own machine does: the one place for it.

Prompts (ui/frame/prompt_bar.py), tokens (each lesson), pasted tables (ui/lessons/table), texts to train on
(model/toys/tasks.py) and uploads (.streamlit/config.toml) have the same limits everywhere.
"""

import os
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    jobs: int  # processes with long work at a time
    training_seconds: int  # of one run of a reader's training
    # What ui/kit/cache.py keeps for all readers, in bytes: thirty readers' pages of one lesson, the largest of which
    # has 12 MB of traces and 3 MB of results; variants share the weights of their original.
    trace_bytes: int = 400_000_000
    result_bytes: int = 128_000_000
    variant_bytes: int = 64_000_000


OWN_MACHINE = Limits(jobs=max(1, (os.cpu_count() or 2) // 2), training_seconds=3600)
HOSTED = Limits(jobs=1, training_seconds=120)


def limits() -> Limits:
    """Those of this process, by its environment."""
    return HOSTED if os.environ.get("VETRO_HOSTED") == "1" else OWN_MACHINE
