"""The same text with and without the cache, measured here."""

# %%
import numpy as np

import content
from model import arithmetic, zoo
from model.runtime import timing
from viz import theme, tracks

# %% parameters
model = "smollm2"
prompt = "The dog chased the squirrel because it"
lang = "en"
longest = 64  # tokens
runs = 3  # of which the median counts

# %%
words = content.load(lang, "tracks")
bundle = zoo.load(model)
ids = bundle.tokenizer.encode(prompt)[:24]
print(arithmetic.cache_bytes(bundle.model.config, len(ids), 4), "bytes of keys and values")

# %%
lengths = [longest // 4, longest // 2, longest]
points = list(timing.decode_costs(bundle.model, ids, lengths, runs))
cached = 1e3 * np.array([point.decode.median for point in points])
whole = 1e3 * np.array([point.prefill.median for point in points])
for length, one, other in zip(lengths, cached, whole, strict=True):
    print(f"{length:5} tokens: {one:.1f} ms with the cache, {other:.1f} ms without")

# %%
lines = [tracks.Line("with", words["line-with"], cached), tracks.Line("without", words["line-without"], whole)]
figure = tracks.times(lengths, lines, "ms", words["across"])
theme.apply_theme(figure, "light")
