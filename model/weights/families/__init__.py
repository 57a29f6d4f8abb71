"""The architectures of transformers that we read: one module for each, with its settings and tensors as tables."""

from model.weights.families import (
    bert,
    distilbert,
    gemma3,
    gpt2,
    gpt_neox,
    llama,
    mistral,
    mixtral,
    qwen2,
    qwen3,
    qwen3_moe,
)
from model.weights.families.family import Family

FAMILIES: dict[str, Family] = {  # by the model_type of a config.json
    "llama": llama.FAMILY,
    "mistral": mistral.FAMILY,
    "mixtral": mixtral.FAMILY,
    "qwen2": qwen2.FAMILY,
    "qwen3": qwen3.FAMILY,
    "qwen3_moe": qwen3_moe.FAMILY,
    "gemma3_text": gemma3.FAMILY,
    "gpt2": gpt2.FAMILY,
    "gpt_neox": gpt_neox.FAMILY,
    "bert": bert.FAMILY,
    "distilbert": distilbert.FAMILY,
}
