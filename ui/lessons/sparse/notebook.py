"""Lesson 7: the model reads the passage under a pattern of attention that it was not trained with."""

# %%
from functools import partial

import numpy as np

import content
from model import lens, masks, sampling, zoo
from model.edits import UseMask
from model.transformer import run
from ui.kit.numbers import number, percent
from viz import sparse, theme

# %% parameters
model = "smollm2"
prompt = "The dog chased the squirrel because it"
lang = "en"
pattern = "sliding"  # full, sliding, strided, fixed, alternating
size = 16

# %%
words = content.load(lang, "sparse")
bundle = zoo.load(model)
ids = bundle.tokenizer.encode(prompt)[:96]
tokens = bundle.tokenizer.strings(ids)
layers = bundle.model.config.layers
rules = {
    "full": [masks.Causal()] * layers,
    "sliding": [masks.Sliding(size)] * layers,
    "strided": [masks.Strided(size)] * layers,
    "fixed": [masks.Fixed(size)] * layers,
    "alternating": masks.windowed((size, None), layers),
}[pattern]
before = run(bundle.model, ids, tokens, keep={"final"})
edits = [UseMask(i, rule) for i, rule in enumerate(rules)]
after = run(bundle.model, ids, tokens, edits=edits, keep={"final"})

# %% What the text costs, in bits per byte
size_of_text = sum(len(bundle.tokenizer.bytes(id)) for id in ids[1:])
for trace in (before, after):
    print(f"{lens.surprisal(bundle.model, trace).sum() / size_of_text:.3f}")

# %% What comes next
runs = np.stack([sampling.softmax(lens.next_logits(bundle.model, trace)) for trace in (before, after)])
best = list(dict.fromkeys(i for chances in runs for i in np.argsort(-chances, kind="stable")[:5].tolist()))
shares = np.column_stack([runs[:, best], np.delete(runs, best, axis=1).sum(1)])
rows = [*bundle.tokenizer.strings(best), words["others"].format(n=number(runs.shape[1] - len(best), lang))]
name = words["full"] if pattern == "full" else words[f"name-{pattern}"].format(n=size)
figure = sparse.pair(rows, shares, (words["full"], name), partial(percent, lang=lang))
theme.dress(figure, "light")
