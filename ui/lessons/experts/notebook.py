"""Which experts the tokens of a text go to, and what comes next when some of them are switched."""

# %%
from functools import partial

import numpy as np

import content
from model import hf, lens, zoo
from model.analysis.losses import Predictions, most_likely, with_rest
from model.analysis.routing import balance
from model.transformer import run
from ui.kit.numbers import percent
from ui.lessons.experts.readings import WAYS, Setting
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
    choices = zip(tokens, layer.expert_index + 1, layer.expert_weight.round(3), strict=True)
    print(f"layer {n}:", "; ".join(f"{token} {index.tolist()} {weight.tolist()}" for token, index, weight in choices))

# %% The fraction of the visits that an expert gets, as a first choice or not
fractions = np.stack([balance(layer).f for layer in trace.layers])
layers = [words["layer-name"].format(n=n + 1) for n in range(len(fractions))]
loads = figures.loads(layers, {words["own-text"]: fractions}, words["expert"], partial(percent, lang=lang))
theme.apply_theme(loads, "light")

# %% The same prompt with the experts switched
changed = bundle.model
if active != changed.config.active_experts:
    changed = hf.variant(changed, active_experts=active)
switched = tuple(int(expert) - 1 for expert in experts.split(",") if expert)
layer = int(where) - 1 if where.isdecimal() else None
edits = Setting(active, WAYS[force == "true"], switched, layer).edits(changed.config.layers)
after = run(changed, ids, tokens, edits=edits, keep={"final"})
passes = (bundle.model, trace), (changed, after)
pair = np.stack([Predictions.of(model, seen).probabilities for model, seen in passes])
print(f"the next token's distribution moves by {lens.divergence(*pair):.3g} bits")

# %%
top = most_likely(pair)
names = words["as-trained"], words["changed"]
rows = [*bundle.tokenizer.strings(top), "…"]
figure = sparse.pair(rows, with_rest(pair, top), names, partial(percent, lang=lang))
theme.apply_theme(figure, "light")
