"""Lesson 13: the parameters of a model, counted from its configuration."""

# %%
from functools import partial

import content
from model import arithmetic, zoo
from model.published import MODELS
from ui.numbers import number, percent
from viz import experts, theme

# %% parameters
lang = "en"
table_of = "smollm2"  # one of MODELS, or what zoo.load takes
tokens = 4096  # in the cache

# %%
words = content.load(lang, "experts")
config = MODELS[table_of] if table_of in MODELS else zoo.load(table_of).model.config
found = arithmetic.count(config)
print(found)
print(f"{found.total:,} parameters, {found.active:,} of them used by one token")
print(f"{arithmetic.cache_bytes(config, tokens):,} bytes of keys and values after {tokens:,} tokens")

# %%
parts = {
    "embedding": found.embedding + found.positions + found.head,
    "attention": found.attention,
    "rest": found.routers + found.norms + found.mlp,
    "used": found.experts - found.idle,
    "idle": found.idle,
}
names = {part: words[f"part-{part}"] for part in parts}
rows = words["row-all"], words["row-one"]
shown = partial(number, lang=lang), partial(percent, lang=lang)
figure = experts.parameters({table_of: parts}, names, rows, *shown)
theme.dress(figure, "light")
