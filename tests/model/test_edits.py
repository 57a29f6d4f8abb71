"""Interventions change what they name, from where they are on, and nothing before."""

import numpy as np
import pytest

from model import edits, lens, masks
from model.edits import FixHead, ForceExperts, HideKey, MovePositions, PatchResidual, ScaleHead, SilenceHead, UseMask
from model.masks import Bidirectional, Causal, Sliding
from model.transformer import run

IDS = [104, 101, 108, 108, 111]
LAYER = 2
EDITS = [
    SilenceHead(LAYER, 3),
    ScaleHead(LAYER, 3, 2.0),
    FixHead(LAYER, 3, tuple([0.5] * 32)),
    HideKey(LAYER, query=4, key=1),
    HideKey(LAYER, query=4, key=1, head=2),
    ForceExperts(LAYER, (6, 7)),
    ForceExperts(LAYER, (0, 5), token=4),
    PatchResidual(LAYER, 4, tuple([0.5] * 192)),
    UseMask(LAYER, Sliding(2)),
]


def trace_with(moe, *edits):
    return run(moe.model, IDS, IDS, edits=edits)


@pytest.mark.parametrize("edit", EDITS, ids=repr)
def test_an_edit_changes_the_end_and_nothing_before_its_layer(moe, edit):
    plain, edited = trace_with(moe), trace_with(moe, edit)
    for i in range(LAYER):
        for name, array in plain.layers[i].arrays().items():
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


def test_a_scaled_or_fixed_head_is_one_of_many(moe):
    plain, vector = trace_with(moe), tuple(np.linspace(-1, 1, 32).tolist())
    for edit, wanted in (
        (ScaleHead(LAYER, 3, -0.5), -0.5 * plain.layers[LAYER].z[3]),
        (FixHead(LAYER, 3, vector), np.tile(np.float32(vector), (len(IDS), 1))),
    ):
        z = trace_with(moe, edit).layers[LAYER].z
        assert np.array_equal(z[3], wanted)
        assert np.array_equal(np.delete(z, 3, 0), np.delete(plain.layers[LAYER].z, 3, 0))


def test_edits_are_what_they_print(moe):
    for edit in (*EDITS, MovePositions(positions=(0, 2, 1))):
        assert eval(repr(edit), vars(edits) | vars(masks)) == edit


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


def test_where_fewer_are_forced_than_are_active_the_router_s_own_choices_follow(moe):
    plain, forced = trace_with(moe).layers[LAYER], trace_with(moe, ForceExperts(LAYER, (6,))).layers[LAYER]
    for own, index in zip(plain.expert_index, forced.expert_index, strict=True):
        assert index.tolist() == [6, next(expert for expert in own if expert != 6)]
    assert forced.expert_weight.sum(-1) == pytest.approx(1, abs=1e-6)


def test_a_patch_from_another_run_at_every_token_gives_that_run(moe):
    other = run(moe.model, [119, 111, 114, 108, 100], IDS)
    patches = [PatchResidual.of(LAYER, t, other.layers[LAYER].resid_pre[t]) for t in range(5)]
    assert np.abs(trace_with(moe, *patches).logits - other.logits).max() < 1e-4


def test_another_mask_in_one_layer_changes_who_reads_whom_there(moe):
    edited = trace_with(moe, UseMask(LAYER, Sliding(2)))
    cells = np.arange(5)[:, None] - np.arange(5)
    for i, layer in enumerate(edited.layers):
        seen = (cells >= 0) & (cells < (2 if i == LAYER else 5))
        assert np.array_equal(layer.mask, seen)
        assert ((layer.pattern > 0) == seen).all()


def test_the_mask_it_has_changes_nothing(moe):
    assert np.array_equal(trace_with(moe, UseMask(LAYER, Causal())).logits, trace_with(moe).logits)


def test_a_mask_can_let_the_future_in(moe):
    pattern = trace_with(moe, UseMask(LAYER, Bidirectional())).layers[LAYER].pattern
    assert (pattern > 0).all()


def test_rotary_scores_know_the_distance_only(smollm2):
    """Both slid by the same amount: nothing changes. One of them: it does."""
    ids = smollm2.tokenizer.encode("The dog chased the squirrel")
    near = run(smollm2.model, ids, ids, keep={"scores", "positions"})
    for shift in (1, 250, 4000):
        places = tuple(range(shift, shift + len(ids)))
        far = run(smollm2.model, ids, ids, keep={"scores", "positions"}, edits=[MovePositions(positions=places)])
        assert tuple(far.positions) == places
        # the angles are float32: at 4,000 radians the sine has lost some of its digits
        difference = np.abs(far.layers[0].scores - near.layers[0].scores).max()
        assert difference <= 1e-4 * np.abs(near.layers[0].scores).max()
    apart = run(smollm2.model, ids, ids, keep={"scores"}, edits=[MovePositions(positions=(0, 1, 2, 3, 9))])
    change = np.abs(apart.layers[0].scores - near.layers[0].scores)
    assert change[:, :4, :4].max() == 0
    assert change[:, 4, :4].max() > 0.1


def test_edits_of_one_place_apply_together(moe):
    z = trace_with(moe, SilenceHead(LAYER, 3), SilenceHead(LAYER, 0)).layers[LAYER].z
    assert [h for h in range(len(z)) if not z[h].any()] == [0, 3]


@pytest.mark.parametrize(
    "edit, reason",
    [
        (SilenceHead(99, 0), "never reached"),
        (SilenceHead(0, 99), "no head 99"),
        (HideKey(0, query=0, key=0), "nothing to attend to"),
        (HideKey(0, query=1, key=77), "no key 77"),
        (ForceExperts(0, (1, 2, 3)), "where 2 are active"),
        (ForceExperts(0, (1, 1)), "where 2 are active"),
        (ForceExperts(0, (1, 99)), "no expert 99"),
        (FixHead(0, 1, (1.0,)), "the head 32"),
        (PatchResidual(0, 1, (1.0,)), "the residual stream 192"),
        (MovePositions(positions=(0, 1)), "2 positions for 5 tokens"),
        (MovePositions(positions=(0, 1, 2, 3, -1)), "cannot stand at -1"),
    ],
    ids=repr,
)
def test_an_edit_that_cannot_be_done_is_an_error_not_silence(moe, edit, reason):
    with pytest.raises(ValueError, match=reason):
        trace_with(moe, edit)


def test_forcing_experts_where_there_are_none_is_an_error(minilm):
    with pytest.raises(ValueError, match="no expert 0: this model has None"):
        run(minilm.model, IDS, IDS, edits=[ForceExperts(0, (0, 1))])


def test_a_table_of_positions_has_no_halves_and_ends(minilm):
    for position, reason in ((0.5, "whole numbers only"), (512, "beyond the table")):
        with pytest.raises(ValueError, match=reason):
            run(minilm.model, IDS, IDS, edits=[MovePositions(positions=(0, 1, 2, 3, position))])
