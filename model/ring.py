"""Ring attention: the tokens are split over devices, and the keys and values go round.

Liu, Zaharia and Abbeel 2023, "Ring Attention with Blockwise Transformers for Near-Infinite Context"; the softmax that
is put together block by block is Milakov and Gimelshein's, 2018, "Online normalizer calculation for softmax".

Shapes: H query heads, G key/value heads, K head width, T tokens in all, t tokens of one device.
"""

import itertools
from collections.abc import Generator
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Block:
    """The keys and values of one device's tokens, wherever they are now."""

    owner: int
    start: int  # position of the first token in the whole text
    k: Tensor  # (G, t, K)
    v: Tensor  # (G, t, K)

    @property
    def positions(self) -> range:
        return range(self.start, self.start + self.k.shape[1])

    @property
    def bytes(self) -> int:
        return self.k.nbytes + self.v.nbytes


@dataclass(frozen=True)
class Partial:
    """The output of a device's own queries after some of the blocks, before it is normalised."""

    maximum: Tensor  # (H, t) the largest score so far
    total: Tensor  # (H, t) the sum of exp(score - maximum) so far
    weighted: Tensor  # (H, t, K) the values so far, each times its exp(score - maximum)

    @classmethod
    def empty(cls, q: Tensor) -> "Partial":
        zeros = torch.zeros_like(q)
        return cls(torch.full_like(zeros[..., 0], float("-inf")), zeros[..., 0], zeros)

    @property
    def output(self) -> Tensor:
        """(H, t, K): the output, were these blocks all there is."""
        return self.weighted / self.total[..., None]

    def absorb(self, q: Tensor, block: Block, mask: Tensor) -> "Partial":
        """With one block more. q (H, t, K); mask (t, s), true where a query may attend to a key. What was summed under
        the old maximum is rescaled to the new one. A row's first mask must leave it at least one key."""
        H, t, K = q.shape
        G, s, _ = block.k.shape
        scores = (q.reshape(G, H // G * t, K) @ block.k.transpose(1, 2)).view(H, t, s) * K**-0.5
        scores = scores.masked_fill(~mask, float("-inf"))
        maximum = torch.maximum(self.maximum, scores.amax(-1))
        shrink = (self.maximum - maximum).exp()
        weights = (scores - maximum[..., None]).exp()
        new = (weights.reshape(G, H // G * t, s) @ block.v).view(H, t, K)
        return Partial(maximum, self.total * shrink + weights.sum(-1), self.weighted * shrink[..., None] + new)


@dataclass(frozen=True)
class Step:
    """One device after one block. scores: how many scores it computed in each head, 0 for a block in the future."""

    block: Block
    partial: Partial
    scores: int


def spans(length: int, devices: int) -> list[range]:
    """Which tokens each device holds, as evenly as possible, the longer spans first. Raises ValueError where a device
    would be idle."""
    if not 1 <= devices <= length:
        raise ValueError(f"{length} tokens cannot be split over {devices} devices: from 1 to {length} can be used")
    size, longer = divmod(length, devices)
    starts = [rank * size + min(rank, longer) for rank in range(devices + 1)]
    return [range(*pair) for pair in itertools.pairwise(starts)]


def device_loop(q: Tensor, own: Block, *, devices: int, causal: bool) -> Generator[Step, Block, None]:
    """The loop of one device: `next` takes its own block in, every `send(block)` one of another. It is the same whether
    the blocks come from a list (`ring_attention`) or through a wire (`model.runtime.ring_processes`).

    Its own block comes first, so that under a causal mask every query has attended to its own key before it meets a
    block that is masked for it as a whole.
    """
    partial, block = Partial.empty(q), own
    queries = torch.tensor(own.positions, device=q.device)
    for _ in range(devices):
        keys = torch.tensor(block.positions, device=q.device)
        mask = (
            keys <= queries[:, None]
            if causal
            else torch.ones(len(queries), len(keys), dtype=torch.bool, device=q.device)
        )
        count = int(mask.sum())
        if count:
            partial = partial.absorb(q, block, mask)
        block = yield Step(block, partial, count)


@dataclass(frozen=True)
class RingRun:
    """The answer of ring attention, and every step of every device on the way."""

    output: Tensor  # (H, T, K)
    steps: tuple[tuple[Step, ...], ...]  # [step][device]


def ring_attention(q: Tensor, k: Tensor, v: Tensor, *, devices: int, causal: bool = True) -> RingRun:
    """Attention over a text split among devices: q (H, T, K), k and v (G, T, K), as after any rotation.

    After each step every device passes its block to the next rank. Raises ValueError for more devices than tokens.
    """
    blocks = [
        Block(rank, span.start, k[:, span.start : span.stop], v[:, span.start : span.stop])
        for rank, span in enumerate(spans(q.shape[1], devices))
    ]
    loops = [
        device_loop(q[:, block.positions.start : block.positions.stop], block, devices=devices, causal=causal)
        for block in blocks
    ]
    steps = [tuple(next(device) for device in loops)]
    for _ in range(devices - 1):
        held = [step.block for step in steps[-1]]
        steps.append(tuple(device.send(held[rank - 1]) for rank, device in enumerate(loops)))
    return RingRun(torch.cat([step.partial.output for step in steps[-1]], dim=1), tuple(steps))
