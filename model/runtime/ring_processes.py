"""Ring attention on real processes, one for each device: gloo on CPUs, nccl where there is a GPU for each.

`run` starts them and collects; `python -m model.runtime.ring_processes FOLDER RANK SIZES CAUSAL` is one of them.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import timedelta
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
    output: Tensor  # (H, T, K)
    reports: tuple[Report, ...]


def run(q: Tensor, k: Tensor, v: Tensor, *, devices: int, causal: bool = True) -> ProcessRun:
    """The same as `ring.ring_attention`, on as many processes as devices. Raises RuntimeError with the last line of
    the process that failed."""
    owned = spans(q.shape[1], devices)
    with tempfile.TemporaryDirectory() as folder:
        for rank, span in enumerate(owned):
            share = {
                name: x[:, span.start : span.stop].cpu().contiguous() for name, x in (("q", q), ("k", k), ("v", v))
            }
            save_file(share, Path(folder, f"in{rank}"))
        sizes = ",".join(str(len(span)) for span in owned)
        command = [sys.executable, "-m", "model.runtime.ring_processes", folder]
        # gloo asks the network for this machine's own name; without a network nobody answers
        settings = os.environ | {
            "OMP_NUM_THREADS": "1",
            "GLOO_SOCKET_IFNAME": "lo0" if sys.platform == "darwin" else "lo",
        }
        processes = [
            subprocess.Popen(
                [*command, str(rank), sizes, str(int(causal))],
                cwd=Path(__file__).parents[2],
                env=settings,
                stderr=subprocess.PIPE,
                text=True,
            )
            for rank in range(devices)
        ]
        try:
            errors = [process.communicate(timeout=TIMEOUT_S)[1] for process in processes]
        finally:
            for process in processes:
                process.kill()
        failed = [error for process, error in zip(processes, errors, strict=True) if process.returncode]
        if failed:
            raise RuntimeError((failed[0].strip().splitlines() or ["a process ended without a word"])[-1])
        outputs = [load_file(Path(folder, f"out{rank}"))["output"] for rank in range(devices)]
        reports = [Report(**json.loads(Path(folder, f"report{rank}").read_text())) for rank in range(devices)]
    return ProcessRun(torch.cat(outputs, dim=1), tuple(reports))


def worker_main(folder: str, rank: int, sizes: list[int], causal: bool) -> None:
    """One device: reads its own queries, keys and values, meets the others, leaves its answer and its report."""
    devices = len(sizes)
    on_gpus = torch.cuda.device_count() >= devices
    device = torch.device("cuda", rank) if on_gpus else torch.device("cpu")
    dist.init_process_group(
        "nccl" if on_gpus else "gloo",
        init_method=f"file://{folder}/meeting-place",
        rank=rank,
        world_size=devices,
        timeout=timedelta(seconds=TIMEOUT_S),
    )
    own = {name: x.to(device) for name, x in load_file(Path(folder, f"in{rank}")).items()}
    starts = [sum(sizes[:i]) for i in range(devices)]

    def exchange(block: Block) -> Block:
        """Sends a block to the next seat while the one before it sends its own."""
        owner = (block.owner - 1) % devices
        k, v = (x.new_empty(x.shape[0], sizes[owner], x.shape[2]) for x in (block.k, block.v))
        after, before = (rank + 1) % devices, (rank - 1) % devices
        wires = [dist.P2POp(dist.isend, x, after) for x in (block.k, block.v)]
        wires += [dist.P2POp(dist.irecv, x, before) for x in (k, v)]
        for work in dist.batch_isend_irecv(wires):
            work.wait()
        return Block(owner, starts[owner], k, v)

    dist.barrier()
    started = time.perf_counter()
    turn = device_loop(own["q"], Block(rank, starts[rank], own["k"], own["v"]), devices=devices, causal=causal)
    steps: list[Step] = [next(turn)]
    sent = held = 0
    for _ in range(devices - 1):
        block = exchange(steps[-1].block)
        sent += steps[-1].block.bytes
        held = max(held, steps[-1].block.bytes + block.bytes)
        steps.append(turn.send(block))
    partial = steps[-1].partial
    output = partial.output.cpu()
    seconds = time.perf_counter() - started
    held = max(held, steps[0].block.bytes) + own["q"].nbytes
    held += sum(x.nbytes for x in (partial.maximum, partial.total, partial.weighted))
    save_file({"output": output}, Path(folder, f"out{rank}"))
    report = Report(
        os.getpid(),
        str(device),
        starts[rank],
        starts[rank] + sizes[rank],
        held,
        sent,
        sum(step.scores for step in steps),
        seconds,
    )
    Path(folder, f"report{rank}").write_text(json.dumps(asdict(report)))
    dist.destroy_process_group()


if __name__ == "__main__":
    place, rank, sizes, causal = sys.argv[1:]
    worker_main(place, int(rank), [int(size) for size in sizes.split(",")], causal == "1")
