"""The next token's probabilities, the dials of sampling, and draws."""

# %%
from collections import Counter
from functools import partial

import numpy as np

import content
from model import lens, sampling, zoo
from model.analysis import information
from model.transformer import run
from ui.kit.numbers import number, percent
from viz import bars, theme

# %% parameters
model = "smollm2"
prompt = "The dog chased the squirrel because it"
lang = "en"
temperature = 1.0
top_k = "8"  # "∞" keeps all
top_p = 90  # percent
min_p = 0  # percent
draws = 100
seed = 0

# %%
words = content.load(lang, "next_token")
bundle = zoo.load(model)
ids = bundle.tokenizer.encode(prompt)[:64]
trace = run(bundle.model, ids, bundle.tokenizer.strings(ids), keep={"final"})
logits = lens.next_logits(bundle.model, trace)
base = sampling.softmax(logits)
top = np.argsort(-logits, kind="stable")[:10]
tokens = bundle.tokenizer.strings(top.tolist())
print(f"{information.entropy(base):.3f} bits")

# %% The likeliest, and all others in one bar
shares = np.append(base[top], np.delete(base, top).sum())
others = words["others"].format(n=number(len(base) - len(top), lang))
rows = bars.names(tokens, [number(x, lang) for x in logits[top]], others)
figure = bars.bars(rows, shares, partial(percent, lang=lang))
theme.apply_theme(figure, "light")

# %% The dials, and what is drawn then
left = sampling.stages(
    logits,
    temperature=temperature,
    top_k=int(top_k) if top_k.isdecimal() else None,
    top_p=top_p / 100 if top_p < 100 else None,
    min_p=min_p / 100 or None,
).final
print(np.count_nonzero(left), "tokens are left")
drawn = Counter(sampling.draw(left, seed=seed, count=draws).tolist())
for id, times in drawn.most_common(10):
    print(f"{times:5} {percent(left[id], lang):>8} {bundle.tokenizer.strings([id])[0]}")
