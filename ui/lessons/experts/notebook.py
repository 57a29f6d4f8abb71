"""Lesson 12: which experts the tokens of a text go to, and what comes next when some of them are switched."""

# %%
from functools import partial

import numpy as np

import content
from model import hf, lens, zoo
from model.analysis.losses import Predictions
from model.transformer import run
from ui.kit.numbers import percent
from ui.lessons.experts.interventions import WAYS, Setting
from viz import experts as figures
from viz import sparse, theme

# %% parameters
model = "experts"
prompt = "The dog chased the squirrel because it"
lang = "en"
active = 2  # experts that each token goes to
experts = ""  # those switched off, or forced, counted from 1, as in "2,5"
where = ""  # the layer, counted from 1; anything else is all of them
force = "false"

# %%
words = content.load(lang, "experts")
bundle = zoo.load(model)
ids = bundle.tokenizer.encode(prompt)[:24]
tokens = bundle.tokenizer.strings(ids)
trace = run(bundle.model, ids, tokens, keep={"router_probs", "expert_index", "expert_weight", "final"})
for n, layer in enumerate(trace.layers, 1):
    chosen = zip(tokens, layer.expert_index + 1, layer.expert_weight, strict=True)
    print(
        f"layer {n}:", "; ".join(f"{token} {who.tolist()} {weight.round(3).tolist()}" for token, who, weight in chosen)
    )

# %% The share of the tokens whose first choice an expert is
counts = [np.bincount(layer.expert_index[:, 0], minlength=layer.router_probs.shape[1]) for layer in trace.layers]
shares = np.stack(counts) / len(ids)
layers = [words["layer-name"].format(n=n + 1) for n in range(len(shares))]
loads = figures.loads(layers, {words["own-text"]: shares}, words["expert"], partial(percent, lang=lang))
theme.dress(loads, "light")

# %% The same prompt with the experts switched
changed = bundle.model
if active != changed.config.active_experts:
    changed = hf.variant(changed, active_experts=active)
switched = tuple(int(expert) - 1 for expert in experts.split(",") if expert)
layer = int(where) - 1 if where.isdecimal() else None
edits = Setting(active, WAYS[force == "true"], switched, layer).edits(changed.config.layers)
after = run(changed, ids, tokens, edits=edits, keep={"final"})
p, q = (Predictions.of(one, seen).probabilities for one, seen in ((bundle.model, trace), (changed, after)))
print(f"the next token's distribution moves by {lens.divergence(p, q):.3g} bits")

# %%
top = list(dict.fromkeys(i for one in (p, q) for i in np.argsort(-one, kind="stable")[:5].tolist()))
pair = np.stack([[*one[top], np.delete(one, top).sum()] for one in (p, q)])
names = words["as-trained"], words["changed"]
figure = sparse.pair([*bundle.tokenizer.strings(top), "…"], pair, names, partial(percent, lang=lang))
theme.dress(figure, "light")
