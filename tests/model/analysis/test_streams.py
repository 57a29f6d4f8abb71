"""The residual stream: a layer is a sum, a norm is its formula, and what is appended moves nothing before it."""

import numpy as np
import pytest

from model.analysis import streams
from model.trace import LayerTrace, Trace
from model.transformer import run


def test_a_layer_is_a_sum():
    before, attention, mlp = np.random.default_rng(0).normal(size=(3, 4, 8))
    layer = LayerTrace(resid_pre=before, attn_out=attention, mlp_out=mlp, resid_post=before + attention + mlp)
    parts, difference = streams.sum_parts(layer, -1)
    assert difference < 1e-12
    assert np.array_equal(parts[1], attention[-1])
    spoiled = LayerTrace(resid_pre=before, attn_out=attention, mlp_out=mlp, resid_post=before)
    assert streams.sum_parts(spoiled, 0)[1] > 0.1


def test_the_size_of_a_vector_does_not_hang_on_its_width():
    assert streams.rms(np.array([[3.0, -3.0], [0.0, 4.0]])).tolist() == [3.0, pytest.approx(8**0.5)]


def test_the_terms_of_a_norm_give_the_models_own_number(bundle):
    """Pre-norm and post-norm, with a mean and without: result is what the norm made of `before`."""
    ids = bundle.tokenizer.encode("The dog chased the squirrel")
    trace = run(bundle.model, ids, ids, keep={"resid_pre", "resid_mid", "attn_in", "attn_out"})
    terms = streams.norm_terms(bundle.model, trace, 2)
    layer = trace.layers[terms.layer]
    after = layer.resid_mid if bundle.model.config.norm_place == "post" else layer.attn_in
    assert terms.difference == abs(np.float32(terms.result) - after[2, terms.place])  # as the model rounds it
    assert terms.difference < 1e-4 and terms.layer == bundle.model.config.layers // 2
    assert terms.x == layer.resid_pre[2, terms.place] and terms.mid == layer.resid_mid[2, terms.place]
    assert abs(terms.added) == np.abs(layer.attn_out[2]).max()
    assert terms.sum == pytest.approx(terms.x + terms.added, rel=1e-6)


@pytest.mark.slow
def test_a_token_more_moves_an_encoder_and_no_decoder(bundle):
    ids = bundle.tokenizer.encode("The dog chased the squirrel")
    moved = streams.appended(bundle.model, ids, bundle.tokenizer.find("the"))
    assert moved.shape == (len(ids),)
    assert moved.max() < 1e-3 if bundle.model.config.causal else moved.min() > 1e-3


def test_the_largest_shift_is_among_the_tokens_that_both_texts_begin_with():
    before = Trace(("a", "b", "c"), np.array([1, 2, 3]), (), final=np.array([[1.0, 0.0], [0.0, 2.0], [5.0, 5.0]]))
    longer = np.array([[1.0, 0.5], [0.0, 1.5], [0.0, 0.0], [9.0, 9.0]])
    after = Trace(("a", "b", "d", "e"), np.array([1, 2, 4, 5]), (), final=longer)
    assert streams.shared_prefix(before, after) == streams.shared_prefix(after, before) == 2
    assert streams.shared_prefix(before, before) == 3
    assert streams.largest_shift(before, after) == (0, pytest.approx(0.5))
