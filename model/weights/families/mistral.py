"""Mistral (Jiang et al. 2023): Llama with a sliding window."""

from dataclasses import replace

from model.config import MISTRAL
from model.weights.families import llama

SETTINGS = llama.SETTINGS | {"sliding_window": "windows"}
DEFAULTS = llama.DEFAULTS | {
    "num_key_value_heads": 8,
    "intermediate_size": 14_336,
    "max_position_embeddings": 131_072,
    "sliding_window": 4096,
}
FAMILY = replace(llama.FAMILY, recipe=MISTRAL, settings=SETTINGS, defaults=DEFAULTS)
