"""Readings of a trace against the model itself."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from model import hf, lens
from model.sampling import softmax
from model.trace import LayerTrace, Trace
from model.transformer import run
from tests.model import families

TEXT = "The dog chased the squirrel because it"


@pytest.fixture(scope="module")
def trace(smollm2):
    ids = smollm2.tokenizer.encode(TEXT)
    return run(smollm2.model, ids, smollm2.tokenizer.strings(ids))


def test_the_last_level_of_the_lens_is_the_models_own_answer(smollm2, trace):
    read = lens.logit_lens(smollm2.model, trace, range(7))
    assert read.token_ids.shape == read.probabilities.shape == (7, 31)
    probabilities = softmax(trace.logits)
    assert np.array_equal(read.token_ids[:, -1], probabilities.argmax(-1))
    assert read.probabilities[:, -1] == pytest.approx(probabilities.max(-1), rel=1e-4)


def test_the_embedding_is_where_the_pass_begins(smollm2, trace):
    np.testing.assert_array_equal(lens.embedding(smollm2.model, trace.token_ids.tolist()), trace.embed)


def test_every_level_is_the_norm_and_the_head_on_that_stream(smollm2, trace):
    read = lens.logit_lens(smollm2.model, trace, [6])
    with torch.inference_mode():
        stream = torch.tensor(trace.layers[13].resid_post[6])
        logits = smollm2.model.lm_head(smollm2.model.norm(stream)).numpy()
    assert read.token_ids[0, 14] == logits.argmax()
    assert read.probabilities[0, 14] == pytest.approx(softmax(logits).max(), rel=1e-4)


def test_the_likeliest_come_in_order_with_their_share_of_the_whole_vocabulary(smollm2, trace):
    best = lens.top_tokens(smollm2.model, trace.layers[-1].resid_post[-1:], top=5)
    probabilities = softmax(trace.logits[-1])
    assert best.token_ids[0].tolist() == np.argsort(-probabilities)[:5].tolist()
    assert best.probabilities[0] == pytest.approx(np.sort(probabilities)[::-1][:5], rel=1e-4)


def test_next_logits_are_the_last_row(smollm2, trace):
    assert lens.next_logits(smollm2.model, trace) == pytest.approx(trace.logits[-1], abs=1e-4)


def assert_writes_add_up(model, ids):
    trace = run(model, ids, ids, keep={"z", "attn_out"})
    for i, layer in enumerate(trace.layers):
        bias = model.layers[i].attn.o_proj.bias
        whole = lens.head_writes(model, trace, i).sum(0) + (0 if bias is None else bias.numpy())
        assert np.abs(whole - layer.attn_out).max() <= 1e-5 * np.abs(layer.attn_out).max()


def test_what_the_heads_write_adds_up_to_attention(bundle):
    assert_writes_add_up(bundle.model, bundle.tokenizer.encode(TEXT))


@pytest.mark.parametrize("family", families.MAKERS)
def test_what_the_heads_of_every_family_write_adds_up_to_attention(family):
    assert_writes_add_up(hf.from_hf(families.make(family)), [5, 9, 2, 30, 71])


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


@pytest.mark.parametrize("family", ["llama grouped-query", "gpt2", "mixtral", "gemma3", "gpt_neox"])
def test_the_direct_effects_add_up_to_the_score(family):
    model = hf.from_hf(families.make(family))
    trace = run(model, [5, 9, 2, 30, 71], "abcde")
    for token, traced in ((3, trace), (60, run(model, [5, 9, 2], "abc"))):
        effects = lens.direct_effects(model, traced, token)
        assert effects.heads.shape == (3, 6)
        assert effects.total == pytest.approx(traced.logits[-1, token], abs=1e-4 * float(np.abs(trace.logits).max()))


def test_a_head_that_is_silenced_in_the_last_layer_takes_its_direct_effect_along(smollm2, trace):
    """Nothing comes after it but the norm; in the direction of a score, its scale hardly moves."""
    token = int(trace.logits[-1].argmax())
    effects = lens.direct_effects(smollm2.model, trace, token).heads[-1]
    head = int(np.abs(effects).argmax())
    writes = lens.head_writes(smollm2.model, trace, 29)[head, -1]
    stream = trace.layers[-1].resid_post[-1]
    scale = 1 / np.sqrt((stream**2).mean() + smollm2.model.config.norm_eps)
    row = lens.unembedding_row(smollm2.model, token) * smollm2.model.norm.weight.numpy()
    assert effects[head] == pytest.approx(scale * row @ writes, rel=1e-4)


def test_heads_of_an_encoder_have_no_direct_effect(minilm):
    trace = run(minilm.model, [101, 102], "ab", keep={"z"})
    with pytest.raises(ValueError, match="no term of a logit"):
        lens.direct_effects(minilm.model, trace, 7)


def test_head_kinds_are_read_off_patterns_made_by_hand(moe, monkeypatch):
    """A head that looks only where a kind looks gets 1 for it and 0 for the others."""
    length = 6
    query = np.arange(2 * length)
    targets = (query - 1, 0 * query, query - length, query - length + 1)
    pattern = np.stack([np.eye(2 * length)[np.maximum(target, 0)] for target in targets])
    fake = Trace((), query, tuple([LayerTrace(pattern=pattern)] * 6))
    monkeypatch.setattr(lens, "TEXT_LENGTH", length)
    monkeypatch.setattr(lens, "run", lambda *args, **settings: fake)
    scores = lens.head_kinds(SimpleNamespace(config=replace(moe.model.config, heads=4, kv_heads=2)))
    assert np.array_equal(scores, np.broadcast_to(np.eye(4)[:, None], (4, 6, 4)))


@pytest.mark.slow
def test_smollm2_has_heads_of_every_kind(smollm2):
    scores = lens.head_kinds(smollm2.model, avoid=smollm2.tokenizer.special)
    assert ((scores >= 0) & (scores <= 1.001)).all()
    assert (scores.max((1, 2)) > 0.4).all(), scores.max((1, 2))


def test_surprisal_is_the_cross_entropy_in_bits(smollm2, trace):
    bits = lens.surprisal(smollm2.model, trace)
    probabilities = softmax(trace.logits)[np.arange(6), trace.token_ids[1:]]
    assert bits == pytest.approx(-np.log2(probabilities), abs=1e-4)


def test_divergence_is_pytorchs_relative_entropy_in_bits():
    generator = np.random.default_rng(0)
    p, q = generator.dirichlet(np.ones(50), 2)
    nats = torch.nn.functional.kl_div(torch.tensor(q).log(), torch.tensor(p), reduction="sum")
    assert lens.divergence(p, q) == pytest.approx(float(nats) / np.log(2))
    assert lens.divergence(p, p) == 0
    assert lens.divergence(np.array([0.5, 0.5]), np.array([1.0, 0])) == np.inf
