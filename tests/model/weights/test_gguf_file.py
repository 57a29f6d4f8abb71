"""A GGUF file is read as what it says of itself, or refused by the setting that we do not implement."""

from types import SimpleNamespace

import pytest

from model import tokens
from model.errors import SettingError
from model.weights import gguf_file

SMOLLM = {
    "general.architecture": "llama",
    "llama.block_count": 2,
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "smollm",
    "tokenizer.ggml.add_bos_token": False,
    "tokenizer.ggml.tokens": ["<|end|>", *tokens.BYTES],
    "tokenizer.ggml.token_type": [gguf_file.CONTROL, *[1] * 256],
    "tokenizer.ggml.merges": [],
}


def reader(**changes):
    """What the library's reader shows of a file with these settings; ... leaves one out."""
    given = {name: value for name, value in (SMOLLM | changes).items() if value is not ...}
    fields = {name: SimpleNamespace(contents=lambda value=value: value) for name, value in given.items()}
    return SimpleNamespace(fields=fields, tensors=[])


@pytest.mark.parametrize(
    "name, value",
    [
        ("tokenizer.ggml.pre", "llama-bpe"),
        ("tokenizer.ggml.pre", ...),
        ("tokenizer.ggml.model", "llama"),
        ("tokenizer.ggml.add_bos_token", True),
        ("tokenizer.ggml.add_space_prefix", True),
    ],
)
def test_a_tokenizer_that_would_split_a_text_otherwise_is_refused_by_name(name, value):
    assert gguf_file.tokenizer(reader()).strings(gguf_file.tokenizer(reader()).encode("a1")) == ["a", "1"]
    with pytest.raises(SettingError, match=name) as refused:
        gguf_file.tokenizer(reader(**{name: value}))
    assert (refused.value.field, refused.value.value) == (name, None if value is ... else value)


@pytest.mark.parametrize("name, value", [("general.architecture", "qwen2"), ("llama.attention.sliding_window", 7)])
def test_an_architecture_or_a_setting_that_we_do_not_know_is_refused_by_name(name, value):
    assert gguf_file.settings(reader())["num_hidden_layers"] == 2
    with pytest.raises(SettingError, match=name) as refused:
        gguf_file.settings(reader(**{name: value}))
    assert refused.value.field == name
