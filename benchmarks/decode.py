"""Decoding with the cache against transformers' generate, and against what the memory could deliver at best."""

import statistics
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import torch

from benchmarks.timing import in_turns
from model.generate import Decoder
from model.transformer import Transformer

CONTEXTS, TOKENS, ROUNDS = (32, 256, 1024), 20, 3


class Watch:
    """Notes when each token came; `generate` takes it as its streamer."""

    def __init__(self):
        self.times: list[float] = []

    def put(self, tokens: Any) -> None:
        self.times.append(time.perf_counter())

    def end(self) -> None:
        pass

    def gaps(self) -> list[float]:
        return [after - before for before, after in pairwise(self.times)]


def lines(model: Transformer, reference: Any) -> Iterator[str]:
    """Our model and transformers' with the same weights and type; the threads are those that are set."""
    weights = sum(parameter.nbytes for parameter in model.parameters())
    bandwidth = _bandwidth()
    yield f"  a matrix of 268 MB times a vector is read at {bandwidth / 1e9:.1f} GB/s"
    for context in CONTEXTS:
        ids = [(i * 37) % 40_000 + 10 for i in range(context)]
        seconds = {"theirs": [], "ours": []}
        for _ in range(ROUNDS):
            seconds["theirs"] += _theirs(reference, ids)
            seconds["ours"] += _ours(model, ids)
        theirs, ours = (statistics.median(seconds[side]) for side in ("theirs", "ours"))
        yield (
            f"  {context:>4} tokens of context: {theirs / ours:.2f} times the tokens a second of generate "
            f"(at least 1.3; {1000 * ours:.1f} and {1000 * theirs:.1f} ms a token), "
            f"{weights / bandwidth / ours:.0%} of the bandwidth bound (aim: 70 %)"
        )


def _ours(model: Transformer, ids: list[int]) -> list[float]:
    """Seconds of each token after the first."""
    decoder, ids, watch = Decoder(model), list(ids), Watch()
    for _ in range(TOKENS):
        ids.append(int(decoder.logits(ids).argmax()))
        watch.put(ids)
    return watch.gaps()


def _theirs(reference: Any, ids: list[int]) -> list[float]:
    watch, batch = Watch(), torch.tensor([ids])
    with torch.inference_mode():
        reference.generate(
            batch, max_new_tokens=TOKENS, min_new_tokens=TOKENS, do_sample=False, pad_token_id=0, streamer=watch
        )
    return watch.gaps()[1:]  # the first thing put is the ids that were given


def _bandwidth() -> float:
    """Bytes a second of a product of a matrix with a vector that no cache can hold."""
    matrix, vector = torch.randn(4096, 16_384), torch.randn(16_384)
    with torch.inference_mode():
        return matrix.nbytes / in_turns(10, product=lambda: torch.mv(matrix, vector))["product"]
