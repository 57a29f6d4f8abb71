"""Runs in an environment of its own, which has TransformerLens: prints the medians as JSON. The models have SmolLM2's
shape and random weights: the time of a pass does not depend on them."""

import json
import statistics
import sys
import time

import torch
import transformers
from transformer_lens import HookedTransformer, HookedTransformerConfig

torch.set_num_threads(1)
shape = dict(n_layers=30, d_model=576, n_heads=9, n_key_value_heads=3, d_head=64, d_mlp=1536, d_vocab=49152, n_ctx=2048)
hooked = HookedTransformer(
    HookedTransformerConfig(
        **shape,
        act_fn="silu",
        gated_mlp=True,
        normalization_type="RMS",
        positional_embedding_type="rotary",
        rotary_dim=64,
        rotary_base=100000,
        final_rms=True,
        device="cpu",
    )
).eval()
config = transformers.LlamaConfig(
    vocab_size=49152,
    hidden_size=576,
    intermediate_size=1536,
    num_hidden_layers=30,
    num_attention_heads=9,
    num_key_value_heads=3,
    tie_word_embeddings=True,
    attn_implementation="eager",
)
reference = transformers.LlamaForCausalLM(config).eval()
ids = torch.randint(0, 49152, (1, int(sys.argv[1])))
seconds = {"cached": [], "plain": []}
with torch.inference_mode():
    for turn in range(16):
        for name, thing in (("cached", hooked.run_with_cache), ("plain", reference)):
            start = time.perf_counter()
            thing(ids)
            if turn:
                seconds[name].append(time.perf_counter() - start)
print(json.dumps({name: statistics.median(values) for name, values in seconds.items()}))
