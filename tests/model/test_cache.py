"""With the cache = without it, for every family, also after rewinding and branching."""

import numpy as np
import pytest
import torch

from model import hf
from model.cache import KVCache
from model.generate import Decoder
from tests.model import families

IDS = [5, 9, 2, 9, 30, 71, 4, 9, 2, 60, 13, 8]
DECODERS = [name for name in families.MAKERS if name not in ("bert", "distilbert")]


@pytest.fixture(scope="module", params=DECODERS)
def model(request):
    return hf.from_hf(families.make(request.param))


def plain(model, ids):
    with torch.inference_mode():
        return model(model.ids(ids))[0, -1].numpy()


def assert_close(model, decoder, ids):
    ours, theirs = decoder.logits(ids), plain(model, ids)
    # a row multiplied alone or among others is added up in another order: one float32 step of the largest number
    assert np.abs(ours - theirs).max() <= 1e-5 * np.abs(theirs).max()


def test_token_by_token(model):
    decoder = Decoder(model)
    for length in range(1, len(IDS) + 1):
        assert_close(model, decoder, IDS[:length])


def test_prefill_then_rewind_then_branch(model):
    decoder = Decoder(model)
    for ids in (IDS, IDS[:4], [*IDS[:4], 77, 78, 79], [*IDS[:4], 77, 11], [1, 2], IDS, IDS):
        assert_close(model, decoder, ids)
        assert decoder.cache.length == len(ids)


def test_bytes_equal_the_formula_and_the_tensors_own_sizes(model):
    decoder, c = Decoder(model), model.config
    decoder.logits(IDS)
    assert decoder.cache.bytes() == 2 * c.layers * c.kv_heads * c.head_width * len(IDS) * 4


def test_rewinding_beyond_the_start_or_the_end_is_refused(moe):
    cache = KVCache(moe.model.config)
    for length in (-1, 1):
        with pytest.raises(ValueError, match="cannot rewind"):
            cache.truncate(length)


def test_a_pass_that_was_interrupted_leaves_the_decoder_usable(moe, monkeypatch):
    decoder, block = Decoder(moe.model), moe.model.layers[3]
    decoder.logits(IDS[:5])
    with monkeypatch.context() as patched:
        patched.setattr(block, "forward", interrupted)
        with pytest.raises(KeyboardInterrupt):
            decoder.logits(IDS)
    assert_close(moe.model, decoder, IDS)


def interrupted(*args):
    raise KeyboardInterrupt


def test_an_encoder_is_no_decoder(minilm):
    with pytest.raises(ValueError, match="does not continue"):
        Decoder(minilm.model)


def test_a_text_longer_than_the_context_is_refused(moe):
    with pytest.raises(ValueError, match="257 tokens are more than the 256"):
        Decoder(moe.model).logits([1] * 257)
