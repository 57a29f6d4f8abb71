"""The slots that each way of packing wastes, and a packed row read by the model."""

# %%
from functools import partial

import numpy as np
import torch

import content
from model import packing, zoo
from model.tap import Recorder
from ui.kit.numbers import number, percent
from ui.lessons.packing.batch import CONTEXTS, brown
from ui.lessons.packing.documents import LINES
from ui.lessons.packing.row import end_token, fit
from viz import packing as figures
from viz import theme
from viz.attention import heatmap

# %% parameters
model = "smollm2"
prompt = "The dog chased the squirrel because it"
lang = "en"
method = "first_fit"
context = 256
documents = 300  # paragraphs of the Brown corpus
own = "false"  # "true": the prompt and the lines instead
lines = ""  # one document each; where there are none, those that the page begins with
mask = "on"  # between documents
restart = "on"  # positions, at every document
separator = "false"  # "true": an end-of-text token between documents
layer = 1  # counted from 1, as on the page
head = 1

# %% The lengths of the documents
words = content.load(lang, "packing")
bundle = zoo.load(model)
texts = [bundle.tokenizer.encode(prompt)[:64]]
texts += [bundle.tokenizer.encode(line) for line in (lines or LINES).split("\n") if line.strip()]
lengths = tuple(map(len, texts)) if own == "true" else brown()[:documents]

# %%
shares = {}
for name in packing.METHODS:
    rows = [packing.pack(lengths, size, name) for size in CONTEXTS]
    wasted = [packing.padding_fraction(found, size) for found, size in zip(rows, CONTEXTS, strict=True)]
    shares[words[f"method-{name}"]] = np.array(wasted)
    at = CONTEXTS.index(context)
    print("→" if name == method else " ", name, len(rows[at]), "rows,", percent(wasted[at], lang), "empty")

# %%
titles = words["context"], words["col-wasted"]
shown = partial(number, lang=lang), partial(percent, lang=lang)
figure = figures.wasted(CONTEXTS, shares, context, titles, *shown)
theme.apply_theme(figure, "light")

# %% A row of the first documents, in one pass
row = fit(texts)
end = end_token(bundle.tokenizer) if separator == "true" else None
ended = row if end is None else [*((*text, end) for text in row[:-1]), row[-1]]
own = torch.cat([torch.arange(len(each)) < len(text) for each, text in zip(ended, row, strict=True)])
ids = torch.tensor([[id for text in ended for id in text]])
numbers = torch.tensor([[number for number, text in enumerate(ended) for _ in text]])
places = torch.cat([torch.arange(len(text)) for text in ended])[None] if restart != "off" else None
tap = Recorder(keep={"pattern", "mask"})
with torch.inference_mode():
    together = bundle.model(ids, tap=tap, positions=places, documents=numbers if mask != "off" else None)[0]
    alone = torch.cat([bundle.model(torch.tensor([text]))[0] for text in row])
print(f"largest difference of a logit from the documents read alone: {(together[own] - alone).abs().max():.3g}")

# %%
pattern, readable = (tap.kept[layer - 1, name][0] for name in ("pattern", "mask"))
tokens = bundle.tokenizer.strings(ids[0].tolist())
reads = content.load(lang, "attention")
names = (reads[f"col-{name}"] for name in ("reader", "read", "weight"))
seen = heatmap(pattern[head - 1].numpy(), tokens, readable.numpy(), *names)
theme.apply_theme(seen, "light")
