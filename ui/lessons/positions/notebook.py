"""The score of one query and one key, rotated to every distance."""

# %%
from functools import partial

import numpy as np

import content
from model import zoo
from model.analysis.positions import mean_products, pair_products, rotary_speeds, scores_at
from model.transformer import run
from ui.kit.numbers import number
from viz import positions, theme

# %% parameters
model = "smollm2"
prompt = "The dog chased the squirrel because it"
lang = "en"
layer = 14  # counted from 1, like the head, the query's token and the key's
head = 9
token = 7
key = 2
apart = -1  # tokens between the two; -1 is as far as they stand in the sentence

# %%
words = content.load(lang, "positions")
bundle = zoo.load(model)
ids = bundle.tokenizer.encode(prompt)[:24]
trace = run(bundle.model, ids, bundle.tokenizer.strings(ids), keep={"q", "k", "mask"})
speeds = rotary_speeds(bundle.model)  # radians per position, of each pair
distances = np.unique(np.r_[:65, np.geomspace(64, bundle.model.config.context, 240).astype(int)])

# %%
means = mean_products(trace)
chosen = pair_products(trace, layer - 1)[head - 1, token - 1, key - 1]
named = {
    words["falling-pair"]: scores_at(chosen, speeds, distances),
    words["falling-head"]: scores_at(means[layer - 1, head - 1], speeds, distances),
    words["falling-all"]: scores_at(means.mean((0, 1)), speeds, distances),
}
here = token - key if apart < 0 else apart
print(f"{trace.tokens[token - 1]} reads {trace.tokens[key - 1]}, {here} tokens apart:")
print(f"score {scores_at(chosen, speeds, np.array([here]))[0]:.4f}")

# %%
axes = words["distance"], words["score"]
figure = positions.falling(distances, named, here, partial(number, lang=lang), *axes)
theme.apply_theme(figure, "light")
