"""Lesson 6: how the score of the likeliest next token, or its lead over another, builds up in the layers."""

# %%
from functools import partial

import numpy as np

import content
from model import lens, zoo
from model.transformer import run
from ui.kit.numbers import number
from viz import heads, theme

# %% parameters
model = "smollm2"
prompt = "The dog chased the squirrel because it"
lang = "en"
score = 1  # whose score: the likeliest token is 1
against = "lead"  # over the likeliest other token; "alone" for the score itself

# %%
words = content.load(lang, "heads")
bundle = zoo.load(model)
ids = bundle.tokenizer.encode(prompt)[:32]
keep = {"z", "resid_pre", "resid_post", "mlp_out", "final"}
trace = run(bundle.model, ids, bundle.tokenizer.strings(ids), keep=keep)
likeliest = np.argsort(-lens.next_logits(bundle.model, trace), kind="stable").tolist()

# %%
token = likeliest[score - 1]
parts = lens.direct_effects(bundle.model, trace, token)
effects, mlps, rest = parts.heads, parts.mlps, parts.rest
if against == "lead":
    rival = lens.direct_effects(bundle.model, trace, next(id for id in likeliest if id != token))
    effects, mlps, rest = effects - rival.heads, mlps - rival.mlps, rest - rival.rest
for place in (-effects).ravel().argsort()[:6]:
    layer, head = np.unravel_index(place, effects.shape)
    print(f"layer {layer + 1}, head {head + 1}: {effects[layer, head]:.3f}")

# %%
names = (words["growth-heads"], words["growth-mlps"], words["growth-sum"])
figure = heads.growth(effects, mlps, rest, names, words["axis-layer"], partial(number, lang=lang))
theme.dress(figure, "light")
