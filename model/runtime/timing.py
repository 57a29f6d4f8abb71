"""Times taken here and now: what a token costs with the cache and without, and what a recurrent network would take."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import nn

from model.arithmetic import kv_head_choices
from model.cache import KVCache
from model.config import Config
from model.generate import Decoder
from model.transformer import Transformer


@dataclass(frozen=True)
class Times:
    """Seconds of several runs of one thing."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def spread(self) -> tuple[float, float]:
        """The fastest and the slowest."""
        return min(self.seconds), max(self.seconds)


def measure_times(thing: Callable[[], object], device: torch.device, runs: int) -> Times:
    """Runs a thing several times, once more to warm up. A GPU is waited for: it works on while Python goes ahead."""
    seconds = []
    for turn in range(runs + 1):
        start = time.perf_counter()
        thing()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        if turn:
            seconds.append(time.perf_counter() - start)
    return Times(tuple(seconds))


@dataclass(frozen=True)
class DecodeStep:
    """One token decoded both ways."""

    length: int  # tokens of the text so far
    token: int  # the likeliest next one, which the next turn appends
    cached: float  # seconds with the cache: in the first turn the prefill, later one token alone
    uncached: float  # seconds for the whole text from its beginning
    difference: float  # the largest between the two rows of logits
    cache_bytes: int


def decode_both_ways(model: Transformer, ids: Sequence[int], turns: int) -> Iterator[DecodeStep]:
    """Greedy decoding with the cache, and each time once more without it."""
    decoder, ids = Decoder(model), list(ids)
    for _ in range(turns):
        start = time.perf_counter()
        with_cache = decoder.logits(ids)
        between = time.perf_counter()
        without = Decoder(model).logits(ids)
        end = time.perf_counter()
        token = int(with_cache.argmax())
        difference = float(np.abs(with_cache - without).max())
        yield DecodeStep(len(ids), token, between - start, end - between, difference, decoder.cache.bytes())
        ids.append(token)


@dataclass(frozen=True)
class Point:
    """What one more token costs after a text of `length` tokens, and what reading the text costs at first."""

    length: int
    prefill: Times  # all tokens of the text at once: also the price of one more token without a cache
    decode: Times  # one token, the others' keys and values in the cache
    recurrent: Times  # the same text through a recurrent network, token after token


@torch.inference_mode()
def decode_costs(model: Transformer, ids: Sequence[int], lengths: Sequence[int], runs: int = 3) -> Iterator[Point]:
    """A point for each length; the text is repeated where it is too short. The recurrent network is a GRU
    (`torch.nn.GRU`, Cho et al. 2014) of the same width and number of layers, with random weights; inside, it too goes
    token by token, for each state needs the one before."""
    config = model.config
    gru = nn.GRU(config.width, config.width, config.layers, batch_first=True, device=model.device).eval()
    for length in lengths:
        text = np.resize(np.asarray(ids), length).tolist()
        batch, decoder = model.ids(text), Decoder(model)
        embedded = model.embed_tokens(batch)
        decoder.logits(text)
        yield Point(
            length,
            measure_times(lambda batch=batch: model.lm_head(model.hidden_states(batch)[:, -1]), model.device, runs),
            # asking again for the same text computes its last token again, and nothing else
            measure_times(lambda decoder=decoder, text=text: decoder.logits(text), model.device, runs),
            measure_times(lambda embedded=embedded: gru(embedded), model.device, runs),
        )


@dataclass(frozen=True)
class KVSharing:
    """A model with this many key/value heads, and nothing else changed."""

    kv_heads: int
    attention_parameters: int  # q, k, v and o of all layers
    cache_bytes: int  # of `context` tokens
    decode: Times  # seconds a token, after a text of `context` tokens


@torch.inference_mode()
def kv_sharing_costs(config: Config, context: int, runs: int = 5) -> Iterator[KVSharing]:
    """Multi-head, grouped-query and multi-query attention (every divisor of the heads is a way of sharing), on models
    of the same configuration with random weights. The cache is filled with random numbers: time does not see what they
    are."""
    for kv_heads in kv_head_choices(config):
        model = Transformer(replace(config, kv_heads=kv_heads)).requires_grad_(False).eval()
        cache = KVCache(model.config)
        filled = torch.randn(2, 1, kv_heads, context, config.head_width)
        for layer in cache.layers:
            layer.append(*filled)
        token = model.ids([0])

        def one_more(model: Any = model, cache: Any = cache, token: Any = token) -> None:
            model.hidden_states(token, cache=cache)
            cache.truncate(context)

        parameters = sum(p.numel() for block in model.layers for p in block.attn.parameters())
        yield KVSharing(kv_heads, parameters, cache.bytes(), measure_times(one_more, token.device, runs))
