"""Our model against transformers, layer by layer, on the same weights."""

from functools import cache

import gguf
import numpy as np
import pytest
import torch
import transformers

from model import hf, zoo
from model.transformer import run
from tests.model import families

IDS = [(7 * i * i + 3 * i) % 97 for i in range(23)]

# Both sides compute in float32, in another order of additions here and there: grouped query heads are multiplied
# together, experts are added up by token and not by expert. The random weights are large, so the streams grow to the
# hundreds, where one float32 step is 3e-5; relative to the largest number of an array that stays below 1e-5.
RELATIVE = 1e-5


def assert_close(name: str, ours: np.ndarray, theirs: np.ndarray, relative: float = RELATIVE):
    assert ours.shape == theirs.shape, name
    difference, scale = np.abs(ours - theirs).max(), np.abs(theirs).max()
    assert difference <= relative * scale, f"{name}: {difference:.2e} of {scale:.2e}"


def assert_same_passes(trace, theirs, relative: float = RELATIVE):
    for i, layer in enumerate(trace.layers):
        for name in ("attn_out", "mlp_out", "resid_post", "pattern"):
            assert_close(f"layer {i} {name}", getattr(layer, name), theirs[name][i], relative)
        if layer.router_logits is not None:
            assert_close(f"layer {i} router_logits", layer.router_logits, theirs["router_logits"][i], relative)
    assert_close("end", trace.final if trace.logits is None else trace.logits, theirs["end"], relative)


@pytest.mark.parametrize("name", families.MAKERS)
def test_random_models_equal_transformers_layer_by_layer(name):
    reference = families.make(name)
    trace = run(hf.from_hf(reference), IDS, [str(i) for i in IDS])
    assert_same_passes(trace, families.reference(reference, IDS))


@pytest.mark.parametrize("name", families.MAKERS)
def test_a_saved_folder_loads_as_the_model_that_was_saved(name, tmp_path):
    reference = families.make(name)
    reference.save_pretrained(tmp_path)
    logits = [run(model, IDS, IDS, keep={"final"}).final for model in (hf.from_folder(tmp_path), hf.from_hf(reference))]
    assert np.array_equal(*logits)


@pytest.mark.slow
def test_smollm2_equals_transformers_reading_the_same_file(smollm2, monkeypatch):
    file = zoo.find("smollm2")
    # transformers reads the file several times over, and makes the same table of names for every tensor: once is enough
    monkeypatch.setattr(gguf, "GGUFReader", cache(gguf.GGUFReader))
    monkeypatch.setattr(gguf, "get_tensor_name_map", cache(gguf.get_tensor_name_map))
    reference = transformers.AutoModelForCausalLM.from_pretrained(
        file.parent, gguf_file=file.name, attn_implementation="eager", dtype=torch.float32
    ).eval()
    text = "The dog chased the squirrel because it was hungry. Then, in 1987, it rained."
    ids = smollm2.tokenizer.encode(text)
    trace = run(smollm2.model, ids, smollm2.tokenizer.strings(ids))
    # thirty layers of rounding, and a first token whose stream grows to thousands: 3e-5 of the largest number
    assert_same_passes(trace, families.reference(reference, ids), relative=3e-5)


@pytest.mark.slow
def test_smollm2_tokenizer_equals_transformers_reading_the_same_file(smollm2):
    file = zoo.find("smollm2")
    reference = transformers.AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    for text in [
        "Hello world",
        " 12345  x=3.14\n\n\tdef f():",
        "caffè – naïve 日本語 🤷🏽‍♀️",
        "<|im_start|>user",
        "a  b   c",
    ]:
        assert smollm2.tokenizer.encode(text) == reference.encode(text), text


def test_minilm_equals_transformers_reading_the_same_file(minilm):
    folder = zoo.find("minilm").parent
    reference = transformers.BertModel.from_pretrained(folder, attn_implementation="eager").eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    text = "The dog chased the squirrel because it was hungry. Caffè, 1987!"
    ids = minilm.tokenizer.encode(text)
    assert ids == tokenizer.encode(text)
    trace = run(minilm.model, ids, minilm.tokenizer.strings(ids))
    assert_same_passes(trace, families.reference(reference, ids))
