"""Interventions change what they name, from where they are on, and nothing before."""

import numpy as np
import pytest

from model import lens
from model.edits import ForceExperts, HideKey, PatchStream, SilenceHead
from model.transformer import run

IDS = [104, 101, 108, 108, 111]
LAYER = 2
EDITS = [
    SilenceHead(LAYER, 3),
    HideKey(LAYER, query=4, key=1),
    HideKey(LAYER, query=4, key=1, head=2),
    ForceExperts(LAYER, (6, 7)),
    ForceExperts(LAYER, (0, 5), token=4),
    PatchStream(LAYER, 4, tuple([0.5] * 96)),
]


def trace_with(moe, *edits):
    return run(moe.model, IDS, IDS, edits=edits)


@pytest.mark.parametrize("edit", EDITS, ids=repr)
def test_an_edit_changes_the_end_and_nothing_before_its_layer(moe, edit):
    plain, edited = trace_with(moe), trace_with(moe, edit)
    for i in range(LAYER):
        for name, array in plain.layers[i].kept().items():
            assert np.array_equal(array, getattr(edited.layers[i], name)), (i, name)
    assert not np.array_equal(plain.logits[-1], edited.logits[-1])


@pytest.mark.parametrize("edit", [e for e in EDITS if getattr(e, "token", getattr(e, "query", None)) == 4], ids=repr)
def test_an_edit_of_the_last_token_leaves_the_earlier_ones_alone(moe, edit):
    plain, edited = trace_with(moe), trace_with(moe, edit)
    # not the same bits: the tokens that visit an expert are multiplied together, and there may be one more or fewer
    assert np.abs(plain.logits[:4] - edited.logits[:4]).max() <= 1e-4


def test_a_silenced_head_takes_exactly_its_own_share_out_of_attention(moe):
    plain, edited = trace_with(moe), trace_with(moe, SilenceHead(LAYER, 3))
    share = lens.head_writes(moe.model, plain, LAYER)[3]
    difference = plain.layers[LAYER].attn_out - share - edited.layers[LAYER].attn_out
    assert np.abs(difference).max() <= 1e-5 * np.abs(plain.layers[LAYER].attn_out).max()


def test_a_hidden_key_gets_no_weight_and_the_others_share_it_in_proportion(moe):
    plain, edited = trace_with(moe), trace_with(moe, HideKey(LAYER, query=4, key=1, head=2))
    before, after = plain.layers[LAYER].pattern, edited.layers[LAYER].pattern
    assert after[2, 4, 1] == 0
    expected = np.where(np.arange(5) == 1, 0, before[2, 4]) / (1 - before[2, 4, 1])
    assert after[2, 4] == pytest.approx(expected, abs=1e-6)
    assert np.array_equal(np.delete(after, 2, 0), np.delete(before, 2, 0))


def test_forced_experts_are_used_with_weights_shared_among_them(moe):
    layer = trace_with(moe, ForceExperts(LAYER, (6, 7))).layers[LAYER]
    assert (layer.expert_index == [6, 7]).all()
    chosen = layer.router_probs[:, [6, 7]]
    assert layer.expert_weight == pytest.approx(chosen / chosen.sum(-1, keepdims=True), abs=1e-6)


def test_a_patch_from_another_run_at_every_token_gives_that_run(moe):
    other = run(moe.model, [119, 111, 114, 108, 100], IDS)
    patches = [PatchStream.of(LAYER, t, other.layers[LAYER].resid_pre[t]) for t in range(5)]
    assert np.abs(trace_with(moe, *patches).logits - other.logits).max() < 1e-4


def test_edits_of_one_place_apply_together(moe):
    z = trace_with(moe, SilenceHead(LAYER, 3), SilenceHead(LAYER, 0)).layers[LAYER].z
    assert [h for h in range(len(z)) if not z[h].any()] == [0, 3]


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (SilenceHead(99, 0), "never reached"),
        (SilenceHead(0, 99), "no head 99"),
        (HideKey(0, query=0, key=0), "nothing to read"),
        (HideKey(0, query=1, key=77), "no key 77"),
        (ForceExperts(0, (1,)), "where 2 are active"),
        (ForceExperts(0, (1, 1)), "where 2 are active"),
        (ForceExperts(0, (1, 99)), "no expert 99"),
        (PatchStream(0, 1, (1.0,)), "the stream 96"),
    ],
    ids=repr,
)
def test_an_edit_that_cannot_be_done_is_an_error_not_silence(moe, edit, reason):
    with pytest.raises(ValueError, match=reason):
        trace_with(moe, edit)


def test_forcing_experts_where_there_are_none_is_an_error(minilm):
    with pytest.raises(ValueError, match="no expert 0: this model has None"):
        run(minilm.model, IDS, IDS, edits=[ForceExperts(0, (0, 1))])
