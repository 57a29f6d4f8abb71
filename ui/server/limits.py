"""What a server that anybody can reach allows (VETRO_HOSTED=1), and what one's own machine does: the one place for it.

Prompts (ui/frame/prompt_bar.py), tokens (each lesson), pasted tables (ui/lessons/table), texts to train on
(model/toys/tasks.py) and uploads (.streamlit/config.toml) have the same limits everywhere.
"""

import os
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    # Jobs at a time (ui/server/jobs.py), of one process and one thread each, at lower priority than the pages. A ring
    # (lesson `ring`) has a process for each device, four at most, of several seconds: it is the only job while it runs.
    # Two replicas on two cores have a core each.
    jobs: int
    training_seconds: int  # of one run of a reader's training
    # What readers trained (ui/server/user_models.py), on disk: models, and the states of runs that can go on, three
    # times a model. A pair of the largest recipe takes 30 MB, two of the prepared ones less than 3 MB; a state that is
    # being written is there twice. Kubernetes gives /tmp 256Mi.
    user_bytes: int = 128_000_000
    user_bytes_of_a_seat: int = 32_000_000
    user_bytes_of_an_address: int = 96_000_000  # a class without cookies
    user_models_in_memory_bytes: int = 32_000_000
    # That it has while others wait: on a free core a prepared pair is done in one. To stop and go on costs 0.2 s.
    training_turn_seconds: int = 10
    idle_process_seconds: int = 60  # that a process waits for a next job, in 0.3 GB: to start one costs 4 s of a core
    # What ui/kit/cache.py keeps for all readers, in bytes: thirty readers' pages of one lesson, the largest of which
    # has 12 MB of traces and 3 MB of results; variants share the weights of their original.
    trace_bytes: int = 400_000_000
    result_bytes: int = 128_000_000
    variant_bytes: int = 64_000_000
    # Pages of one client that are rendered at a time (ui/server/admission.py), of as many as there are cores, and two
    # at least: the largest takes seconds, for which others must not stand still.
    slots_of_a_client: int
    # WebSockets (ui/server/sockets.py). A live page takes one and four descriptors; a page just left keeps three of
    # them for two minutes, of 128 at most.
    sockets: int = 256  # of all: a class in each of four rooms, with two pages each
    sockets_of_a_seat: int = 12  # pages that one browser keeps open
    sockets_of_an_address: int = 60  # a class without cookies
    # Messages a second. A slider that is dragged sends five, a key that is held down thirty, a page that waits for a
    # job two. A run of a whole page counts for more of them: before it waits for its turn it takes 50 ms of a core.
    messages: int = 10  # of one socket
    messages_at_once: int = 20
    messages_of_a_client: int = 20
    messages_of_a_client_at_once: int = 60
    page_costs: int = 5
    opening_costs: int = 5  # a new session
    over_seconds: float = 15  # a socket that sends faster than this for so long is closed
    message_bytes: int = 1_000_000  # a prompt has at most 7 kB, a text to train on 20 kB, a pasted table 100 kB
    # Notebooks, and QR codes, that are made or waited for at a time (ui/server/files.py): more than a class asks for at
    # once, and of half a second each, or less. A seat is one browser; behind an address may be a class without seats.
    files: int = 48
    files_of_seat: int = 4
    files_of_address: int = 32


OWN_MACHINE = Limits(jobs=max(1, (os.cpu_count() or 2) // 2), training_seconds=3600, slots_of_a_client=1000)
HOSTED = Limits(jobs=1, training_seconds=120, slots_of_a_client=1)


def limits() -> Limits:
    """Those of this process, by its environment."""
    return HOSTED if os.environ.get("VETRO_HOSTED") == "1" else OWN_MACHINE
