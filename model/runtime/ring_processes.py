"""Ring attention on real processes, one for each device: gloo on CPUs, nccl where there is a GPU for each.

`run` starts them and collects; `python -m model.runtime.ring_processes FOLDER RANK DEVICES LENGTH CAUSAL` is
one of them.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import torch
import torch.distributed as dist
from safetensors.torch import load_file, save_file
from torch import Tensor

from model.ring import Block, Step, device_loop, spans

TIMEOUT_S = 120  # seconds: a process that does not find the others must not wait for ever


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


def run(q: Tensor, k: Tensor, v: Tensor, *, devices: int, causal: bool = True) -> ProcessRun:
    """The same as `ring.ring_attention`, on as many processes as devices. Raises RuntimeError with the last line of
    the process that failed, ValueError for more devices than tokens."""
    length, inputs = q.shape[1], {"q": q, "k": k, "v": v}
    with tempfile.TemporaryDirectory() as folder:
        for rank, span in enumerate(spans(length, devices)):
            own = {name: x[:, span.start : span.stop].cpu().contiguous() for name, x in inputs.items()}
            save_file(own, Path(folder, f"in{rank}"))
        _run_processes([[folder, rank, devices, length, int(causal)] for rank in range(devices)])
        outputs = [load_file(Path(folder, f"out{rank}"))["output"] for rank in range(devices)]
        reports = [Report(**json.loads(Path(folder, f"report{rank}").read_text())) for rank in range(devices)]
    return ProcessRun(torch.cat(outputs, dim=1), tuple(reports))


def _run_processes(arguments: list[list]) -> None:
    """Starts a process for each list of arguments and waits for all. None outlives this call."""
    command = [sys.executable, "-m", "model.runtime.ring_processes"]
    # gloo asks the network for this machine's own name; without a network nobody answers
    loopback = "lo0" if sys.platform == "darwin" else "lo"
    options = {
        "cwd": Path(__file__).parents[2],
        "env": os.environ | {"OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": loopback},
        "stderr": subprocess.PIPE,
        "text": True,
    }
    processes = [subprocess.Popen([*command, *map(str, own)], **options) for own in arguments]
    try:
        errors = [process.communicate(timeout=TIMEOUT_S)[1] for process in processes]
    finally:
        for process in processes:
            process.kill()
    failed = [error for process, error in zip(processes, errors, strict=True) if process.returncode]
    if failed:
        raise RuntimeError((failed[0].strip().splitlines() or ["a process ended without a word"])[-1])


def worker_main(folder: str, rank: int, devices: int, length: int, causal: bool) -> None:
    """One device of the ring: reads its queries, keys and values, passes blocks on until it has read all of them, and
    leaves its rows of the answer and its report in the folder."""
    device, owned = _join_group(folder, rank, devices), spans(length, devices)
    own = {name: x.to(device) for name, x in load_file(Path(folder, f"in{rank}")).items()}
    block = Block(rank, owned[rank].start, own["k"], own["v"])
    dist.barrier()
    started = time.perf_counter()
    loop = device_loop(own["q"], block, devices=devices, causal=causal)
    steps: list[Step] = [next(loop)]
    while len(steps) < devices:
        steps.append(loop.send(exchange(steps[-1].block, owned)))
    partial = steps[-1].partial
    output = partial.output.cpu()
    seconds = time.perf_counter() - started
    blocks = [step.block.bytes for step in steps]
    report = Report(
        process=os.getpid(),
        device=str(device),
        start=owned[rank].start,
        stop=owned[rank].stop,
        held=max([blocks[0], *map(sum, pairwise(blocks))])
        + sum(x.nbytes for x in (own["q"], partial.maximum, partial.total, partial.weighted)),
        sent=sum(blocks[:-1]),
        scores=sum(step.scores for step in steps),
        seconds=seconds,
    )
    save_file({"output": output}, Path(folder, f"out{rank}"))
    Path(folder, f"report{rank}").write_text(json.dumps(asdict(report)))
    dist.destroy_process_group()


def _join_group(folder: str, rank: int, devices: int) -> torch.device:
    """Meets the other processes; the device that this one computes on."""
    on_gpus = torch.cuda.device_count() >= devices
    dist.init_process_group(
        "nccl" if on_gpus else "gloo",
        init_method=f"file://{folder}/meeting-place",
        rank=rank,
        world_size=devices,
        timeout=timedelta(seconds=TIMEOUT_S),
    )
    return torch.device("cuda", rank) if on_gpus else torch.device("cpu")


def exchange(block: Block, owned: list[range]) -> Block:
    """Passes a key/value block to the next rank while the rank before sends its own: that one is returned.
    owned: the tokens of each rank."""
    rank, devices = dist.get_rank(), dist.get_world_size()
    owner = (block.owner - 1) % devices
    k, v = (x.new_empty(x.shape[0], len(owned[owner]), x.shape[2]) for x in (block.k, block.v))
    transfers = [dist.P2POp(dist.isend, x, (rank + 1) % devices) for x in (block.k, block.v)]
    transfers += [dist.P2POp(dist.irecv, x, (rank - 1) % devices) for x in (k, v)]
    for work in dist.batch_isend_irecv(transfers):
        work.wait()
    return Block(owner, owned[owner].start, k, v)


if __name__ == "__main__":
    folder, rank, devices, length, causal = sys.argv[1:]
    worker_main(folder, int(rank), int(devices), int(length), causal == "1")
