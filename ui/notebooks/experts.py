"""Lesson 12: which experts the tokens of a text go to."""

# %%
from functools import partial

import numpy as np

import content
from model import zoo
from model.transformer import run
from ui.numbers import percent
from viz import experts, theme

# %% parameters
model = "experts"
prompt = "The dog chased the squirrel because it"
lang = "en"

# %%
words = content.load(lang, "experts")
bundle = zoo.load(model)
ids = bundle.tokenizer.encode(prompt)[:24]
keep = {"router_probs", "expert_index", "expert_weight"}
trace = run(bundle.model, ids, bundle.tokenizer.strings(ids), keep=keep)
for n, layer in enumerate(trace.layers, 1):
    chosen = zip(trace.tokens, layer.expert_index + 1, layer.expert_weight, strict=True)
    print(
        f"layer {n}:", "; ".join(f"{token} {who.tolist()} {weight.round(3).tolist()}" for token, who, weight in chosen)
    )

# %% The share of the tokens whose first choice an expert is
counts = [np.bincount(layer.expert_index[:, 0], minlength=layer.router_probs.shape[1]) for layer in trace.layers]
shares = np.stack(counts) / len(ids)
layers = [words["layer-name"].format(n=n + 1) for n in range(len(shares))]
figure = experts.loads(layers, {words["own-text"]: shares}, words["expert"], partial(percent, lang=lang))
theme.dress(figure, "light")
