"""Configurations of well-known models, from the config.json that each was published with.

Their weights are not here: these are for counting. Sources: meta-llama/Llama-3.1-8B, -70B and -405B ("The Llama 3 Herd
of Models", 2024, table 3), mistralai/Mistral-7B-v0.1, mistralai/Mixtral-8x7B-v0.1, openai-community/gpt2.
"""

from dataclasses import replace

from model.config import GPT2, LLAMA, MISTRAL

_LONGER = (  # sorted, as Config wants it
    ("factor", 8.0),
    ("high_freq_factor", 4.0),
    ("low_freq_factor", 1.0),
    ("original_max_position_embeddings", 8192),
    ("rope_type", "llama3"),
)
LLAMA_3_1_8B = replace(
    LLAMA,
    vocab_size=128_256,
    width=4096,
    layers=32,
    heads=32,
    kv_heads=8,
    head_width=128,
    mlp_width=14_336,
    context=131_072,
    rope_base=500_000.0,
    rope_scaling=_LONGER,
)
MISTRAL_7B = replace(
    MISTRAL,
    vocab_size=32_000,
    width=4096,
    layers=32,
    heads=32,
    kv_heads=8,
    head_width=128,
    mlp_width=14_336,
    context=32_768,
    windows=(4096,),
)
_VERSIONS = {"Mistral 7B": "v0.1"}  # later ones have no window
MODELS = {
    "Llama 3.1 8B": LLAMA_3_1_8B,
    "Llama 3.1 70B": replace(LLAMA_3_1_8B, width=8192, layers=80, heads=64, mlp_width=28_672),
    "Llama 3.1 405B": replace(LLAMA_3_1_8B, width=16_384, layers=126, heads=128, mlp_width=53_248),
    "Mistral 7B": MISTRAL_7B,
    "Mixtral 8x7B": replace(MISTRAL_7B, experts=8, windows=(None,), rope_base=1_000_000.0),
    "GPT-2": replace(
        GPT2,
        vocab_size=50_257,
        width=768,
        layers=12,
        heads=12,
        kv_heads=12,
        head_width=64,
        mlp_width=3072,
        context=1024,
    ),
}


def title(name: str) -> str:
    """A model of MODELS with its version, where that matters."""
    return f"{name} {_VERSIONS[name]}" if name in _VERSIONS else name
