"""One device of a ring, as a process of its own (model/runtime/process.py): see model/runtime/ring_processes.py."""

import os
import sys
import threading
import time
from dataclasses import asdict
from datetime import timedelta
from itertools import pairwise

import torch
import torch.distributed as dist

from model.ring import Block, Step, device_loop, spans
from model.runtime.process import Say
from model.runtime.ring_processes import TIMEOUT_S, Report, pack, unpack

# gloo asks the network for this machine's own name; without a network nobody answers
os.environ["GLOO_SOCKET_IFNAME"] = "lo0" if sys.platform == "darwin" else "lo"


def work(request: dict, say: Say, stop: threading.Event) -> None:
    """Takes its queries, keys and values, passes blocks on until it has read all of them, and says its rows of the
    answer and its report."""
    rank, devices, causal = request["rank"], request["devices"], request["causal"]
    device, owned = _join_group(request["meeting_place"], rank, devices), spans(request["length"], devices)
    own = {name: x.to(device) for name, x in unpack(request["inputs"]).items()}
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
    say({"report": asdict(report), "output": pack({"output": output})})
    dist.destroy_process_group()


def _join_group(meeting_place: str, rank: int, devices: int) -> torch.device:
    """Meets the other processes; the device that this one computes on."""
    on_gpus = torch.cuda.device_count() >= devices
    dist.init_process_group(
        "nccl" if on_gpus else "gloo",
        init_method=f"file://{meeting_place}",
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
