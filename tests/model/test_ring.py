"""The ring equals full attention, computed by PyTorch in one go: on one machine, and on real processes."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import scaled_dot_product_attention

from model import arithmetic, ring
from model.config import Config
from model.runtime import ring_processes
from model.transformer import run


def numbers(length: int, group: int = 2, kv_heads: int = 3, width: int = 8):
    generator = torch.Generator().manual_seed(length)
    # far from zero, so that the maximum changes from block to block
    q, k, v = (
        4 * torch.randn(heads, length, width, generator=generator) for heads in (group * kv_heads, kv_heads, kv_heads)
    )
    return q, k, v


def full(q, k, v, causal):
    return scaled_dot_product_attention(q[None], k[None], v[None], is_causal=causal, enable_gqa=True)[0]


def assert_equal(ours, theirs):
    # the same sums in another order: a few float32 steps of the largest number
    assert (ours - theirs).abs().max() <= 1e-5 * theirs.abs().max()


@given(st.integers(1, 8), st.integers(0, 30), st.booleans())
def test_the_ring_equals_full_attention(devices, more, causal):
    q, k, v = numbers(devices + more)  # most lengths are no multiple of the devices
    found = ring.ring_attention(q, k, v, devices=devices, causal=causal)
    assert_equal(found.output, full(q, k, v, causal))


def test_after_each_step_a_device_knows_the_answer_over_the_blocks_it_has_met():
    q, k, v = numbers(13)
    found = ring.ring_attention(q, k, v, devices=4, causal=False)
    for rank, span in enumerate(ring.spans(13, 4)):
        met = []
        for step in found.steps:
            met += step[rank].block.positions
            own = full(q[:, span.start : span.stop], k[:, met], v[:, met], causal=False)
            assert_equal(step[rank].partial.output, own)
        assert sorted(met) == list(range(13))


def test_every_block_is_somewhere_at_every_step_and_each_score_is_computed_once():
    found = ring.ring_attention(*numbers(11), devices=4)
    assert [sorted(step.block.owner for step in devices) for devices in found.steps] == [[0, 1, 2, 3]] * 4
    assert sum(step.scores for devices in found.steps for step in devices) == 11 * 12 // 2


def test_on_the_models_own_numbers(smollm2):
    ids = smollm2.tokenizer.encode("The dog chased the squirrel because it was hungry")
    layer = run(smollm2.model, ids, ids, keep={"q_rot", "k_rot", "v", "z"}).layers[11]
    q, k, v = (torch.tensor(x) for x in (layer.q_rot, layer.k_rot, layer.v))
    assert_equal(ring.ring_attention(q, k, v, devices=3).output, torch.tensor(layer.z))


@pytest.mark.slow
def test_on_two_real_processes_without_a_mask():
    q, k, v = numbers(9)
    assert_equal(ring_processes.run(q, k, v, devices=2, causal=False).output, full(q, k, v, False))


@pytest.mark.slow
def test_on_four_real_processes():
    q, k, v = numbers(18)
    found = ring_processes.run(q, k, v, devices=4)
    assert_equal(found.output, full(q, k, v, True))
    assert len({report.process for report in found.reports}) == 4
    assert [(report.start, report.stop) for report in found.reports] == [(0, 5), (5, 10), (10, 14), (14, 18)]
    # each sends three blocks on: its own, and two of those that it was given
    sizes = [2 * 3 * 8 * 4 * tokens for tokens in (5, 5, 4, 4)]
    expected = [sum(sizes[(rank - step) % 4] for step in range(3)) for rank in range(4)]
    assert [report.sent for report in found.reports] == expected


def test_the_costs_are_the_tensors_own_sizes():
    q, k, v = numbers(24)
    config = Config(heads=6, kv_heads=3, head_width=8)
    costs = arithmetic.ring_costs(config, 24, 4, bytes_per_number=4)
    step = ring.ring_attention(q, k, v, devices=4).steps[-1][2]
    partial = step.partial
    assert costs.sent == step.block.bytes
    assert costs.blocks == 2 * step.block.bytes
    assert costs.queries == q[:, :6].nbytes + partial.weighted.nbytes
    assert costs.running == partial.maximum.nbytes + partial.total.nbytes
    assert costs.scores == 6 * 6 * 6 * 4
    assert arithmetic.ring_costs(config, 24, 1).sent == 0


@pytest.mark.parametrize("devices", [0, 9])
def test_more_devices_than_tokens_are_refused(devices):
    with pytest.raises(ValueError, match=f"8 tokens cannot be split over {devices} devices"):
        ring.ring_attention(*numbers(8), devices=devices)


@pytest.mark.slow
def test_a_process_that_fails_says_why():
    q, k, v = numbers(8)
    with pytest.raises(RuntimeError, match=r"\w"):
        ring_processes.run(q, k[:2], v, devices=2)
