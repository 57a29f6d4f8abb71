"""How the C library keeps freed memory, set for a server that lives for weeks."""

import ctypes
import sys

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # malloc.h of glibc; see mallopt(3)
LARGE = 1 << 20  # bytes
ARENAS = 2


def return_freed_memory() -> bool:
    """Whether glibc could be told so: blocks of more than 1 MB go back to the system when they are freed, and threads
    share two arenas.

    By itself it moves its threshold up to 32 MB and gives each of many threads an arena. Between the short-lived
    tensors of passes stand small results that are kept for long, and what is free around them is of no use to other
    threads: a server grew to twice of what it kept. Elsewhere (macOS, musl) there is nothing to set.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return bool(mallopt and mallopt(M_MMAP_THRESHOLD, LARGE) and mallopt(M_ARENA_MAX, ARENAS))
