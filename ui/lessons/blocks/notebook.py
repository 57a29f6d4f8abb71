"""How large the vectors of the residual stream are, before the first layer and after each."""

# %%
from functools import partial

import numpy as np

import content
from model import config, zoo
from model.transformer import run
from ui.kit.numbers import number
from viz import theme
from viz.blocks import streams

# %% parameters
model = "smollm2"
older = "switchboard/2017"  # built as in 2017
prompt = "The dog chased the squirrel because it"
lang = "en"

# %%
words = content.load(lang, "blocks")
bundles = [zoo.load(older), zoo.load(model)]
for name, (old, new) in config.differences(*(bundle.model.config for bundle in bundles)).items():
    print(f"{name}: {old} → {new}")

# %%
sizes = {}
for bundle, limit in zip(bundles, (64, 24), strict=True):
    ids = bundle.tokenizer.encode(prompt)[:limit]
    trace = run(bundle.model, ids, bundle.tokenizer.strings(ids), keep={"resid_pre", "resid_post"})
    levels = np.stack([*(layer.resid_pre for layer in trace.layers), trace.layers[-1].resid_post])
    sizes[bundle.card.title] = np.sqrt(np.square(levels).mean(-1))  # (layers + 1, tokens)
    print(bundle.card.title, sizes[bundle.card.title].mean(1).round(3))

# %%
names = words["col-layer"], words["col-size"], words["first-token"]
figure = streams(sizes, *names, partial(number, lang=lang))
theme.apply_theme(figure, "light")
