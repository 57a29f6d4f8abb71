"""Heads: what they write adds up, a logit is its parts, and each kind is what it is called."""

import numpy as np
import pytest

from model import lens
from model.analysis import heads
from model.config import Config
from model.transformer import Transformer, run


@pytest.fixture(scope="module")
def trace(moe):
    ids = moe.tokenizer.encode("The dog chased the squirrel")
    keep = {"z", "v", "attn_out", "resid_pre", "resid_post", "mlp_out", "final"}
    return run(moe.model, ids, moe.tokenizer.strings(ids), keep=keep)


def test_what_heads_write_adds_up_to_what_attention_adds(moe, trace):
    written = heads.writes(moe.model, trace)
    assert written.difference.max() < 1e-4
    np.testing.assert_allclose(written.parts.sum(1), written.own, atol=1e-4)
    out = np.abs(trace.stack("attn_out"))
    np.testing.assert_array_equal(np.take_along_axis(out, written.place[..., None], -1)[..., 0], out.max(-1))
    np.testing.assert_allclose(written.together, np.linalg.norm(trace.stack("attn_out"), axis=-1), rtol=1e-4)


def test_a_logit_and_a_lead_are_the_sum_of_their_parts(moe, trace):
    logits = lens.next_logits(moe.model, trace)
    one, other = (heads.logit_parts(moe.model, trace, logits, token) for token in (5, 6))
    lead = heads.logit_parts(moe.model, trace, logits, 5, rival=6)
    assert one.total == pytest.approx(float(logits[5]), abs=1e-3) and one.own == float(logits[5])
    assert lead.total == pytest.approx(one.total - other.total, abs=1e-4)
    np.testing.assert_allclose(lead.heads, one.heads - other.heads, atol=1e-6)


def test_effects_order_the_heads_of_any_model(moe, trace):
    np.testing.assert_array_equal(heads.effects(moe.model, trace, 5), lens.direct_effects(moe.model, trace, 5).heads)
    post = Transformer(Config(layers=2, norm_place="post")).eval().requires_grad_(False)
    seen = run(post, [1, 2, 3], "abc", keep={"z"})
    written = lens.head_writes(post, seen, 1)[:, -1]
    np.testing.assert_allclose(heads.effects(post, seen, 7)[1], written @ lens.unembedding_row(post, 7), rtol=1e-5)


def test_a_head_is_of_the_kind_it_scores_highest_in_or_of_none():
    scores = np.array([[[0.5, 0.1]], [[0.6, 0.39]], [[0.1, 0.0]], [[0.0, 0.2]]])
    assert heads.classify_heads(scores).tolist() == [[1, 4]]


def test_the_keys_of_a_kind_are_what_it_is_called():
    ids = np.array([5, 6, 5, 5, 6, 7])
    previous, first, same, after = heads.kind_masks(ids)
    for q in range(6):
        for k in range(6):
            readable = q > 0 and k <= q
            assert previous[q, k] == (readable and k == q - 1)
            assert first[q, k] == (readable and k == 0)
            assert same[q, k] == (readable and ids[k] == ids[q])
            assert after[q, k] == (readable and k > 0 and ids[k - 1] == ids[q])
    assert np.isnan(heads.mean_weight(np.ones((3, 3)), heads.kind_masks(np.array([1, 2, 3]))[3]))
    assert heads.mean_weight(np.array([[1.0, 0.0], [0.25, 0.75]]), np.array([[0, 0], [1, 0]], bool)) == 0.25


def test_repeated_tokens_are_the_same_ones_for_the_same_model(moe):
    first, second = heads.repeated_surprisal(moe.model, moe.tokenizer.special, 24)
    assert (first, second) == heads.repeated_surprisal(moe.model, moe.tokenizer.special, 24)
    assert first > 0 < second
