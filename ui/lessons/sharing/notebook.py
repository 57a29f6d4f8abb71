"""Lesson `sharing`: what heads that share a key attend to, and what pooled keys and values cost the model."""

# %%
from functools import partial

import content
from model import arithmetic, lens, zoo
from model.analysis.losses import bits_per_byte
from model.edits import PoolKeys, PoolValues
from model.transformer import run
from ui.kit.numbers import percent
from viz import sharing, theme

# %% parameters
model = "smollm2"
prompt = "The dog chased the squirrel because it"
lang = "en"
layer = 5
token = 7

# %%
words = content.load(lang, "sharing")
bundle = zoo.load(model)
config = bundle.model.config
ids = bundle.tokenizer.encode(prompt)[:32]
tokens = bundle.tokenizer.strings(ids)
trace = run(bundle.model, ids, tokens, keep={"final", "pattern"})

# %% What the cache holds at the longest context, in 16 bits
print(f"{arithmetic.cache_bytes(config, config.context):,} bytes")

# %% The same with one key and one value in each layer: bits per byte
edits = [pool(i) for i in range(config.layers) for pool in (PoolKeys, PoolValues)]
for each in (trace, run(bundle.model, ids, tokens, edits=edits, keep={"final"})):
    print(f"{bits_per_byte(lens.surprisal(bundle.model, each), bundle.tokenizer, ids):.3f}")

# %% What the heads of a layer attend to from one token
weights = trace.layers[min(layer, config.layers) - 1].pattern[:, min(token, len(ids)) - 1]
names = [words["head"].format(n=i + 1) for i in range(config.heads)]
figure = sharing.by_group(weights, config.kv_heads, tokens, names, partial(percent, lang=lang))
theme.apply_theme(figure, "light")
