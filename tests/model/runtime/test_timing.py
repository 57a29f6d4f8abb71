"""What is timed is what it says: the numbers beside the times are right."""

from dataclasses import replace

import numpy as np

from model import arithmetic
from model.config import LLAMA
from model.runtime import timing
from model.transformer import Transformer, run
from model.weights.published import MODELS


def test_decoding_both_ways_is_greedy_and_agrees(moe):
    turns = list(timing.decode_both_ways(moe.model, [104, 101, 108], 4))
    ids = [104, 101, 108]
    for turn in turns:
        logits = run(moe.model, ids, ids).logits[-1]
        assert (turn.length, turn.token) == (len(ids), int(logits.argmax()))
        assert turn.difference <= 1e-5 * np.abs(logits).max()
        assert turn.cache_bytes == arithmetic.cache_bytes(moe.model.config, turn.length, 4)
        assert turn.cached > 0 < turn.uncached
        ids.append(turn.token)


def test_a_curve_has_a_point_for_every_length(moe):
    points = list(timing.decode_costs(moe.model, [104, 101], [1, 5], runs=2))
    assert [point.length for point in points] == [1, 5]
    for point in points:
        for times in (point.prefill, point.decode, point.recurrent):
            assert len(times.seconds) == 2
            assert 0 < times.spread[0] <= times.median <= times.spread[1]


def test_ways_of_sharing_differ_in_nothing_else():
    config = replace(LLAMA, width=48, heads=6, kv_heads=6, head_width=8)
    found = list(timing.kv_sharing_costs(config, context=20, runs=1))
    assert [way.kv_heads for way in found] == [6, 3, 2, 1]
    for way in found:
        model = Transformer(replace(config, kv_heads=way.kv_heads))
        assert way.attention_parameters == sum(p.numel() for block in model.layers for p in block.attn.parameters())
        assert way.cache_bytes == arithmetic.cache_bytes(model.config, 20, 4)


def test_the_cache_of_llama_8b_takes_128_kibibytes_a_token():
    config = MODELS["Llama 3.1 8B"]
    assert arithmetic.cache_bytes(config, 1) == 131_072  # 2 · 32 · 8 · 128 · 2
    assert arithmetic.cache_bytes(replace(config, kv_heads=32), 1_000_000, 2) == 4 * arithmetic.cache_bytes(
        config, 10**6
    )
