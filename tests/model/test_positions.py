"""What each way of knowing the order promises."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import transformers
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

from model import hf, positions
from model.config import LLAMA, PAPER_2017
from model.positions import Rotary, Sinusoidal
from model.tap import null_tap
from model.transformer import run

PLACES = st.integers(0, 3900)


@given(PLACES, st.integers(0, 60), st.integers(1, 4000), st.integers(0, 2**31))
def test_a_rotary_score_does_not_change_when_both_positions_shift(place, back, shift, seed):
    rotary = Rotary(replace(LLAMA, head_width=64, rope_base=100_000.0))
    q, k = torch.nn.functional.normalize(
        torch.randn(2, 1, 1, 1, 64, generator=torch.Generator().manual_seed(seed)), dim=-1
    )

    def score(query: int, key: int) -> float:
        turned = (
            rotary(torch.tensor([query])).rotate(q, q, null_tap)[0],
            rotary(torch.tensor([key])).rotate(k, k, null_tap)[0],
        )
        return float((turned[0] * turned[1]).sum())

    # q and k of length 1; the angles are float32, at 8,000 radians good to half a thousandth of one
    assert abs(score(place + back, place) - score(place + back + shift, place + shift)) < 1e-4


def test_a_turned_vector_keeps_its_length_and_its_pairs_turn_at_their_speeds():
    rotary = Rotary(replace(LLAMA, head_width=8, rope_base=100.0))
    x = torch.randn(1, 1, 1, 8, generator=torch.Generator().manual_seed(0))
    turned = rotary(torch.tensor([3])).rotate(x, x, null_tap)[0]
    before, after = (torch.complex(y[..., :4], y[..., 4:]) for y in (x, turned))
    angles = (after / before).angle()[0, 0, 0]
    expected = 3 * 100.0 ** (-np.arange(4) / 4)
    assert np.angle(np.exp(1j * (angles.numpy() - expected))) == pytest.approx(np.zeros(4), abs=1e-5)
    assert after.abs().numpy() == pytest.approx(before.abs().numpy(), rel=1e-5)
    assert rotary.wavelengths.numpy() == pytest.approx(2 * np.pi * 100.0 ** (np.arange(4) / 4))


def test_the_sinusoidal_table_is_the_papers():
    rows = Sinusoidal(replace(PAPER_2017, width=12))(torch.arange(40)).rows.numpy()
    for position in (0, 1, 39):
        for i in range(6):
            angle = position / 10000 ** (2 * i / 12)
            assert rows[position, 2 * i : 2 * i + 2] == pytest.approx([np.sin(angle), np.cos(angle)], abs=1e-5)


def test_minilm_without_its_table_says_the_same_of_every_order(minilm):
    ids = minilm.tokenizer.encode("The dog chased the cat")
    order = [0, 5, 3, 1, 4, 2, 6]
    bare = hf.variant(minilm.model, position="none")

    def mean(model, ids):
        return run(model, ids, ids, keep={"final"}).final.mean(0)

    assert mean(bare, [ids[i] for i in order]) == pytest.approx(mean(bare, ids), abs=1e-5)
    assert np.abs(mean(minilm.model, [ids[i] for i in order]) - mean(minilm.model, ids)).max() > 1e-2


def test_another_base_turns_the_same_weights_at_other_speeds(smollm2):
    slow = hf.variant(smollm2.model, rope_base=1e6)
    assert slow.layers[0].attn.q_proj.weight.data_ptr() == smollm2.model.layers[0].attn.q_proj.weight.data_ptr()
    assert slow.position.speeds[1] == pytest.approx(1e6 ** (-1 / 32))
    ids = [5, 9, 2]
    assert np.abs(run(slow, ids, ids).logits - run(smollm2.model, ids, ids).logits).max() > 1e-3


def test_a_variant_that_lacks_weights_is_refused(smollm2):
    with pytest.raises(ValueError, match=r"position\.table"):
        hf.variant(smollm2.model, position="learned")


@settings(max_examples=50, deadline=None)
@given(
    half=st.integers(2, 40),
    base=st.floats(10, 1e6),
    factor=st.floats(1, 40),
    length=st.integers(1, 10**5),
    fast=st.floats(5, 50),
    slow=st.floats(0.5, 4),
    truncate=st.booleans(),
)
def test_yarn_is_that_of_transformers(half, base, factor, length, fast, slow, truncate):
    rope = {"rope_type": "yarn", "rope_theta": base, "factor": factor, "original_max_position_embeddings": length}
    rope |= {"beta_fast": fast, "beta_slow": slow, "truncate": truncate}
    sizes = {"hidden_size": 4 * half, "num_attention_heads": 2, "head_dim": 2 * half, "vocab_size": 9}
    theirs = transformers.LlamaConfig(**sizes, num_hidden_layers=1, rope_parameters=dict(rope))
    speeds, scale = ROPE_INIT_FUNCTIONS["yarn"](theirs)
    ours = positions.Rotary(hf.config_from(theirs))
    torch.testing.assert_close(ours.speeds, speeds)
    assert ours.scale == pytest.approx(scale)
