"""Readings of a trace against the model itself."""

import numpy as np
import pytest
import torch

from model import lens
from model.sampling import softmax
from model.transformer import run

TEXT = "The dog chased the squirrel because it"


@pytest.fixture(scope="module")
def trace(smollm2):
    ids = smollm2.tokenizer.encode(TEXT)
    return run(smollm2.model, ids, smollm2.tokenizer.strings(ids))


def test_the_last_level_of_the_lens_is_the_models_own_answer(smollm2, trace):
    read = lens.logit_lens(smollm2.model, trace, range(7))
    assert read.token_ids.shape == read.probabilities.shape == (7, 31)
    chances = softmax(trace.logits)
    assert np.array_equal(read.token_ids[:, -1], chances.argmax(-1))
    assert read.probabilities[:, -1] == pytest.approx(chances.max(-1), rel=1e-4)


def test_every_level_is_the_norm_and_the_head_on_that_stream(smollm2, trace):
    read = lens.logit_lens(smollm2.model, trace, [6])
    with torch.inference_mode():
        stream = torch.tensor(trace.layers[13].resid_post[6])
        logits = smollm2.model.lm_head(smollm2.model.norm(stream)).numpy()
    assert read.token_ids[0, 14] == logits.argmax()
    assert read.probabilities[0, 14] == pytest.approx(softmax(logits).max(), rel=1e-4)


def test_the_likeliest_come_in_order_with_their_share_of_the_whole_vocabulary(smollm2, trace):
    best = lens.likeliest(smollm2.model, trace.layers[-1].resid_post[-1:], top=5)
    chances = softmax(trace.logits[-1])
    assert best.token_ids[0].tolist() == np.argsort(-chances)[:5].tolist()
    assert best.probabilities[0] == pytest.approx(np.sort(chances)[::-1][:5], rel=1e-4)


def test_next_logits_are_the_last_row(smollm2, trace):
    assert lens.next_logits(smollm2.model, trace) == pytest.approx(trace.logits[-1], abs=1e-4)


def test_what_the_heads_write_adds_up_to_attention(bundle):
    ids = bundle.tokenizer.encode(TEXT)
    trace = run(bundle.model, ids, ids, keep={"z", "attn_out"})
    for i, layer in enumerate(trace.layers):
        bias = bundle.model.layers[i].attn.o_proj.bias
        whole = lens.head_writes(bundle.model, trace, i).sum(0) + (0 if bias is None else bias.numpy())
        assert np.abs(whole - layer.attn_out).max() <= 1e-5 * np.abs(layer.attn_out).max()


def test_the_weighted_values_add_up_to_z(bundle):
    ids = bundle.tokenizer.encode(TEXT)
    for layer in run(bundle.model, ids, ids, keep={"pattern", "v", "z"}).layers:
        assert lens.combining_error(layer).max() <= 1e-5 * np.abs(layer.z).max()


def test_neighbours_are_the_nearest_by_cosine_and_not_the_token_itself(smollm2):
    found = lens.neighbours(smollm2.model, 2767, 4)
    table = smollm2.model.embed_tokens.weight.numpy()
    cosines = table @ table[2767] / np.linalg.norm(table, axis=1) / np.linalg.norm(table[2767])
    cosines[2767] = -1
    assert found.token_ids.tolist() == np.argsort(-cosines)[:4].tolist()
    assert found.probabilities == pytest.approx(np.sort(cosines)[::-1][:4], abs=1e-5)


def test_entropy_of_equal_chances_is_their_number_in_bits():
    assert lens.entropy(np.full(8, 1 / 8)) == pytest.approx(3)
    assert lens.entropy(np.array([1.0, 0, 0])) == 0
