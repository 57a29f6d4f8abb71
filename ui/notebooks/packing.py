"""Lesson 11: the share of the places that each way of packing wastes, at every context."""

# %%
import json
from functools import partial
from pathlib import Path

import numpy as np

import content
from model import packing
from ui.numbers import number, percent
from viz import packing as figures
from viz import theme

# %% parameters
lang = "en"
context = 256
documents = 500

# %% The lengths of the paragraphs of the Brown corpus, shuffled
words = content.load(lang, "packing")
counted = json.loads(Path("ui/brown_paragraphs.json").read_text(encoding="utf-8"))
lengths = np.repeat(np.array(list(counted), int), list(counted.values()))
lengths = np.random.default_rng(0).permutation(lengths)[:documents].tolist()

# %%
contexts = [2**power for power in range(4, 15)]
shares = {}
for method in packing.METHODS:
    rows = [packing.pack(lengths, size, method) for size in contexts]
    wasted = [packing.wasted(found, size) for found, size in zip(rows, contexts, strict=True)]
    shares[words[f"method-{method}"]] = np.array(wasted)
    print(method, percent(wasted[contexts.index(context)], lang))

# %%
titles = words["context"], words["col-wasted"]
shown = partial(number, lang=lang), partial(percent, lang=lang)
figure = figures.wasted(contexts, shares, context, titles, *shown)
theme.dress(figure, "light")
