"""The architectures of transformers that we read: one module for each, with its settings and tensors as tables."""

from model.weights.families import bert, gpt2, llama, mistral, mixtral
from model.weights.families.family import Family

FAMILIES: dict[str, Family] = {  # by the model_type of a config.json
    "llama": llama.FAMILY,
    "mistral": mistral.FAMILY,
    "mixtral": mixtral.FAMILY,
    "gpt2": gpt2.FAMILY,
    "bert": bert.FAMILY,
}
