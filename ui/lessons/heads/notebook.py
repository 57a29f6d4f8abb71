"""How the logit of the likeliest next token, or its lead over another, builds up in the layers."""

# %%
from functools import partial

import numpy as np

import content
from model import lens, zoo
from model.analysis.heads import logit_parts
from model.transformer import run
from ui.kit.numbers import number
from viz import heads, theme

# %% parameters
model = "smollm2"
prompt = "The dog chased the squirrel because it"
lang = "en"
score = 1  # whose logit: the likeliest token is 1
against = "lead"  # over the likeliest other token; "alone" for the logit itself

# %%
words = content.load(lang, "heads")
bundle = zoo.load(model)
ids = bundle.tokenizer.encode(prompt)[:32]
keep = {"z", "resid_pre", "resid_post", "mlp_out", "final"}
trace = run(bundle.model, ids, bundle.tokenizer.strings(ids), keep=keep)
logits = lens.next_logits(bundle.model, trace)
likeliest = np.argsort(-logits, kind="stable").tolist()

# %%
token = likeliest[score - 1]
rival = next(id for id in likeliest if id != token) if against == "lead" else None
parts = logit_parts(bundle.model, trace, logits, token, rival)
for place in (-parts.heads).ravel().argsort()[:6]:
    layer, head = np.unravel_index(place, parts.heads.shape)
    print(f"layer {layer + 1}, head {head + 1}: {parts.heads[layer, head]:.3f}")

# %%
names = (words["growth-heads"], words["growth-mlps"], words["growth-sum"])
figure = heads.growth(parts.heads, parts.mlps, parts.rest, names, words["axis-layer"], partial(number, lang=lang))
theme.apply_theme(figure, "light")
