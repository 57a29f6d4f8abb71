"""Bits per byte, by hand."""

import numpy as np
import pytest

from model.analysis.losses import Predictions, bits_per_byte, most_likely, with_rest
from model.transformer import run


def test_a_loss_is_the_bits_of_all_tokens_by_the_bytes_of_their_text(moe):
    ids = moe.tokenizer.encode("The dog chased the squirrel")
    trace = run(moe.model, ids, ids, keep={"final", "logits"})
    seen = Predictions.of(moe.model, trace)
    logits = trace.logits.astype(float)
    log_probabilities = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    bits = -log_probabilities[np.arange(len(ids) - 1), ids[1:]] / np.log(2)
    size = len(moe.tokenizer.decode(ids[1:]).encode())
    assert bits_per_byte(seen.bits, moe.tokenizer, ids) == pytest.approx(bits.sum() / size, rel=1e-4)
    np.testing.assert_allclose(seen.probabilities, np.exp(log_probabilities[-1]), atol=1e-6)


def test_a_lone_token_has_no_loss(moe):
    assert np.isnan(bits_per_byte(np.zeros(0), moe.tokenizer, [7]))


def test_the_likeliest_of_two_distributions_and_the_rest():
    pair = np.array([[0.1, 0.2, 0.3, 0.4], [0.4, 0.1, 0.3, 0.2]])
    top = most_likely(pair, 2)
    assert top == [3, 2, 0]
    np.testing.assert_allclose(with_rest(pair, top), [[0.4, 0.3, 0.1, 0.2], [0.2, 0.3, 0.4, 0.1]])
