"""Mistral (Jiang et al. 2023): Llama with a sliding window."""

from dataclasses import replace

from model.config import MISTRAL
from model.weights.families import llama

SETTINGS = llama.SETTINGS | {"sliding_window": "windows"}
FAMILY = replace(llama.FAMILY, recipe=MISTRAL, settings=SETTINGS)
