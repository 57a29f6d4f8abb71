"""The model reads the passage under a pattern of attention that it was not trained with."""

# %%
from functools import partial

import numpy as np

import content
from model import masks, zoo
from model.analysis.losses import Predictions, bits_per_byte, most_likely, with_rest
from model.edits import UseMask
from model.transformer import run
from ui.kit.numbers import number, percent
from viz import sparse, theme

# %% parameters
model = "smollm2"
prompt = "The dog chased the squirrel because it"
lang = "en"
pattern = "sliding"  # full, sliding, sink, strided, fixed, alternating
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
    "sink": [masks.SinkWindow(size)] * layers,
    "strided": [masks.Strided(size)] * layers,
    "fixed": [masks.Fixed(size)] * layers,
    "alternating": masks.windowed((size, None), layers),
}[pattern]
edits = [UseMask(i, rule) for i, rule in enumerate(rules)]
passes = [run(bundle.model, ids, tokens, edits=each, keep={"final"}) for each in ((), edits)]
predictions = [Predictions.of(bundle.model, trace) for trace in passes]

# %% What the text costs, in bits per byte
for each in predictions:
    print(f"{bits_per_byte(each.bits, bundle.tokenizer, ids):.3f}")

# %% What comes next
probabilities = np.stack([each.probabilities for each in predictions])
best = most_likely(probabilities)
others = words["others"].format(n=number(probabilities.shape[1] - len(best), lang))
rows, shown = [*bundle.tokenizer.strings(best), others], with_rest(probabilities, best)
name = words["full"] if pattern == "full" else words[f"name-{pattern}"].format(n=size)
figure = sparse.pair(rows, shown, (words["full"], name), partial(percent, lang=lang))
theme.apply_theme(figure, "light")
