"""The text grows, a token at a time; tokens that were forced are forced again."""

# %%
from functools import partial
from itertools import islice

import numpy as np

import content
from model import generate, zoo
from model.sampling import Sampling
from ui.kit.numbers import number, percent
from viz import bars, theme

# %% parameters
model = "smollm2"
prompt = "The dog chased the squirrel because it"
lang = "en"
path = ""  # ids of tokens to take first, with dots between them
temperature = 1.0
seed = 1
steps = 8

# %%
words = content.load(lang, "step_by_step")
bundle = zoo.load(model)
ids = bundle.tokenizer.encode(prompt)[:32]
forced = dict(enumerate(int(id) for id in path.split(".") if id))
settings = {"sampling": Sampling(temperature), "seed": seed, "force": forced}
text = list(islice(generate.stream(bundle.model, ids, **settings), max(steps, len(forced) + 1)))
for step in text:
    print(f"{percent(step.probability, lang):>8} {bundle.tokenizer.strings([step.token])[0]}")
print(bundle.tokenizer.decode([*ids, *(step.token for step in text)]))

# %% The candidates of the next step
base = text[len(forced)].stages.base
top = np.argsort(-base, kind="stable")[:8]
shares = np.append(base[top], np.delete(base, top).sum())
rows = [*map(bars.label, bundle.tokenizer.strings(top.tolist())), f"+ {number(len(base) - len(top), lang)}"]
figure = bars.bars(rows, shares, partial(percent, lang=lang))
theme.apply_theme(figure, "light")
