"""A Llama in a GGUF file, as Hugging Face would name its settings and tensors.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

import importlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import gguf
import numpy as np
from gguf import GGUFReader

from model import tokens
from model.errors import SettingError
from model.tokens import Tokenizer

if TYPE_CHECKING:  # torch is loaded while the file is read
    from model.transformer import Transformer

SETTINGS = {
    "block_count": "num_hidden_layers",
    "embedding_length": "hidden_size",
    "feed_forward_length": "intermediate_size",
    "attention.head_count": "num_attention_heads",
    "attention.head_count_kv": "num_key_value_heads",
    "attention.layer_norm_rms_epsilon": "rms_norm_eps",
    "context_length": "max_position_embeddings",
    "rope.freq_base": "rope_theta",
    "rope.dimension_count": "head_dim",
    "vocab_size": "vocab_size",
}
TENSORS = {
    "token_embd": "embed_tokens",
    "output_norm": "norm",
    "output": "lm_head",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


TOKENIZER = {  # settings of the tokenizer, with the only values that we implement
    "model": ("gpt2",),  # byte-level BPE
    "pre": ("smollm",),  # how a text is split into words before: model.tokens.byte_bpe knows this one
    "add_bos_token": (False, None),
    "add_eos_token": (False, None),
    "add_space_prefix": (False, None),
}
CONTROL = 3  # the token_type of a special token


def read(path: Path) -> tuple["Transformer", Tokenizer]:
    """The model of a file and its tokenizer. Raises as `open_file`, `settings`, `arrays` and `tokenizer` do."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(importlib.import_module, "torch")  # it takes as long as to read the file, which does without it
        reader = open_file(path)
        config, weights, vocabulary = settings(reader), arrays(reader), tokenizer(reader)
    import torch

    from model import hf

    return hf.build(config, {name: torch.from_numpy(array) for name, array in weights.items()}), vocabulary


def open_file(path: Path) -> GGUFReader:
    """The file, mapped. Raises EOFError where a GGUF file is cut off, ValueError where it is of another kind."""
    with open(path, "rb") as file:
        if file.read(4) != b"GGUF":
            raise ValueError(f"{path.name} is no GGUF file")
    try:
        return GGUFReader(path)
    except Exception as error:  # the reader fails in many ways on a file that is cut off
        raise EOFError(f"{path.name} is not whole: {error}") from error


def settings(reader: GGUFReader) -> dict:
    """The dict of a config.json. Raises SettingError for an architecture or a setting that is not Llama's."""
    _expect(reader, "general.architecture", ("llama",))
    given = {name: field.contents() for name, field in reader.fields.items() if name.startswith("llama.")}
    for name, value in given.items():
        if name.removeprefix("llama.") not in SETTINGS:
            raise SettingError(name, value, f"{name} = {value!r}: a setting we do not know")
    config = {SETTINGS[name.removeprefix("llama.")]: value for name, value in given.items()}
    tied = all(tensor.name != "output.weight" for tensor in reader.tensors)
    return config | {"model_type": "llama", "hidden_act": "silu", "tie_word_embeddings": tied}


def _expect(reader: GGUFReader, name: str, allowed: tuple) -> None:
    """Raises SettingError where a setting of the file has another value than these; None stands for a missing one."""
    value = reader.fields[name].contents() if name in reader.fields else None
    if value not in allowed:
        raise SettingError(name, value, f"{name} = {value!r} is not implemented; only {allowed[0]!r} is")


def arrays(reader: GGUFReader) -> dict[str, np.ndarray]:
    """All weights in float32, under their Hugging Face names. Raises ValueError for one it does not know."""
    heads = {"attn_q": "head_count", "attn_k": "head_count_kv"}
    weights = {}
    for tensor in reader.tensors:
        *block, stem, _ = tensor.name.split(".")
        if stem not in TENSORS:
            raise ValueError(f"the file holds a tensor we do not know: {tensor.name}")
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        if stem in heads:
            values = _unpermuted(values, reader.fields[f"llama.attention.{heads[stem]}"].contents())
        layer = f"layers.{block[1]}." if block else ""
        # a float32 tensor comes as a read-only view of the mapped file: that one needs a copy of its own
        weights[f"{layer}{TENSORS[stem]}.weight"] = np.require(values, np.float32, ["W"])
    return weights


def _unpermuted(weight: np.ndarray, heads: int) -> np.ndarray:
    """llama.cpp rotates neighbouring pairs and stores q's and k's rows in that order; Hugging Face rotates halves."""
    rows, width = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, width).swapaxes(1, 2).reshape(rows, width)


def tokenizer(reader: GGUFReader) -> Tokenizer:
    """The tokenizer of a file. Raises SettingError, naming the setting, for one that would split a text otherwise."""
    for name, allowed in TOKENIZER.items():
        _expect(reader, f"tokenizer.ggml.{name}", allowed)
    listed = {name: reader.fields[f"tokenizer.ggml.{name}"].contents() for name in ("tokens", "merges", "token_type")}
    kinds = zip(listed["tokens"], listed["token_type"], strict=True)
    return tokens.byte_bpe(listed["tokens"], listed["merges"], [token for token, kind in kinds if kind == CONTROL])
