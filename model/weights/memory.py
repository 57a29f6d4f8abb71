"""Whether a model fits into memory, before it is read."""

import math
from pathlib import Path

import psutil
from safetensors import SafetensorError, safe_open

from model.errors import ModelUnavailable

NUMBER = 4  # bytes of each number of ours: float32
GROUP = Path("/sys/fs/cgroup")  # where Linux says how much a container may take


def check(path: Path) -> None:
    """Raises ModelUnavailable, code "memory", where the model at this path takes more memory than there is."""
    need, free = needed(path), available()
    if need > free:
        why = f"It takes {need / 1e9:.1f} GB while it is read, and {free / 1e9:.1f} GB are free."
        raise ModelUnavailable(path.name, "a model that fits into memory", "memory", why, needed=need, available=free)


def needed(path: Path) -> int:
    """Bytes that it takes to read the model of a folder or of a GGUF file: its numbers in float32 and, meanwhile, what
    they are made from: the files' own, or for GGUF once more in float32. 0 where the files cannot be read: whoever
    reads them says why."""
    if path.is_file():
        return 2 * NUMBER * _numbers(path)
    files = sorted(path.glob("*.safetensors"))
    return NUMBER * sum(map(_numbers, files)) + sum(file.stat().st_size for file in files)


def _numbers(file: Path) -> int:
    if file.suffix == ".gguf":
        from gguf import GGUFReader  # takes its time to load

        try:
            return sum(int(tensor.n_elements) for tensor in GGUFReader(file).tensors)
        except Exception:  # the reader fails in many ways on a file that is damaged
            return 0
    try:
        with safe_open(file, "numpy") as opened:
            shapes = [opened.get_slice(name).get_shape() for name in opened.keys()]  # noqa: SIM118 (it is no dict)
    except (SafetensorError, OSError):
        return 0
    return sum(map(math.prod, shapes))


def available() -> int:
    """Bytes that are free for us: on the machine, and in the container that we run in."""
    free = psutil.virtual_memory().available
    try:
        most, now = ((GROUP / f"memory.{name}").read_text().strip() for name in ("max", "current"))
    except OSError:
        return free
    return min(free, int(most) - int(now)) if most.isdigit() else free
