"""A trace shows the pass itself: the same bits, and wholes that are the sums of their parts."""

import numpy as np
import pytest
import torch

from model import hf
from model.edits import SilenceHead
from model.sampling import softmax
from model.trace import FIELDS, LAYER_FIELDS, NotKept
from model.transformer import run
from tests.model import families

IDS = [5, 9, 2, 9, 30, 71, 4, 9, 2, 60]


@pytest.fixture(scope="module", params=families.MAKERS)
def model(request):
    return hf.from_hf(families.make(request.param))


@pytest.fixture(scope="module")
def trace(model):
    return run(model, IDS, [f"t{i}" for i in IDS])


def test_the_traced_pass_and_the_plain_pass_give_the_same_bits(model, trace):
    with torch.inference_mode():
        plain = model.hidden_states(model.ids(IDS))[0].numpy()
    assert np.array_equal(trace.final, plain)


def test_the_stream_is_the_sum_of_what_was_added(model, trace):
    for layer, block in zip(trace.layers, model.layers, strict=True):
        middle, end = layer.resid_pre + layer.attn_out, layer.resid_mid + layer.mlp_out
        if model.config.norm_place == "post":
            with torch.inference_mode():
                middle = block.attn_norm(torch.tensor(middle)).numpy()
                end = block.mlp_norm(torch.tensor(end)).numpy()
        assert np.array_equal(middle, layer.resid_mid)
        assert np.array_equal(end, layer.resid_post)
    for below, above in zip(trace.layers, trace.layers[1:], strict=False):
        assert np.array_equal(below.resid_post, above.resid_pre)


def test_each_row_of_a_pattern_adds_up_to_one_and_is_zero_where_masked(model, trace):
    for layer in trace.layers:
        assert layer.pattern.sum(-1) == pytest.approx(1, abs=1e-6)
        assert not layer.pattern[:, ~layer.mask].any()
        if not model.config.causal:
            assert layer.mask.all()


def test_the_pattern_is_the_softmax_of_the_masked_scores_of_q_and_k(model, trace):
    for layer in trace.layers:
        q, k = (layer.q, layer.k) if layer.q_rot is None else (layer.q_rot, layer.k_rot)
        k = k.repeat(model.config.group, axis=0)
        scores = np.einsum("hqd,hkd->hqk", q.astype(float), k) * model.config.score_scale
        assert np.abs(scores - layer.scores).max() <= 1e-5 * np.abs(scores).max()
        shares = softmax(np.where(layer.mask, scores, -np.inf))
        assert np.abs(shares - layer.pattern).max() < 1e-4  # the scores go into the hundreds


def test_experts_add_up_to_what_the_mlp_adds():
    model = hf.from_hf(families.make("mixtral"))
    for layer in run(model, IDS, IDS).layers:
        assert layer.expert_weight.sum(-1) == pytest.approx(1, abs=1e-6)
        merged = (layer.expert_weight[..., None] * layer.expert_out).sum(1)
        assert np.abs(merged - layer.mlp_out).max() <= 1e-6 * np.abs(merged).max()


def test_arrays_are_read_only_and_have_the_shapes_of_the_table(model, trace):
    c, t = model.config, len(IDS)
    layer = trace.layers[0]
    assert layer.q.shape == layer.z.shape == (c.heads, t, c.head_width)
    assert layer.k.shape == layer.v.shape == (c.kv_heads, t, c.head_width)
    assert layer.scores.shape == layer.pattern.shape == (c.heads, t, t)
    assert trace.final.shape == layer.resid_pre.shape == (t, c.width)
    for array in [*trace.arrays().values(), *layer.arrays().values()]:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_only_what_was_asked_for_is_kept_and_asking_for_more_says_so(moe):
    trace = run(moe.model, IDS, IDS, keep={"pattern"})
    assert set(trace.layers[0].arrays()) == {"pattern"}
    for name in ("z", "q"):
        with pytest.raises(NotKept, match=f"{name} was not kept"):
            getattr(trace.layers[0], name)
    with pytest.raises(NotKept, match="logits"):
        _ = trace.logits
    assert trace.bytes() == sum(layer.pattern.nbytes for layer in trace.layers) + trace.token_ids.nbytes


def test_a_name_that_is_no_field_is_refused(moe):
    with pytest.raises(ValueError, match="no field of a trace: patern"):
        run(moe.model, IDS, IDS, keep={"patern"})


def test_every_field_is_filled_by_some_model():
    """A field of the table that no model ever fills would be a tap that was lost."""
    filled = set()
    for name in ("mixtral", "gpt2", "llama grouped-query", "qwen3", "gemma3"):
        trace = run(hf.from_hf(families.make(name)), IDS, IDS)
        filled |= set(trace.arrays()) | set(trace.layers[0].arrays())
    assert filled == FIELDS | LAYER_FIELDS | {"token_ids"}


def test_nothing_is_left_behind_in_the_model(moe):
    before = run(moe.model, IDS, IDS, keep={"final"}).final
    run(moe.model, IDS, IDS, edits=[SilenceHead(0, 1)])
    assert np.array_equal(run(moe.model, IDS, IDS, keep={"final"}).final, before)


@pytest.mark.parametrize("ids, reason", [([], "no token"), ([3, 4096], "outside"), ([-1], "outside")])
def test_ids_that_cannot_be_read_are_refused(moe, ids, reason):
    with pytest.raises(ValueError, match=reason):
        run(moe.model, ids, ids)
