"""Lesson 10: the score of one query and one key, turned to every distance."""

# %%
from functools import partial

import numpy as np

import content
from model import zoo
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
ids = bundle.tokenizer.encode(prompt)[:32]
trace = run(bundle.model, ids, bundle.tokenizer.strings(ids), keep={"q", "k", "mask"})
speeds = bundle.model.position.speeds.numpy().astype(np.float64)  # radians per position, of each pair
distances = np.unique(np.r_[:65, np.geomspace(64, bundle.model.config.context, 240).astype(int)])


def clocks(vectors):
    """(…, K) to pairs of dimensions as complex numbers, (…, K/2)."""
    half = vectors.shape[-1] // 2
    return vectors[..., :half].astype(np.float64) + 1j * vectors[..., half:]


def products(found):
    """Every query times every key before both are turned, pair by pair: (H, T, T, K/2)."""
    q, k = clocks(found.q), clocks(found.k)
    k = k.repeat(len(q) // len(k), axis=0).conj()
    return q[:, :, None] * k[:, None] / np.sqrt(2 * q.shape[-1])


def scores(product):
    return (product @ np.exp(1j * speeds[:, None] * distances)).real


# %%
readable = trace.layers[0].mask[..., None]
means = np.stack([(products(found) * readable).sum((1, 2)) / readable.sum() for found in trace.layers])
chosen = products(trace.layers[layer - 1])[head - 1, token - 1, key - 1]
named = {
    words["falling-pair"]: scores(chosen),
    words["falling-head"]: scores(means[layer - 1, head - 1]),
    words["falling-all"]: scores(means.mean((0, 1))),
}
here = token - key if apart < 0 else apart
print(f"{trace.tokens[token - 1]} reads {trace.tokens[key - 1]}, {here} tokens apart:")
print(f"score {(chosen * np.exp(1j * speeds * here)).real.sum():.4f}")

# %%
axes = words["distance"], words["score"]
figure = positions.falling(distances, named, here, partial(number, lang=lang), *axes)
theme.dress(figure, "light")
