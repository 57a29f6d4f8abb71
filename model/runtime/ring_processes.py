"""Ring attention on real processes, one for each device: gloo on CPUs, nccl where there is a GPU for each.

`run` starts them and collects. As a job (model/runtime/process.py) this module runs a ring for a page; its devices are
processes of the same kind, with the module ring_device, and end when it ends.
"""

import json
import tempfile
import threading
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor

from model.ring import spans
from model.runtime import process
from model.runtime.process import Say

TIMEOUT_S = 120.0  # a process that does not find the others must not wait for ever


@dataclass(frozen=True)
class Report:
    """What one process says of itself. Bytes and counts are read off its tensors."""

    process: int  # the number that the system gave it
    device: str
    start: int  # its own tokens: from this place …
    stop: int  # … up to before this one
    held: int  # bytes: queries, the block it reads and the one that arrives, the partial answer
    sent: int  # bytes, in all steps together
    scores: int  # in each head
    seconds: float  # from the first step to the last


@dataclass(frozen=True)
class ProcessRun:
    """The answer, put together, and the reports of all processes."""

    output: Tensor  # (H, T, K)
    reports: tuple[Report, ...]


def run(
    q: Tensor, k: Tensor, v: Tensor, *, devices: int, causal: bool = True, stop: threading.Event | None = None
) -> ProcessRun:
    """The same as `ring.ring_attention`, on as many processes as devices. Raises RuntimeError with what the process
    that failed says, or when another thread sets `stop`; ValueError for more devices than tokens."""
    length, inputs = q.shape[1], {"q": q, "k": k, "v": v}
    with tempfile.TemporaryDirectory() as folder:
        shared = {
            "meeting_place": str(Path(folder, "meeting-place")),
            "length": length,
            "devices": devices,
            "causal": causal,
        }
        requests = []
        for rank, span in enumerate(spans(length, devices)):
            own = {name: x[:, span.start : span.stop] for name, x in inputs.items()}
            requests.append(shared | {"rank": rank, "inputs": pack(own)})
        messages = _run_devices(requests, stop or threading.Event())
    outputs = [unpack(message["output"])["output"] for message in messages]
    return ProcessRun(torch.cat(outputs, dim=1), tuple(Report(**message["report"]) for message in messages))


def _run_devices(requests: list[dict], stop: threading.Event) -> list[dict]:
    """What a process says to each request. None outlives this call."""
    processes = [process.start("model.runtime.ring_device") for _ in requests]

    def kill() -> None:
        stop.wait(TIMEOUT_S)
        for each in processes:
            each.kill()

    threading.Thread(target=kill, daemon=True).start()
    try:
        for each, request in zip(processes, requests, strict=True):
            process.send(each, request)
        said = [json.loads(each.stdout.readline() or "{}") for each in processes if each.stdout]
    finally:
        stop.set()
        for each in processes:
            each.wait()
    for message in said:
        if "report" not in message:
            raise RuntimeError(message.get("failed") or "a process ended without a word")
    return said


def pack(tensors: dict[str, Tensor]) -> str:
    """Tensors as a string, for a line of JSON."""
    return b64encode(safetensors.torch.save({name: x.cpu().contiguous() for name, x in tensors.items()})).decode()


def unpack(text: str) -> dict[str, Tensor]:
    """Tensors that `pack` wrote."""
    return safetensors.torch.load(b64decode(text))


def request(q: Tensor, k: Tensor, v: Tensor, *, devices: int) -> dict:
    """What `work` is asked for."""
    return {"inputs": pack({"q": q, "k": k, "v": v}), "devices": devices}


def work(request: dict, say: Say, stop: threading.Event) -> None:
    """A ring as a job: says one message, from which `answer` makes the run."""
    inputs = unpack(request["inputs"])
    try:
        found = run(inputs["q"], inputs["k"], inputs["v"], devices=request["devices"], stop=stop)
    except RuntimeError:
        if stop.is_set():
            return
        raise
    say({"output": pack({"output": found.output}), "reports": [asdict(report) for report in found.reports]})


def answer(message: dict) -> ProcessRun:
    """The run that a job speaks of."""
    reports = tuple(Report(**report) for report in message["reports"])
    return ProcessRun(unpack(message["output"])["output"], reports)
